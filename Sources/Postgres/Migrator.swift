internal import Foundation

/// Brings a database to the schema of a folder of migrations, forward only.
///
/// Several may run at once: an advisory lock lets one work while the others wait and then find
/// nothing to do.
package struct Migrator: Sendable {
  /// How long to wait for another migrator, and for the locks of a migration's own statements.
  private static let lockSeconds = 60
  /// "csignmig" in ASCII: the advisory lock of this program's migrators.
  private static let lockKey: Int64 = 0x6373_6967_6E6D_6967

  private let directory: String
  private let configuration: DatabaseConfiguration

  /// Takes the folder of the `NNNN_title.sql` files and the database.
  package init(directory: String, configuration: DatabaseConfiguration) {
    self.directory = directory
    self.configuration = configuration
  }

  /// The migrations that the database lacks, in order. Changes nothing.
  package func pending() async throws -> [Migration] {
    try await onThread { plan, connection throws(MigrationError) in
      Array(try Self.pending(of: plan, in: connection))
    }
  }

  /// Applies what the database lacks, each file in a transaction of its own with its row in
  /// `schema_migration`; gives what was applied.
  package func apply() async throws -> [Migration] {
    try await onThread { plan, connection throws(MigrationError) in
      try Self.lock(connection)
      try Self.call(connection, Self.createTable)
      var applied: [Migration] = []
      for migration in try Self.pending(of: plan, in: connection) {
        try Self.apply(migration, in: connection)
        applied.append(migration)
      }
      return applied
    }
  }

  /// Reads the files of a folder in order; files that do not end with `.sql` are left alone.
  package static func migrations(in directory: String) throws(MigrationError) -> [Migration] {
    try plan(of: directory).migrations
  }

  /// Blocking libpq in a thread of its own: it happens once, before anything is served.
  private func onThread<R: Sendable>(
    _ body:
      @escaping @Sendable (
        MigrationPlan, borrowing MigrationConnection
      ) throws(MigrationError) -> R
  ) async throws -> R {
    let (directory, configuration) = (directory, configuration)
    let result: Result<R, MigrationError> = await withCheckedContinuation { continuation in
      let thread = Thread {
        do throws(MigrationError) {
          let plan = try Self.plan(of: directory)
          let connection = try MigrationConnection(configuration)
          continuation.resume(returning: .success(try body(plan, connection)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
      thread.name = "migrator"
      thread.start()
    }
    return try result.get()
  }

  private static func plan(of directory: String) throws(MigrationError) -> MigrationPlan {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      throw .unreadable(path: directory, reason: "no such folder, or it cannot be read")
    }
    var migrations: [Migration] = []
    for name in names where name.hasSuffix(".sql") {
      let path = "\(directory)/\(name)"
      guard let content = FileManager.default.contents(atPath: path) else {
        throw .unreadable(path: path, reason: "cannot be read")
      }
      guard content.count <= MigrationPlan.fileBytesMax else {
        throw .unreadable(path: path, reason: "is larger than \(MigrationPlan.fileBytesMax) B")
      }
      guard let sql = String(bytes: content, encoding: .utf8), !sql.utf8.contains(0) else {
        throw .unreadable(path: path, reason: "is not UTF-8 text")
      }
      guard let migration = Migration(fileName: name, sql: sql) else {
        throw .invalidName(name)
      }
      migrations.append(migration)
    }
    return try MigrationPlan(migrations)
  }

  private static func pending(
    of plan: MigrationPlan, in connection: borrowing MigrationConnection
  ) throws(MigrationError) -> ArraySlice<Migration> {
    var checksums: [String] = []
    for migration in plan.migrations {
      checksums.append(try checksum(of: migration, in: connection))
    }
    let exists = try call(connection, Self.findTable).first?.first == "t"
    var applied: [AppliedMigration] = []
    for row in exists ? try call(connection, Self.listApplied) : [] {
      guard row.count == 3, let version = Int(row[0]) else {
        throw .database(.decoding(column: 0, reason: "schema_migration is not ours"))
      }
      applied.append(AppliedMigration(version: version, name: row[1], checksum: row[2]))
    }
    return try plan.pending(after: applied, checksums: checksums)
  }

  private static func apply(
    _ migration: Migration, in connection: borrowing MigrationConnection
  ) throws(MigrationError) {
    let checksum = try checksum(of: migration, in: connection)
    try call(connection, "BEGIN")
    do throws(MigrationConnection.Failure) {
      try connection.run(migration.sql)
    } catch {
      guard case .server(let state, let message, _) = error.error else {
        throw .database(error.error)
      }
      let line = error.position > 0 ? migration.sql.line(ofCharacter: error.position) : 0
      throw .failed(name: migration.name, line: line, state, message: message)
    }
    guard connection.isInTransaction else { throw .endedTransaction(migration.name) }
    try call(connection, Self.recordApplied, ["\(migration.version)", migration.name, checksum])
    try call(connection, "COMMIT")
  }

  /// The server computes it: this target brings no cryptography along.
  private static func checksum(
    of migration: Migration, in connection: borrowing MigrationConnection
  ) throws(MigrationError) -> String {
    let rows = try call(connection, Self.hash, [migration.sql])
    guard let checksum = rows.first?.first else {
      throw .database(.unexpectedRowCount(expected: 1, actual: 0))
    }
    return checksum
  }

  private static func lock(
    _ connection: borrowing MigrationConnection
  ) throws(MigrationError) {
    try call(connection, Self.setLockTimeout, ["\(lockSeconds)s"])
    do {
      try call(connection, Self.takeLock, ["\(lockKey)"])
    } catch .database(let error) where error.state == .lockNotAvailable {
      throw .locked(seconds: lockSeconds)
    }
  }

  @discardableResult
  private static func call(
    _ connection: borrowing MigrationConnection, _ sql: StaticString, _ values: [String] = []
  ) throws(MigrationError) -> [[String]] {
    do throws(MigrationConnection.Failure) {
      return try connection.call(sql, values)
    } catch {
      throw .database(error.error)
    }
  }
}

extension Migrator {
  private static let setLockTimeout: StaticString = "SELECT set_config('lock_timeout', $1, false)"
  private static let takeLock: StaticString = "SELECT pg_advisory_lock($1::bigint)"
  private static let hash: StaticString =
    "SELECT encode(sha256(convert_to($1::text, 'UTF8')), 'hex')"
  private static let findTable: StaticString =
    "SELECT to_regclass('schema_migration') IS NOT NULL"
  private static let createTable: StaticString = """
    CREATE TABLE IF NOT EXISTS schema_migration (
      version integer PRIMARY KEY CHECK (version > 0),
      name text NOT NULL,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT clock_timestamp())
    """
  private static let listApplied: StaticString =
    "SELECT version, name, checksum FROM schema_migration ORDER BY version"
  private static let recordApplied: StaticString =
    "INSERT INTO schema_migration (version, name, checksum) VALUES ($1::integer, $2, $3)"
}

extension String {
  /// The line, from 1, of a character counted from 1 as the server counts them.
  fileprivate func line(ofCharacter position: Int) -> Int {
    1 + unicodeScalars.prefix(position - 1).count { $0 == "\n" }
  }
}
