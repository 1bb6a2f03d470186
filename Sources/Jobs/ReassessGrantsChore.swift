package import Domain
package import Postgres
package import Workflow

/// Grants that the policy in force was not held against yet.
package struct ReassessGrantsChore: Chore {
  package let name = "reassess_grants"
  package let everySeconds: Int64 = 5

  package init() {}

  package func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [GrantID] {
    try await ReassessGrant.due(at: now, limit: limit, in: tx)
  }

  package func command(for subject: GrantID) -> ReassessGrant { ReassessGrant(grant: subject) }
}
