import Domain
import Postgres
import Store

/// What a lease is about, resolved before anything is locked.
struct LeaseScene: Sendable {
  let grant: GrantFacts
  let budget: Budget
  let hosts: [Host]
  let pool: PoolID
  let worker: WorkerID
  /// When the credential stops working.
  let keyEndsAt: Timestamp
  /// Charged already, whatever is registered now.
  let charged: [SiteID]

  /// Locks every scope that the hosts charge, then reads the clock and what the rules look at
  /// (budgets.md, Grant and renewal transaction).
  ///
  /// - Parameter stream: where the act will be logged. It is locked first, so that no lease is
  ///   logged after the revocation that should have refused it.
  func locked(
    by act: Act, loggingIn stream: StreamID? = nil, in tx: borrowing Transaction
  ) async throws -> LeaseGround {
    let service = act.service
    ScopeStore.limitWaiting(in: tx)
    let ceiling: Ceiling = grant.tier == .t0 ? .implicitOwn : .implicit
    let sites = try await ChargedSiteStore.sites(
      above: hosts, implicit: ceiling, suffixes: service.suffixes, at: act.now, in: tx)
    if let stream { try await LogStore.lock(stream, in: tx) }
    let ids = Set(sites.map(\.id)).union(charged).map { ScopeID.site($0) }
    let rows = try await ScopeStore.lock([.budget(budget.id)] + ids, at: act.now, in: tx)
    // What was read before the lock may be old: the total, and whether the grant still stands.
    let fresh = try await GrantFactsStore.fresh(budget, besides: worker, in: tx)
    // The clock of a scope never runs backwards, whatever the machine's does.
    let now = rows.map(\.lastClock).reduce(service.clock.read(fresh.clock), max)
    let occupants = try await LeaseStore.occupants(of: rows.map(\.id), at: now, in: tx)
    let locks = try await LockStore.active(
      covering: LockStore.Targets(
        proposal: grant.proposal, grant: grant.id, pool: pool, worker: worker,
        hosts: hosts + sites.map(\.host)), in: tx)
    // An implicit site keeps the strictest ceiling that any of its targets ever called for.
    let implicit = Set(sites.filter { $0.origin == .implicit }.map(\.id))
    for id in implicit { ScopeStore.lower(id, to: ceiling.maxRPS, in: tx) }
    let scopes = try rows.map { row in
      try scope(
        row, rateMax: implicit.contains { row.id == .site($0) } ? ceiling.maxRPS : .most,
        occupants: occupants[row.id] ?? [], at: now, zones: service.zones)
    }
    guard let own = scopes.first(where: { $0.id == .budget(budget.id) }) else {
      preconditionFailure("a budget has its scope: the schema says so")
    }
    return LeaseGround(
      now: now, grant: grant.standing(fresh.standing), budget: own,
      sites: scopes.filter { $0.id != own.id }, locks: locks, keyEndsAt: keyEndsAt,
      evidenceExpiresAt: budget.evidenceExpiresAt, leftInTotal: fresh.leftInTotal,
      waiting: fresh.waiting)
  }

  private func scope(
    _ row: ScopeStore.LockedScope, rateMax: Rate, occupants: [Occupant], at now: Timestamp,
    zones: Zones
  ) throws -> Scope {
    guard let zone = zones.zone(row.timeZone) else {
      throw LeaseSceneError.unknownZone(row.timeZone)
    }
    return Scope(
      id: row.id, label: row.label, capacity: row.capacity.limited(to: rateMax),
      opening: Opening(row.windows, in: zone), holdUntil: row.holdUntil, epoch: row.epoch,
      spentToday: row.spent[zone.date(at: now)] ?? 0, occupants: occupants)
  }
}

/// What should never be found in the database of a healthy service.
enum LeaseSceneError: Error, Hashable, Sendable {
  /// The machine's tz database lost a zone that a scope is in.
  case unknownZone(String)
}
