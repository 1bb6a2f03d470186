package import Domain
package import Postgres
import Store
package import Workflow

/// Once an hour: jobs that ended long ago are forgotten.
package struct ForgetJobsChore: Chore {
  package let name = "forget_jobs"
  package let everySeconds: Int64 = 3_600

  package init() {}

  package func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [String] {
    let oldest = try await JobStore.oldestEnding(in: tx)
    return oldest.map { $0 <= now.adding(seconds: -Job.keptSeconds) } == true ? ["jobs"] : []
  }

  package func command(for subject: String) -> ForgetJobs { ForgetJobs() }
}
