import Domain
package import Postgres
import Store

/// Forgets jobs that ended long ago, so that the table does not grow.
package struct ForgetJobs: Command {
  /// How many at once.
  package static let limit: Int64 = 1_000

  package init() {}

  /// - Returns: how many were forgotten.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Int {
    try await JobStore.deleteEnded(
      before: act.now.adding(seconds: -Job.keptSeconds), limit: ForgetJobs.limit, in: tx)
  }
}
