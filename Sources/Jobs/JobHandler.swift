package import Domain
package import Postgres
package import Workflow

/// Does the jobs of one kind.
package protocol JobHandler: Sendable {
  associatedtype Found: Sendable

  var kind: JobKind { get }
  var backOff: BackOff { get }

  /// The part outside the database, outside any transaction; may be done more than once. What it
  /// throws counts as a failed attempt.
  func work(on job: Job) async throws -> Found

  /// What came of it, in the transaction that ends the attempt: undone as a whole when somebody
  /// else has claimed the job since.
  ///
  /// - Parameter next: when another attempt would be made; nil when this was the last one.
  func settle(
    _ found: Found, of job: Job, next: Timestamp?, by act: Act, in tx: borrowing Transaction
  ) async throws -> JobEnding
}

extension JobHandler {
  package var backOff: BackOff { .standard }
}
