/// A term about to be stored: the chain as it is now and what it reserves.
///
/// Only Domain makes one, so that nothing is charged that no rule allowed.
package struct IssuedTerm: Hashable, Sendable {
  package let lease: Lease
  /// Where the quota is counted: every charged scope with its own local day.
  package let reservations: [Reservation]
  /// The report that came with the request for the term; nil for the first.
  package let report: UsageReport?

  package struct Reservation: Hashable, Sendable {
    package let scope: ScopeID
    package let day: LocalDate
    package let requests: Int64
  }

  init(lease: Lease, on ground: LeaseGround, report: UsageReport?) {
    self.lease = lease
    self.report = report
    reservations = ground.scopes.map {
      Reservation(scope: $0.id, day: $0.day(at: ground.now), requests: lease.term.quota)
    }
  }
}
