package import Domain
package import Postgres

/// The database's clock: the only one that decides (budgets.md, Clock).
package enum ClockStore {
  /// `clock_timestamp()`, which moves within a transaction.
  package static func now(in tx: borrowing Transaction) async throws -> Timestamp {
    try await tx.one(select, []).instant(0)
  }

  static let select = Statement("SELECT clock_timestamp()")
}
