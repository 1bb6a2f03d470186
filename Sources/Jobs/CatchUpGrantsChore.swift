package import Domain
package import Postgres
package import Workflow

/// Grants that time has started, suspended, replaced or ended; now the log says so.
package struct CatchUpGrantsChore: Chore {
  package let name = "catch_up_grants"
  package let everySeconds: Int64 = 10

  package init() {}

  package func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [GrantID] {
    try await CatchUpGrant.due(at: now, limit: limit, in: tx)
  }

  package func command(for subject: GrantID) -> CatchUpGrant { CatchUpGrant(grant: subject) }
}
