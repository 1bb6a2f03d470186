/// Why the schema was not migrated; each in one line for an operator.
package enum MigrationError: Error, Hashable, Sendable {
  /// The folder or a file in it cannot be read.
  case unreadable(path: String, reason: String)
  /// A file's name is not `NNNN_title.sql`.
  case invalidName(String)
  /// Two files have one version.
  case doubledVersion(String, String)
  /// A version has no file, but later ones have.
  case missingVersion(Int)
  /// A file is not what was applied.
  case changed(String)
  /// The database has been migrated by a newer program.
  case unknownVersion(Int, String)
  /// The database lacks a version but has a later one.
  case notApplied(Int, before: Int)
  /// A statement of a file failed; the line counts from 1, 0 when the server named none.
  case failed(name: String, line: Int, SQLState, message: String)
  /// A file ended the transaction that it runs in.
  case endedTransaction(String)
  /// Another migrator did not finish in time.
  case locked(seconds: Int)
  /// The database could not be reached or did not answer as expected.
  case database(DatabaseError)
}

extension MigrationError: CustomStringConvertible {
  /// One line, safe to show.
  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "migrations: \(path): \(reason)"
    case .invalidName(let name): "migrations: \(name) is not named NNNN_title.sql"
    case .doubledVersion(let first, let second):
      "migrations: \(first) and \(second) have the same number"
    case .missingVersion(let version):
      "migrations: number \(version) is missing; numbers start at 1 and have no gaps"
    case .changed(let name):
      "migrations: \(name) has been changed after it was applied; add a new file instead"
    case .unknownVersion(let version, let name):
      "migrations: the database is at \(name) (\(version)), newer than this program"
    case .notApplied(let version, let later):
      "migrations: the database has number \(later) but not number \(version)"
    case .failed(let name, let line, let state, let message):
      "migrations: \(name)\(line > 0 ? ":\(line)" : ""): \(state): \(message)"
    case .endedTransaction(let name):
      "migrations: \(name) must not contain COMMIT or ROLLBACK"
    case .locked(let seconds):
      "migrations: another migrator still runs after \(seconds) s"
    case .database(let error): "migrations: \(error)"
    }
  }
}
