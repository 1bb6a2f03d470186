import Domain
package import Postgres
import Store

/// Forgets refused calls of long ago, so that the table does not grow.
package struct ForgetRefusals: Command {
  /// How many rows at once.
  package static let limit: Int64 = 10_000

  package init() {}

  /// - Returns: how many rows were forgotten.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Int {
    try await RefusalStore.delete(
      before: act.now.adding(seconds: -RefusedCalls.keptSeconds), limit: ForgetRefusals.limit,
      in: tx)
  }
}
