package import Domain
package import Postgres
package import Workflow

/// Open rounds that the policy in force was not held against yet.
package struct ReassessRoundsChore: Chore {
  package let name = "reassess_rounds"
  package let everySeconds: Int64 = 5

  package init() {}

  package func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [RoundID] {
    try await ReassessRound.due(at: now, limit: limit, in: tx)
  }

  package func command(for subject: RoundID) -> ReassessRound { ReassessRound(round: subject) }
}
