import Testing

@Suite("layering")
struct LayeringTests {
  static let allowed = [
    ("Domain", "struct Lease { let `import` = 1 }"),
    ("Ledger", "import Domain\npackage import Crypto\nimport Foundation"),
    ("HTTP/Listener", "import Reactor"),
    ("HTTP/Codec", "// import Reactor"),
    ("HTTP/Codec", "let text = \"import Reactor\""),
    ("Server", "import struct HTTP.Request"),
  ]

  static let refused = [
    ("Domain", "import Foundation"),
    ("Domain", "#if canImport(Glibc)\nimport Glibc\n#endif"),
    ("Domain", "internal import struct Foundation.Date"),
    ("HTTP/Codec", "import Reactor"),
    ("HTTP", "@preconcurrency package import Reactor"),
    ("Server", "import Store"),
    ("Server", "import enum Postgres.DatabaseError"),
    ("Workflow", "@testable import Server"),
    ("Store", "import Dispatch"),
    ("Unheard", "let a = 1"),
  ]

  @Test("what the table allows passes", arguments: allowed)
  func passes(folder: String, text: String) {
    #expect(violations(folder, text).isEmpty)
  }

  @Test("what the table does not allow is found", arguments: refused)
  func finds(folder: String, text: String) {
    #expect(violations(folder, text).count == 1)
  }

  @Test("every import under Sources is in the table")
  func sources() {
    #expect(!Repository.sources.isEmpty)
    let violations = Repository.sources.flatMap { Layering.countersign.violations(in: $0) }
    #expect(violations.isEmpty, "\(violations.report)")
  }

  private func violations(_ folder: String, _ text: String) -> [Violation] {
    let file = SourceFile(path: "Sources/\(folder)/Example.swift", text: text)
    return Layering.countersign.violations(in: file)
  }
}
