package import Domain
package import Postgres
package import Workflow

/// Rounds whose time to decide ran out; they have been lapsed since, and now the log says so.
package struct LapseChore: Chore {
  package let name = "lapse"
  package let everySeconds: Int64 = 10

  package init() {}

  package func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [RoundID] {
    try await RecordLapse.due(at: now, limit: limit, in: tx)
  }

  package func command(for subject: RoundID) -> RecordLapse { RecordLapse(round: subject) }
}
