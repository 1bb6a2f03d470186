import CountersignTesting
import Foundation
import Testing

@Suite("the statements of Store")
struct StatementTests {
  /// One file of Sources/Store.
  struct Source: Sendable {
    let name: String
    let text: String
  }

  private static func sources() throws -> [Source] {
    let folder = URL(filePath: TestDatabase.migrationsFolder)
      .deletingLastPathComponent().appending(path: "Sources/Store")
    return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".swift") }.sorted()
      .map { name in
        let bytes = try Data(contentsOf: folder.appending(path: name))
        return Source(name: name, text: String(decoding: bytes, as: UTF8.self))
      }
  }

  @Test("every statement is found: there is no other way to make one")
  func found() throws {
    for source in try Self.sources() {
      let statements = try StatementScanner.statements(in: source.text)
      #expect(statements.count == StatementScanner.occurrences(in: source.text))
      #expect(!source.text.contains("Statement.init"), "\(source.name)")
      #expect(!source.text.contains(": Statement"), "\(source.name)")
    }
  }

  @Test("every statement prepares against the migrated schema")
  func prepares() async throws {
    let sources = try Self.sources()
    try await TestDatabase.with { _, url in
      let connection = try AdministrationConnection(url: url)
      var count = 0
      for source in sources {
        for statement in try StatementScanner.statements(in: source.text) {
          do {
            try connection.prepare(statement.sql)
          } catch {
            Issue.record("\(source.name):\(statement.line): \(error)\n\(statement.sql)")
          }
          count += 1
        }
      }
      #expect(count > 100)
    }
  }

  @Test("a statement that does not fit the schema is found out")
  func misfit() async throws {
    try await TestDatabase.with { _, url in
      let connection = try AdministrationConnection(url: url)
      do throws(AdministrationConnection.Failure) {
        try connection.prepare("SELECT nobody FROM people WHERE id = $1")
        Issue.record("prepared")
      } catch {
        #expect(error.state == "42703")
      }
    }
  }
}
