package import Domain
package import Postgres
import Store
package import Workflow

/// Every minute: refused calls of long ago are forgotten.
package struct ForgetRefusalsChore: Chore {
  package let name = "forget_refusals"
  package let everySeconds: Int64 = 60

  package init() {}

  package func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [String] {
    let oldest = try await RefusalStore.oldest(in: tx)
    let end = now.adding(seconds: -RefusedCalls.keptSeconds)
    return oldest.map { $0 < end } == true ? ["refusals"] : []
  }

  package func command(for subject: String) -> ForgetRefusals { ForgetRefusals() }
}
