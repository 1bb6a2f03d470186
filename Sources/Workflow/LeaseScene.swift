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
  /// The sites that the lease charges already, whatever its hosts call for now.
  let charged: [ChargedSite]
  /// Whose lease is read under the locks.
  let lease: GroundStore.Wanted.Holder

  /// What stands under the locks.
  struct Locked: Sendable {
    let ground: LeaseGround
    let lease: LeaseView?
    /// The head of the stream that the act is logged in, if it was wanted.
    let head: LogHead?
  }

  /// Locks every scope that the hosts charge, then reads the clock and what the rules look at
  /// (budgets.md, Grant and renewal transaction).
  ///
  /// - Parameter stream: where the act will be logged. It is locked first, so that no lease is
  ///   logged after the revocation that should have refused it.
  func locked(
    by act: Act, loggingIn stream: StreamID? = nil, in tx: borrowing Transaction
  ) async throws -> Locked {
    var sites = charged
    while true {
      sites = try await complete(sites, by: act, in: tx)
      let asked = DatabaseClockWatch.microseconds
      let locked = try await GroundStore.lock(
        GroundStore.Wanted(
          budget: budget, sites: sites, pool: pool, worker: worker, hosts: hosts,
          proposal: grant.proposal, lease: lease, stream: stream), at: act.now, in: tx)
      if !locked.fresh.isSameCluster { throw Disturbance.cluster }
      try act.service.clockWatch.note(
        ClockSighting(
          shown: locked.fresh.clock, earliest: asked, latest: DatabaseClockWatch.microseconds))
      // A site may have been registered over the hosts before sites were kept from changing.
      if let more = joined(sites, locked.charged) {
        sites = more
        continue
      }
      return Locked(
        ground: try ground(locked, sites: sites, by: act, in: tx), lease: locked.lease,
        head: locked.head)
    }
  }

  /// The sites with those that the hosts call for besides: a renewal knows them all already.
  private func complete(
    _ sites: [ChargedSite], by act: Act, in tx: borrowing Transaction
  ) async throws -> [ChargedSite] {
    let suffixes = act.service.suffixes
    let missing = ChargedSiteStore.uncovered(hosts, by: sites, suffixes: suffixes)
    if missing.isEmpty { return sites }
    ScopeStore.prepareToLock(in: tx)
    let more = try await ChargedSiteStore.sites(
      above: missing, implicit: implicitCeiling, suffixes: suffixes, at: act.now, in: tx)
    return joined(sites, more) ?? sites
  }

  private var implicitCeiling: Ceiling { grant.tier == .t0 ? .implicitOwn : .implicit }

  /// Nil when there is nothing new among the second ones.
  private func joined(_ sites: [ChargedSite], _ more: [ChargedSite]) -> [ChargedSite]? {
    let known = Set(sites.map(\.id))
    let new = more.filter { !known.contains($0.id) }
    return new.isEmpty ? nil : sites + new
  }

  private func ground(
    _ locked: GroundStore.Locked, sites: [ChargedSite], by act: Act,
    in tx: borrowing Transaction
  ) throws -> LeaseGround {
    let service = act.service
    let rows = locked.scopes
    // By the clock as it is: a scope's own may stand still for longer than the quarantine lasts.
    let clock = service.clock.read(locked.fresh.clock)
    // The clock of a scope never runs backwards, whatever the machine's does.
    let now = rows.map(\.lastClock).reduce(
      max(act.now, clock), max)
    // An implicit site keeps the strictest ceiling that any of its targets ever called for.
    let implicit = Set(sites.filter { $0.origin == .implicit }.map { ScopeID.site($0.id) })
    let scopes = try rows.map { row in
      let isLower = implicit.contains(row.id) && implicitCeiling.maxRPS < row.capacity.rate
      if isLower { ScopeStore.lower(row.id, to: implicitCeiling.maxRPS, in: tx) }
      return try Scope(
        row, rateMax: isLower ? implicitCeiling.maxRPS : .most,
        occupants: locked.occupants[row.id] ?? [], at: now, zones: service.zones)
    }
    guard let own = scopes.first(where: { $0.id == .budget(budget.id) }) else {
      preconditionFailure("a budget has its scope: the schema says so")
    }
    return LeaseGround(
      now: now,
      grant: grant.refreshed(
        standing: locked.fresh.standing, instants: locked.fresh.instants,
        endsAt: locked.fresh.endsAt
      ).blocked(by: locked.fresh.robots),
      budget: own, sites: scopes.filter { $0.id != own.id }, locks: locked.locks,
      keyEndsAt: keyEndsAt, leftInTotal: locked.fresh.leftInTotal,
      waiting: locked.fresh.waiting,
      quarantinedUntil: locked.fresh.quarantinedUntil.flatMap { clock < $0 ? $0 : nil })
  }
}
