package import Domain
package import Postgres
package import Workflow

/// Something that the service looks after from time to time: a list of what is due, and one
/// command, in one transaction, for each of it.
///
/// The command is idempotent and the list shrinks by what was done: nothing is remembered of a
/// chore, and a new leader begins with all of them.
package protocol Chore: Sendable {
  associatedtype Subject: Hashable, Sendable, CustomStringConvertible
  associatedtype Deed: Command

  /// In metrics and the log.
  var name: String { get }
  /// How often is looked, by the database's clock.
  var everySeconds: Int64 { get }

  /// What is due at `now`, in a stable order; as many as `limit` at the most.
  func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [Subject]
  /// What is done about one of them.
  func command(for subject: Subject) -> Deed
}
