import Domain
import Postgres
import Store

/// What leases of one budget are about, resolved before anything is locked.
struct LeaseScene: Sendable {
  let grant: GrantFacts
  let budget: Budget
  /// Those who ask together, at least one. Of a lease that exists they have the sites that it
  /// charges, whatever its hosts call for now.
  let seats: [GroundStore.Seat]

  /// What stands under the locks.
  struct Locked: Sendable {
    let ground: CommonGround
    /// The seats, with every site that their hosts charge.
    let seats: [GroundStore.Seat]
    /// Their leases, as far as there are any, in any order.
    let leases: [GroundStore.Standing]
    /// The head of the stream that the act is logged in, if it was wanted.
    let head: LogHead?

    /// Where a refusal of one of the seats counts.
    func places(of seat: GroundStore.Seat) -> [RefusalStore.Place] {
      [.scope(.budget(ground.budget.id))] + seat.sites.map { .scope(.site($0.id)) }
    }
  }

  /// Several cannot be served together: one of them charges sites that it did not charge before.
  struct NotTogether: Error {}

  /// Locks every scope that the hosts charge, then reads the clock and what the rules look at
  /// (budgets.md, Grant and renewal transaction).
  ///
  /// - Parameters:
  ///   - now: an instant not after the locks.
  ///   - stream: where the act will be logged. It is locked first, so that no lease is logged
  ///     after the revocation that should have refused it.
  func locked(
    by service: Service, at now: Timestamp, loggingIn stream: StreamID? = nil,
    in tx: borrowing Transaction
  ) async throws -> Locked {
    let seats = try await complete(by: service, at: now, in: tx)
    let asked = DatabaseClockWatch.microseconds
    let locked = try await GroundStore.lock(
      GroundStore.Wanted(
        budget: budget, proposal: grant.proposal, seats: seats, stream: stream),
      at: now, in: tx)
    if !locked.fresh.isSameCluster { throw Disturbance.cluster }
    try service.clockWatch.note(
      ClockSighting(
        shown: locked.fresh.clock, earliest: asked, latest: DatabaseClockWatch.microseconds))
    return Locked(
      ground: try ground(locked, seats: seats, by: service, at: now, in: tx), seats: seats,
      leases: locked.leases, head: locked.head)
  }

  /// The seats with the sites that their hosts call for besides: a renewal knows them all already,
  /// and sites have been kept from changing since it learned of them.
  private func complete(
    by service: Service, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [GroundStore.Seat] {
    let suffixes = service.suffixes
    var complete: [GroundStore.Seat] = []
    for seat in seats {
      let missing = ChargedSiteStore.uncovered(seat.hosts, by: seat.sites, suffixes: suffixes)
      guard !missing.isEmpty else {
        complete.append(seat)
        continue
      }
      guard seats.count == 1 else { throw NotTogether() }
      ScopeStore.prepareToLock(in: tx)
      let more = try await ChargedSiteStore.sites(
        above: missing, implicit: implicitCeiling, suffixes: suffixes, at: now, in: tx)
      let known = Set(seat.sites.map(\.id))
      complete.append(seat.with(seat.sites + more.filter { !known.contains($0.id) }))
    }
    return complete
  }

  private var implicitCeiling: Ceiling { grant.tier == .t0 ? .implicitOwn : .implicit }

  private func ground(
    _ locked: GroundStore.Locked, seats: [GroundStore.Seat], by service: Service,
    at before: Timestamp, in tx: borrowing Transaction
  ) throws -> CommonGround {
    let rows = locked.scopes
    // By the clock as it is: a scope's own may stand still for longer than the quarantine lasts.
    let clock = service.clock.read(locked.fresh.clock)
    // The clock of a scope never runs backwards, whatever the machine's does.
    let now = rows.map(\.lastClock).reduce(max(before, clock), max)
    // An implicit site keeps the strictest ceiling that any of its targets ever called for.
    let implicit = Set(
      seats.flatMap(\.sites).filter { $0.origin == .implicit }.map { ScopeID.site($0.id) })
    let scopes = try rows.map { row in
      let isLower = implicit.contains(row.id) && implicitCeiling.maxRPS < row.capacity.rate
      if isLower { ScopeStore.lower(row.id, to: implicitCeiling.maxRPS, in: tx) }
      return try Scope(
        row, rateMax: isLower ? implicitCeiling.maxRPS : .most, epoch: locked.fresh.epoch,
        occupants: locked.occupants[row.id] ?? [], at: now, zones: service.zones)
    }
    return CommonGround(
      locked, scopes: scopes, of: budget, under: grant, at: now, clock: clock)
  }
}

extension GroundStore.Seat {
  /// A lease that exists.
  init(_ context: LeaseContext) {
    let lease = context.view.lease
    self.init(
      hosts: lease.hosts, pool: lease.pool, worker: lease.worker, sites: context.sites,
      lease: lease.id)
  }

  fileprivate func with(_ sites: [ChargedSite]) -> GroundStore.Seat {
    GroundStore.Seat(hosts: hosts, pool: pool, worker: worker, sites: sites, lease: lease)
  }
}
