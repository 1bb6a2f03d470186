/// Everything that the rules of leases look at, read after the scopes were locked.
package struct LeaseGround: Sendable {
  /// The database's clock after the lock, not before the scopes' last clock.
  package let now: Timestamp
  package let grant: GrantFacts
  package let budget: Scope
  /// Every site above the hosts.
  package let sites: [Scope]
  /// Stops that cover the lease and stand.
  package let locks: [Lock]
  /// When the credential stops working.
  package let keyEndsAt: Timestamp
  /// Requests that the grant's total leaves.
  package let leftInTotal: Int64
  /// Workers that wait for a share of the budget, or for room in one of the sites; in any order.
  /// Whoever asks may be among them: its place in the line is its own.
  package let waiting: [Waiter]
  /// Until when none is given because leases may live that are not known of; nil: all are.
  package let quarantinedUntil: Timestamp?
  /// Of the budget on every host of the lease.
  package let breakers: [Breaker]
  /// Of the chain that goes on; nil for a new one.
  package let standing: Standing?

  package init(
    now: Timestamp, grant: GrantFacts, budget: Scope, sites: [Scope], locks: [Lock],
    keyEndsAt: Timestamp, leftInTotal: Int64, waiting: [Waiter],
    quarantinedUntil: Timestamp? = nil, breakers: [Breaker] = [], standing: Standing? = nil
  ) {
    self.now = now
    self.grant = grant
    self.budget = budget
    self.sites = sites
    self.locks = locks
    self.keyEndsAt = keyEndsAt
    self.leftInTotal = leftInTotal
    self.waiting = waiting
    self.quarantinedUntil = quarantinedUntil
    self.breakers = breakers
    self.standing = standing
  }

  /// The same after a report moved the breakers and settled the account, or with another budget.
  package func with(
    _ breakers: [Breaker]? = nil, settled: LeaseAccount? = nil, budget: Scope? = nil
  ) -> LeaseGround {
    LeaseGround(
      now: now, grant: grant, budget: budget ?? self.budget, sites: sites, locks: locks,
      keyEndsAt: keyEndsAt, leftInTotal: leftInTotal, waiting: waiting,
      quarantinedUntil: quarantinedUntil, breakers: breakers ?? self.breakers,
      standing: standing.map {
        Standing(account: $0.account, settled: settled ?? $0.settled, days: $0.days)
      })
  }

  var scopes: [Scope] { [budget] + sites }

  /// Stops, grant, hours: whatever depends neither on numbers nor on the lease.
  var refusals: [Refusal] {
    var refusals = locks.map(\.refusal) + grant.refusals(at: now)
    let soon = now.adding(seconds: LeaseTerm.secondsLeast)
    refusals += grant.instants.suspensions(at: soon.adding(microseconds: -1))
      .map { .grantSuspended(cause: $0.cause) }
    if let replacedAt = grant.instants.replacedAt, soon > grant.instants.stopsAt {
      refusals.append(.grantEnded(at: replacedAt))
    }
    if soon > keyEndsAt {
      refusals.append(.notAllowed(act: "A lease", who: "a key that works a while longer"))
    }
    if isPastItsDay {
      let openings = scopes.map(\.opening)
      refusals.append(.outsideWindow(nextOpensAt: openings.nextOpening(from: now)))
    } else if soon > hoursEnd {
      refusals.append(.outsideWindow(nextOpensAt: nextOpening))
    }
    if let quarantinedUntil { refusals.append(.quarantine(until: quarantinedUntil)) }
    if totalLeft <= 0 { refusals.append(.totalRequestsSpent) }
    if let spent = spentScope {
      refusals.append(
        .dailyRequestsSpent(
          scope: spent.label, until: spent.opening.zone.endOfDay(at: now)))
    }
    return refusals
  }

  /// Holds of sites, and breakers of the hosts.
  func stops(of lease: LeaseID) -> [Refusal] {
    let held = scopes.filter { $0.holdUntil.map { now < $0 } ?? false }
    return held.map {
      .breakerOpen(BreakerStop(.siteHeld, of: $0.label, until: $0.holdUntil))
    } + breakers.compactMap { $0.stop(of: lease, at: now) }.map { .breakerOpen($0) }
  }

  /// The earliest of every boundary of I5.
  var boundary: Timestamp {
    [hoursEnd, grant.endsAt, keyEndsAt, grant.instants.stopsAt].min() ?? now
  }

  /// When the hours end: a window closes or a local day is over; now when it is closed already.
  private var hoursEnd: Timestamp {
    let openings = scopes.map(\.opening)
    let dayEnd = openings.map { $0.zone.endOfDay(at: now) }.min() ?? now
    return min(openings.close(after: now) ?? dayEnd, dayEnd)
  }

  private var nextOpening: Timestamp? {
    let openings = scopes.map(\.opening)
    return openings.nextOpening(from: max(hoursEnd, now.adding(microseconds: 1)))
  }

  private var spentScope: Scope? { scopes.first { left(in: $0) <= 0 } }
}
