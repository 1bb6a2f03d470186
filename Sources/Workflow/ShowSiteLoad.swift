package import Domain
package import Postgres
import Store

/// Who may send how much to a site, who holds a share now, and what was sent in the last hour.
package struct ShowSiteLoad: Query {
  private let host: Host

  package init(host: Host) {
    self.host = host
  }

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> (load: SiteLoad, now: Timestamp) {
    _ = try act.person()
    guard let found = try await SiteLoadStore.find(host, at: act.now, in: tx) else {
      throw Refusals(.notFound(kind: "site", id: host.text))
    }
    let row = found.scope
    guard let zone = act.service.zones.zone(row.timeZone) else {
      throw LeaseSceneError.unknownZone(row.timeZone)
    }
    let scope = Scope(
      id: row.id, label: row.label, capacity: row.capacity,
      opening: Opening(row.windows, in: zone), holdUntil: row.holdUntil, epoch: row.epoch,
      spentToday: row.spent[zone.date(at: act.now)] ?? 0, occupants: found.occupants)
    return (
      SiteLoad(
        host: host, isRegistered: found.isRegistered, scope: scope, budgets: found.budgets,
        leases: found.leases, waiting: found.waiting, minutes: found.minutes), act.now
    )
  }
}
