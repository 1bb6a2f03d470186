import Domain
import Store

/// What stands under the locks of one budget, for all who ask something of it together: each finds
/// what the one before left, as if they came one after the other at one instant.
struct CommonGround: Sendable {
  /// The database's clock after the locks, not before the scopes' last clock.
  let now: Timestamp
  private let grant: GrantFacts
  let budget: Budget
  private let fresh: GrantFactsStore.Fresh
  private let locks: [Lock]
  private let quarantinedUntil: Timestamp?
  /// The budget's and those of all sites.
  private var scopes: [ScopeID: Scope]
  private var leftInTotal: Int64
  /// Of the budget on every host.
  private var breakers: [Host: Breaker]

  init(
    _ locked: GroundStore.Locked, scopes: [Scope], of budget: Budget, under grant: GrantFacts,
    at now: Timestamp, clock: Timestamp
  ) {
    self.now = now
    self.grant = grant
    self.budget = budget
    fresh = locked.fresh
    locks = locked.locks
    quarantinedUntil = locked.fresh.quarantinedUntil.flatMap { clock < $0 ? $0 : nil }
    self.scopes = Dictionary(uniqueKeysWithValues: scopes.map { ($0.id, $0) })
    leftInTotal = locked.fresh.leftInTotal
    breakers = Dictionary(uniqueKeysWithValues: locked.breakers.map { ($0.host, $0) })
  }

  /// What the rules look at for one of them.
  ///
  /// - Parameter standing: what the lease that goes on has in its scopes; nil for a new one.
  func ground(
    of seat: GroundStore.Seat, keyEndsAt: Timestamp, standing: LeaseGround.Standing?
  ) -> LeaseGround {
    guard let own = scopes[.budget(budget.id)] else {
      preconditionFailure("a budget has its scope: the schema says so")
    }
    let targets = seat.targets(of: budget, grant.proposal)
    let hosts = Set(seat.hosts.map(\.text))
    return LeaseGround(
      now: now,
      grant: grant.refreshed(
        standing: fresh.standing, instants: fresh.instants, endsAt: fresh.endsAt
      ).blocked(by: fresh.robots.filter { hosts.contains($0.host) }.map(\.block)),
      budget: own, sites: seat.sites.compactMap { scopes[.site($0.id)] },
      locks: locks.filter { targets.fall(under: $0.scope) }, keyEndsAt: keyEndsAt,
      leftInTotal: leftInTotal, waiting: fresh.waiting, quarantinedUntil: quarantinedUntil,
      breakers: seat.hosts.compactMap { breakers[$0] }, standing: standing)
  }

  /// A term was issued on it.
  mutating func take(_ issued: IssuedTerm) {
    for scope in issued.reservations.map(\.scope) { scopes[scope] = scopes[scope]?.after(issued) }
    leftInTotal -= issued.total
  }

  /// A report of a lease that did not go on has settled its account; of today only where it is
  /// counted today.
  mutating func settle(_ standing: LeaseGround.Standing, as account: LeaseAccount) {
    let more = account.bound - standing.account.bound
    for (scope, day) in standing.days where scopes[scope]?.day(at: now) == day {
      scopes[scope] = scopes[scope]?.spending(more)
    }
    leftInTotal -= more
  }

  /// A report has moved breakers.
  mutating func take(_ moved: [Breaker]) {
    for breaker in moved { breakers[breaker.host] = breaker }
  }
}
