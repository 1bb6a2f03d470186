package import Domain
package import Postgres
package import Workflow

/// Twice a minute: deadlines of open incidents, and how long their outages have become.
package struct WatchIncidentsChore: Chore {
  package let name = "watch_incidents"
  package let everySeconds: Int64 = 30

  package init() {}

  package func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [IncidentAlarm] {
    try await RaiseIncidentAlarm.due(limit: limit, at: now, in: tx)
  }

  package func command(for subject: IncidentAlarm) -> RaiseIncidentAlarm {
    RaiseIncidentAlarm(subject)
  }
}
