package import Domain
package import Postgres
package import Store

/// Records the end of leases that nobody went on with, and gives back what nobody can send under
/// them any more (decision 27). Whatever was settled before, or is not over yet, is left alone.
package struct SettleLeases: Command {
  private let batch: SettlementStore.Batch

  package init(_ batch: SettlementStore.Batch) {
    self.batch = batch
  }

  /// Those that wait for it, a grant's together, no more than what the locks of their scopes
  /// should be held for.
  package static func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [SettlementStore.Batch] {
    try await SettlementStore.due(batches: limit, at: now, in: tx)
  }

  /// How many were settled just now.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Int {
    let (head, leases) = try await SettlementStore.lock(batch, in: tx)
    let settled = leases.compactMap { lease, account in
      lease.settled(account, by: act.actor, at: act.now)
    }
    if !settled.isEmpty {
      try SettlementStore.record(settled, behind: head, at: act.now, in: tx)
    }
    return settled.count
  }
}
