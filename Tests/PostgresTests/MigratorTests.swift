internal import CountersignTesting
internal import Foundation
@testable import Postgres
import Testing

@Suite("migrations")
struct MigratorTests {
  @Test("files are applied in order, once, each with its row")
  func order() async throws {
    try await withFolder([
      "0002_second.sql": "INSERT INTO a (n) VALUES (2);",
      "0001_first.sql": "CREATE TABLE a (n int); -- ; comment\nINSERT INTO a (n) VALUES (1);",
      "README.md": "not a migration",
    ]) { folder, database, url in
      let migrator = Migrator(directory: folder, configuration: DatabaseConfiguration(url: url))
      #expect(try await migrator.pending().map(\.version) == [1, 2])
      #expect(try await migrator.apply().map(\.name) == ["0001_first.sql", "0002_second.sql"])
      #expect(try await migrator.pending().isEmpty)
      #expect(try await migrator.apply().isEmpty)
      try write(folder, "0003_third.sql", "INSERT INTO a (n) VALUES (3);")
      #expect(try await migrator.apply().map(\.version) == [3])
      let sums = try await database.read { (tx: borrowing Transaction) in
        try await tx.one(
          Statement("SELECT (SELECT sum(n) FROM a), (SELECT count(*) FROM schema_migration)"))
      }
      #expect(try sums.int64(0) == 6)
      #expect(try sums.int64(1) == 3)
    }
  }

  @Test("two that run at once apply each file once", arguments: 0..<3)
  func race(round: Int) async throws {
    let sql = "CREATE TABLE t (n int); SELECT pg_sleep(0.05); INSERT INTO t VALUES (1);"
    try await withFolder(["0001_slow.sql": sql]) { folder, database, url in
      let configuration = DatabaseConfiguration(url: url)
      let counts = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<4 {
          group.addTask {
            try await Migrator(directory: folder, configuration: configuration).apply().count
          }
        }
        return try await group.reduce(into: [Int]()) { $0.append($1) }
      }
      #expect(counts.sorted() == [0, 0, 0, 1])
    }
  }

  @Test("a failing file leaves nothing of itself and names its line")
  func failure() async throws {
    try await withFolder([
      "0001_good.sql": "CREATE TABLE a (n int);",
      "0002_bad.sql": "CREATE TABLE b (n int);\n\n-- ü\nSELECT nonsense FROM a;\n",
    ]) { folder, database, url in
      let migrator = Migrator(directory: folder, configuration: DatabaseConfiguration(url: url))
      let error = await #expect(throws: MigrationError.self) { try await migrator.apply() }
      #expect(
        error?.description
          == "migrations: 0002_bad.sql:4: 42703: column \"nonsense\" does not exist")
      #expect(try await migrator.pending().map(\.version) == [2])
      try write(folder, "0002_bad.sql", "CREATE TABLE b (n int);")
      #expect(try await migrator.apply().map(\.version) == [2])
    }
  }

  @Test("a file that ends its own transaction is refused")
  func ownCommit() async throws {
    try await withFolder(["0001_commit.sql": "CREATE TABLE a (n int); COMMIT;"]) {
      folder, _, url in
      let migrator = Migrator(directory: folder, configuration: DatabaseConfiguration(url: url))
      await #expect(throws: MigrationError.endedTransaction("0001_commit.sql")) {
        try await migrator.apply()
      }
    }
  }

  @Test("changed files, newer databases and removed files are refused")
  func history() async throws {
    try await withFolder([
      "0001_a.sql": "CREATE TABLE a (n int);", "0002_b.sql": "CREATE TABLE b (n int);",
    ]) { folder, database, url in
      let migrator = Migrator(directory: folder, configuration: DatabaseConfiguration(url: url))
      _ = try await migrator.apply()
      try write(folder, "0001_a.sql", "CREATE TABLE a (n int) ;")
      await #expect(throws: MigrationError.changed("0001_a.sql")) {
        try await migrator.pending()
      }
      try write(folder, "0001_a.sql", "CREATE TABLE a (n int);")
      try FileManager.default.removeItem(atPath: "\(folder)/0002_b.sql")
      await #expect(throws: MigrationError.unknownVersion(2, "0002_b.sql")) {
        try await migrator.apply()
      }
      try write(folder, "0002_b.sql", "CREATE TABLE b (n int);")
      try await database.transaction { (tx: borrowing Transaction) in
        tx.write(Statement("DELETE FROM schema_migration WHERE version = 1"))
      }
      await #expect(throws: MigrationError.notApplied(1, before: 2)) {
        try await migrator.apply()
      }
    }
  }

  @Test(
    "names are NNNN_title.sql, numbers start at 1 and have no gaps",
    arguments: [
      (["0002_a.sql"], MigrationError.missingVersion(1)),
      (["0001_a.sql", "0003_c.sql"], .missingVersion(2)),
      (["0001_a.sql", "0001_b.sql"], .doubledVersion("0001_a.sql", "0001_b.sql")),
      (["1_a.sql"], .invalidName("1_a.sql")), (["0001-a.sql"], .invalidName("0001-a.sql")),
      (["0001_.sql"], .invalidName("0001_.sql")), (["+001_a.sql"], .invalidName("+001_a.sql")),
      (["0001_A.sql"], .invalidName("0001_A.sql")), (["0000_a.sql"], .missingVersion(1)),
    ])
  func names(files: [String], expected: MigrationError) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    for file in files { try write(folder, file, "SELECT 1;") }
    #expect(throws: expected) { try Migrator.migrations(in: folder) }
    try FileManager.default.removeItem(atPath: folder)
  }

  @Test("a missing folder and a missing server are one line each")
  func unreachable() async throws {
    let nowhere = DatabaseConfiguration(url: "host=/nowhere dbname=x")
    let missing = await #expect(throws: MigrationError.self) {
      try await Migrator(directory: "/nowhere", configuration: nowhere).apply()
    }
    #expect(missing?.description.hasPrefix("migrations: /nowhere: ") == true)
    try await withFolder(["0001_a.sql": "SELECT 1"]) { folder, _, _ in
      let error = await #expect(throws: MigrationError.self) {
        try await Migrator(directory: folder, configuration: nowhere).apply()
      }
      #expect(error?.description.contains("database unavailable") == true)
      #expect(error?.description.contains("\n") == false)
    }
  }

  @Test("the product's own migrations make the test databases")
  func ownMigrations() async throws {
    let files = try Migrator.migrations(in: TestDatabase.migrationsFolder)
    try #require(!files.isEmpty)
    let count = try await TestDatabase.with { database in
      try await database.read { (tx: borrowing Transaction) in
        try await tx.one(Statement("SELECT count(*) FROM schema_migration")).int64(0)
      }
    }
    #expect(count == Int64(files.count))
    let pending = try await TestDatabase.with { database, url in
      let configuration = DatabaseConfiguration(url: url)
      return try await Migrator(
        directory: TestDatabase.migrationsFolder, configuration: configuration
      ).pending()
    }
    #expect(pending.isEmpty)
  }

  private func withFolder(
    _ files: [String: String], _ body: (String, Database, String) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    for (name, sql) in files { try write(folder, name, sql) }
    try await TestDatabase.with(.empty) { database, url in
      try await body(folder, database, url)
    }
    try FileManager.default.removeItem(atPath: folder)
  }

  private func write(_ folder: String, _ name: String, _ sql: String) throws {
    try Data(sql.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
  }
}
