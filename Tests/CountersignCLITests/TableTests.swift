import Testing

@testable import countersign

@Suite("tables and field lists")
struct TableTests {
  private let window = Terminal(width: 60, isStyled: false)

  @Test("columns are aligned: text to the left, numbers to the right")
  func aligned() {
    let table = Table(
      [.text("ID"), .number("RPS"), .prose("TITLE")], empty: "none",
      rows: [["lease_1", "0.5", "short"], ["lease_22", "12", "a longer title"]])
    #expect(
      table.lines(for: .plain) == [
        "ID        RPS  TITLE",
        "lease_1   0.5  short",
        "lease_22   12  a longer title",
      ])
  }

  @Test("wide characters take two columns")
  func wide() {
    let table = Table(
      [.text("NAME"), .text("ROLE")], empty: "none", rows: [["法务", "a"], ["ab", "b"]])
    #expect(table.lines(for: .plain) == ["NAME  ROLE", "法务  a", "ab    b"])
  }

  @Test("only prose is cut to the window, ids stay whole")
  func cut() {
    let id = "prop_01h455vb4pex5vsknk084sn02q"
    let table = Table(
      [.text("ID"), .prose("TITLE")], empty: "none",
      rows: [[id, String(repeating: "word ", count: 20)]])
    let lines = table.lines(for: window)
    #expect(lines[1].hasPrefix(id))
    #expect(lines[1].columns <= 60)
    #expect(lines[1].hasSuffix("…"))
    #expect(table.lines(for: .plain)[1].contains("word word word word word word word"))
  }

  @Test("a table without rows says what there is none of")
  func empty() {
    #expect(Table([.text("ID")], empty: "no locks", rows: []).lines(for: .plain) == ["no locks"])
  }

  @Test("what others wrote cannot steer the terminal")
  func harmless() {
    let table = Table([.text("TITLE")], empty: "none", rows: [["a\u{1B}[2Jb\r\n\u{202E}c"]])
    #expect(table.lines(for: .plain)[1] == "a [2Jb   c")
  }

  @Test("values of a field list begin in one column and go on under their beginning")
  func fields() {
    let list: FieldList = ["id": "x", "purpose": "one two three four", "absent": nil]
    let narrow = Terminal(width: 33, isStyled: false)
    #expect(
      list.lines(for: narrow) == [
        "id       x",
        "purpose  one two three four",
      ])
    let longer: FieldList = ["p": "aaaaaaaaaa bbbbbbbbbb cccccccccc"]
    #expect(longer.lines(for: narrow) == ["p  aaaaaaaaaa bbbbbbbbbb", "   cccccccccc"])
  }

  @Test("headings are bold on a terminal only, with a blank line between sections")
  func printout() {
    var printout = Printout(["id": "x"])
    printout.add(heading: "Signatures")
    printout.add("none")
    #expect(printout.lines(for: .plain) == ["id  x", "", "Signatures", "none"])
    let styled = Terminal(width: 80, isStyled: true)
    #expect(printout.lines(for: styled)[2] == "\u{1B}[1mSignatures\u{1B}[0m")
  }
}
