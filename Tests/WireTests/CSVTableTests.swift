import Testing
import Wire

@Suite("comma-separated values")
struct CSVTableTests {
  private func line(_ cells: CSVTable.Cell...) -> String {
    let columns = cells.indices.map { "c\($0)" }
    let text = String(decoding: CSVTable(columns, rows: [cells]).bytes, as: UTF8.self)
    let head = columns.joined(separator: ",") + "\r\n"
    #expect(text.hasPrefix(head) && text.hasSuffix("\r\n"))
    return String(text.dropFirst(head.count).dropLast())
  }

  @Test("a table without rows is its header line alone, with the line end of RFC 4180")
  func empty() {
    #expect(CSVTable(["a", "b"], rows: []).bytes == Array("a,b\r\n".utf8))
  }

  @Test("text with commas, quotes or line ends is quoted; nothing else is")
  func quotes() {
    #expect(line(.text("a b"), .plain("0.5"), .empty) == "a b,0.5,")
    #expect(line(.text("a,b"), .text("say \"so\"")) == "\"a,b\",\"say \"\"so\"\"\"")
    #expect(line(.text("two\r\nlines")) == "\"two\r\nlines\"")
    #expect(line(.text("北京")) == "北京")
  }

  @Test(
    "text that a spreadsheet would run gets an apostrophe",
    arguments: [
      "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =cmd|' /C calc'!A0", "＝1＋1",
      "|cmd", "%x", "\u{7F}=1", "\u{A0}=1",
    ])
  func formulas(text: String) {
    #expect(line(.text(text)) == "\"'" + text.replacing("\"", with: "\"\"") + "\"")
  }

  @Test(
    "what only looks alike is left alone",
    arguments: ["a=1", "1-1", "*.example.com", "_x", "'", ""])
  func harmless(text: String) {
    #expect(line(.text(text)) == text)
  }
}
