package import Domain
package import Postgres
import Store

/// Tells once that a deadline of an incident comes or is over, or that an outage has become long;
/// from a certain length on, grants that can send to the site stand still until two people say so.
package struct RaiseIncidentAlarm: Command {
  private let alarm: IncidentAlarm

  /// Open incidents that are looked at in one go.
  private static let incidentsMax: Int64 = 1_000

  package init(_ alarm: IncidentAlarm) {
    self.alarm = alarm
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    guard let seen = try await IncidentStore.find(.id(alarm.incident), in: tx) else { return }
    // Grants are locked before the incident's row; a mark that was told before stops nothing more.
    guard try await !ReminderStore.contains(alarm, in: tx) else { return }
    if alarm.suspends, try await ruling(on: seen, by: act, in: tx) != nil {
      for grant in try await standing(of: seen, at: act.now, in: tx) {
        try await act.suspend(
          grant, for: Suspension(.breaker, subject: alarm.about, since: act.now), in: tx)
      }
    }
    guard let incident = try await IncidentStore.lock(.id(alarm.incident), in: tx),
      try await !ReminderStore.contains(alarm, in: tx),
      let ruling = try await ruling(on: incident, by: act, in: tx)
    else { return }
    try await ReminderStore.record(ruling, in: tx)
  }

  private func ruling(
    on incident: Incident, by act: Act, in tx: borrowing Transaction
  ) async throws -> Ruling<IncidentAlarm>? {
    let view = try await IncidentView.metered(incident, at: act.now, in: tx)
    return incident.raised(
      alarm, deadlines: view.deadlines, meters: view.meters, limits: view.policy?.outage,
      by: act.actor, at: act.now)
  }

  /// Linked grants that can send to the site of the alarm and are not over, in order of id.
  private func standing(
    of incident: Incident, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [GrantID] {
    guard
      let site = incident.sites.compactMap(\.link.site).first(where: {
        $0.text == alarm.about
      })
    else { return [] }
    let reaching = try await OutageStore.grants(reaching: [site], since: now, at: now, in: tx)
    return incident.grants.filter(reaching.contains).sorted()
  }

  /// Alarms of open incidents that were not told yet, in order of incident.
  package static func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [IncidentAlarm] {
    let incidents = try await IncidentStore.open(limit: incidentsMax, in: tx)
    let told = try await ReminderStore.recorded(of: incidents.map(\.id), in: tx)
    var due: [IncidentAlarm] = []
    for incident in incidents where due.count < Int(limit) {
      let view = try await IncidentView.metered(incident, at: now, in: tx)
      due += incident.alarms(
        deadlines: view.deadlines, meters: view.meters, limits: view.policy?.outage, at: now
      ).filter { !told.contains($0.description) }
    }
    return Array(due.prefix(Int(limit)))
  }
}
