package import Domain
package import Postgres
import Store

/// Who may send how much to a site, who holds a share now, what was sent and what was refused in
/// the last hour.
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
    let scope = try Scope(
      found.scope, occupants: found.occupants, at: act.now, zones: act.service.zones)
    return (
      SiteLoad(
        host: host, isRegistered: found.isRegistered, scope: scope, budgets: found.budgets,
        leases: found.leases, waiting: found.waiting, minutes: found.minutes,
        refused: found.refused), act.now
    )
  }
}
