package import Domain
package import Postgres
package import Store
package import Workflow

/// Leases that nobody went on with end in the log, and what they had reserved and cannot send any
/// more is given back.
package struct SettleLeasesChore: Chore {
  package let name = "settle_leases"
  package let everySeconds: Int64 = 5

  package init() {}

  package func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [SettlementStore.Batch] {
    try await SettleLeases.due(limit: limit, at: now, in: tx)
  }

  package func command(for subject: SettlementStore.Batch) -> SettleLeases {
    SettleLeases(subject)
  }
}
