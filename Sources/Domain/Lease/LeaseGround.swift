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
  /// Wishes of workers that wait for a free place, longest waiting first.
  package let waiting: [Rate]
  /// Until when none is given because leases may live that are not known of; nil: all are.
  package let quarantinedUntil: Timestamp?

  package init(
    now: Timestamp, grant: GrantFacts, budget: Scope, sites: [Scope], locks: [Lock],
    keyEndsAt: Timestamp, leftInTotal: Int64, waiting: [Rate],
    quarantinedUntil: Timestamp? = nil
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
  }

  var scopes: [Scope] { [budget] + sites }

  /// Stops, grant, holds, hours: whatever does not depend on numbers.
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
    if let hold = scopes.compactMap(\.holdUntil).filter({ now < $0 }).max() {
      refusals.append(.breakerOpen(until: hold))
    }
    if soon > hoursEnd {
      refusals.append(.outsideWindow(nextOpensAt: nextOpening))
    }
    if let quarantinedUntil { refusals.append(.quarantine(until: quarantinedUntil)) }
    if leftInTotal <= 0 { refusals.append(.totalRequestsSpent) }
    if let spent = spentScope {
      refusals.append(
        .dailyRequestsSpent(
          scope: spent.label, until: spent.opening.zone.endOfDay(at: now)))
    }
    return refusals
  }

  /// The earliest of every boundary of I5.
  var boundary: Timestamp {
    [hoursEnd, grant.endsAt, keyEndsAt, grant.instants.stopsAt].min() ?? now
  }

  /// Requests that may still be reserved.
  var quotaLeft: Int64 {
    min(leftInTotal, scopes.map(\.leftToday).min() ?? 0)
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

  private var spentScope: Scope? { scopes.first { $0.leftToday <= 0 } }
}
