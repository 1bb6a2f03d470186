package import Domain
package import Postgres
import Store

/// What goes on now: budgets, leases, refusals and everything that holds something up.
package struct ShowServiceLoad: Query {
  private let filter: Result<ServiceLoad.Filter, InvalidBody>

  package init(filter: Result<ServiceLoad.Filter, InvalidBody>) {
    self.filter = filter
  }

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> (load: ServiceLoad, now: Timestamp) {
    _ = try act.person()
    let filter = try filter.get()
    let now = act.now
    let (budgets, totals) = try await ServiceLoadStore.budgets(filter, at: now, in: tx)
    let rest = try await ServiceLoadStore.rest(
      of: budgets.map(\.sharer.budget), filter, at: now, in: tx)
    let hosts = budgets.map { $0.sharer.hosts.compactMap { Host(pattern: $0) } }
    let sites = try await SiteStore.at(Set(hosts.joined().flatMap(\.selfAndParents)), in: tx)
    let zones = act.service.zones
    let shares = try zip(budgets, hosts).map { budget, hosts in
      let above = sites.filter { $0.isAbove(any: hosts) }
      let zone = try zones.stored(budget.timeZone)
      return ServiceLoad.Share(
        budget: budget.sharer, maxWorkers: budget.maxWorkers, leases: budget.leases,
        rate: budget.rate, waiting: budget.waiting, refused: budget.refused,
        spentToday: rest.spent[budget.sharer.budget.text]?[zone.date(at: now)] ?? 0,
        openings: [Opening(budget.windows, in: zone)]
          + (try above.map {
            Opening($0.facts.ceiling.windows, in: try zones.stored($0.facts.timeZone))
          }), at: now)
    }
    let locks = try await locks(on: shares, filter, in: tx)
    return (
      ServiceLoad(
        totals: totals, shares: shares, leases: rest.leases, refused: rest.refused,
        holds: rest.holds.filter { $0.kind == .quarantine }
          + locks.map { ServiceLoad.Hold($0) } + rest.holds.filter { $0.kind != .quarantine }
          + rest.breakers.compactMap { ServiceLoad.Hold($0, at: now) }
          + shares.compactMap { ServiceLoad.Hold(closed: $0) }), now
    )
  }

  /// Every stop that stands; of a part those that reach it.
  private func locks(
    on shares: [ServiceLoad.Share], _ filter: ServiceLoad.Filter, in tx: borrowing Transaction
  ) async throws -> [Lock] {
    if filter.grant == nil, filter.site == nil {
      return try await LockStore.list(
        onlyActive: true, after: "", limit: filter.limit, in: tx)
    }
    let ids = shares.flatMap { [$0.budget.grant.text, $0.budget.proposal.text] }
    let hosts = shares.flatMap { $0.budget.hosts.compactMap { Host(pattern: $0) } }
    return Array(
      try await LockStore.active(
        onAnyOf: ids, hosts: hosts + (filter.site.map { [$0] } ?? []), in: tx
      ).prefix(Int(filter.limit)))
  }
}

extension Site {
  /// Whether any of the hosts lies in it, by whichever of its names.
  func isAbove(any hosts: [Host]) -> Bool {
    let names = [host] + facts.aliases
    return hosts.contains { host in names.contains { host.isWithin($0) } }
  }
}
