import Domain
import Foundation
import Testing
import Wire

@Suite("impact assessment as a document")
struct ImpactDocumentTests {
  static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "Impact")

  /// With this in the environment the documents are written, not compared: read them after.
  static let records = ProcessInfo.processInfo.environment["COUNTERSIGN_RECORD"] != nil

  static func facts() throws -> JSON {
    try JSONParser.parse(Array(Data(contentsOf: folder.appending(path: "facts.json"))))
  }

  private func document(_ language: Document.Language) throws -> Document {
    let digest = Digest(bytes: [UInt8](repeating: 0x5A, count: 32))
    return Document(impact: try Self.facts(), digest: digest, in: language)
  }

  @Test(
    "the same facts give the same bytes",
    arguments: Document.Language.allCases, ["html", "md"])
  func golden(language: Document.Language, form: String) throws {
    let document = try document(language)
    let bytes = form == "html" ? document.html : document.markdown
    let file = Self.folder.appending(path: "\(language.rawValue).\(form)")
    if Self.records { try Data(bytes).write(to: file) }
    #expect(Array(try Data(contentsOf: file)) == bytes, "see \(file.lastPathComponent)")
  }

  @Test("nothing that was written in is markup", arguments: Document.Language.allCases)
  func escaping(language: Document.Language) throws {
    let document = try document(language)
    let html = String(decoding: document.html, as: UTF8.self)
    #expect(!html.contains("<script") && !html.contains("<b>"))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;"))
    let markdown = String(decoding: document.markdown, as: UTF8.self)
    #expect(!markdown.contains("<script") && !markdown.contains("[link]("))
    #expect(!markdown.contains("\n# not a heading") && !markdown.contains("\n- \\[link"))
    for text in [html, markdown] {
      // What turns the direction of the text does not turn this one's.
      #expect(!text.unicodeScalars.contains("\u{202E}"))
      #expect(text.contains("\u{FFFD}gnihton"))
    }
    // A table has as many cells in a row as it has heads, whatever stands in them.
    let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where line.hasPrefix("| --- |") {
      let cells = Self.cells(line)
      for row in lines[(index + 1)...].prefix(while: { $0.hasPrefix("|") }) {
        #expect(Self.cells(row) == cells, "\(row)")
      }
      #expect(Self.cells(lines[index - 1]) == cells)
    }
  }

  /// Bars that no backslash stands before.
  private static func cells(_ line: Substring) -> Int {
    var count = 0
    var isEscaped = false
    for character in line {
      if character == "|", !isEscaped { count += 1 }
      isEscaped = character == "\\" && !isEscaped
    }
    return count
  }

  @Test("what is not known is said to be unknown, and every part of it is there")
  func complete() throws {
    let english = String(decoding: try document(.english).markdown, as: UTF8.self)
    for text in [
      "not known; the share of it cannot be stated", "0.5 %", "not answered: counted as the worst",
      "Article 18", "+86 10 5555 0100", "Europe/Berlin", "Lena Legal", "until the contract",
      "policy 3: R25", "tier T2", "(void)", "captcha seen",
    ] {
      #expect(english.contains(text), "\(text)")
    }
    let chinese = String(decoding: try document(.chinese).markdown, as: UTF8.self)
    for text in [
      "《网络数据安全管理条例》第十八条", "不明；无法计算占用比例", "2026年12月1日至2027年2月28日",
      "个人信息保护负责人", "未作答：按最不利答案认定", "每日 20:00–08:00", "合理范围内处理已合法公开的信息",
    ] {
      #expect(chinese.contains(text), "\(text)")
    }
  }

  @Test("a prohibited proposal says so, and by which rules")
  func prohibited() throws {
    guard case .object(var facts) = try Self.facts(),
      case .object(var assessment)? = facts["assessment"]
    else { return }
    assessment["tier"] = "X"
    assessment["required_roles"] = []
    assessment["rules"] = [
      ["id": "R03", "text": "No", "basis": [], "effect": ["tier": "X"], "target": 0]
    ]
    facts["assessment"] = .object(assessment)
    let document = Document(impact: .object(facts), digest: .zero, in: .english)
    let text = String(decoding: document.markdown, as: UTF8.self)
    #expect(text.contains("Prohibited by R03"))
    #expect(!text.contains("permissible"))
  }
}
