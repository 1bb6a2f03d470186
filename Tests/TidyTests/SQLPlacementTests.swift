import Testing

@Suite("the place of SQL")
struct SQLPlacementTests {
  static let statements = [
    "SELECT id FROM people", "select now()", "\n  insert into people (id)",
    "UPDATE people SET name = $1", "DELETE FROM people", "WITH a AS (SELECT 1) SELECT 2",
    "CREATE TABLE people", "LISTEN changes",
  ]

  static let sentences = [
    "select a proposal", "Update the grant", "delete the key from the list is not possible",
    "with one signature", "create a proposal", "", "SELECT", "Listen on this address",
  ]

  @Test("a statement in a literal is found outside Store", arguments: statements)
  func finds(text: String) {
    let code = "let a = \"\"\"\n\(text)\n\"\"\""
    let handler = SourceFile(path: "Sources/Workflow/Example.swift", text: code)
    let store = SourceFile(path: "Sources/Store/Example.swift", text: code)
    #expect(SQLPlacement.violations(in: handler).count == 1)
    #expect(SQLPlacement.violations(in: store).isEmpty)
  }

  @Test("a sentence is no statement", arguments: sentences)
  func passes(text: String) {
    #expect(!SQLPlacement.looksLikeStatement(text))
  }

  @Test("a .sql file outside migrations is found")
  func strayFiles() {
    let paths = [
      "migrations/0001_people.sql", "bench/leases/seed.sql", "Sources/Store/people.sql",
      "schema.sql",
    ]
    let found = SQLPlacement.strayFiles(among: paths).map(\.path)
    #expect(found == ["Sources/Store/people.sql", "schema.sql"])
  }

  @Test("no SQL is out of its place")
  func everything() {
    let found =
      Repository.sources.flatMap { SQLPlacement.violations(in: $0) }
      + SQLPlacement.strayFiles(among: Repository.paths())
    #expect(found.isEmpty, "\(found.report)")
  }
}
