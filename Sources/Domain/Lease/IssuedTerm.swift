/// A term about to be stored: the chain as it is now and what it takes up in its scopes' days.
///
/// Only Domain makes one, so that nothing is charged that no rule allowed.
package struct IssuedTerm: Hashable, Sendable {
  package let lease: Lease
  /// With the term's quota in it.
  package let account: LeaseAccount
  /// Where the quota is counted: every charged scope with its own local day.
  package let reservations: [Reservation]
  /// What the grant's total changes by.
  package let total: Int64
  /// The report that came with the request for the term; nil for the first.
  package let report: UsageReport?

  package struct Reservation: Hashable, Sendable {
    package let scope: ScopeID
    package let day: LocalDate
    /// What is used there in addition.
    package let used: Int64
    /// What is reserved there in addition; negative where a report gives back more than the term
    /// takes.
    package let reserved: Int64
    /// What of the chain's account the scope does not count, since it came to charge it later;
    /// nil: it has counted the chain before.
    package let base: Int64?

    /// The same with what another one moves there.
    package func with(_ other: Reservation) -> Reservation {
      Reservation(
        scope: scope, day: day, used: used + other.used, reserved: reserved + other.reserved,
        base: base)
    }
  }

  init(lease: Lease, on ground: LeaseGround, report: UsageReport?) {
    self.lease = lease
    self.report = report
    let before = ground.standing?.account ?? LeaseAccount(startedAt: lease.startedAt)
    let account = (ground.standing?.settled ?? before).reserving(lease.term)
    self.account = account
    total = account.bound - before.bound
    reservations = ground.scopes.map { scope in
      let day = scope.day(at: ground.now)
      guard ground.standing?.days[scope.id] != nil else {
        return Reservation(
          scope: scope.id, day: day, used: 0, reserved: account.reserved, base: account.used)
      }
      return Reservation(
        scope: scope.id, day: day, used: account.used - before.used,
        reserved: account.reserved - before.reserved, base: nil)
    }
  }
}
