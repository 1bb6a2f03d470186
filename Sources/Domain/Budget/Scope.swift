/// A budget or a site with its ceiling, its hours and everything that takes it up now.
package struct Scope: Hashable, Sendable {
  package let id: ScopeID
  /// What refusals call it: `budget bud_…`, `site example.com`.
  package let label: String
  package let capacity: Capacity
  package let opening: Opening
  package let holdUntil: Timestamp?
  package let epoch: Int64
  /// Requests used and reserved in the local day of the instant that is asked about.
  package let spentToday: Int64
  /// Every lease that is charged to the scope and not yet free, in any order.
  package let occupants: [Occupant]

  package init(
    id: ScopeID, label: String, capacity: Capacity, opening: Opening, holdUntil: Timestamp?,
    epoch: Int64, spentToday: Int64, occupants: [Occupant]
  ) {
    self.id = id
    self.label = label
    self.capacity = capacity
    self.opening = opening
    self.holdUntil = holdUntil
    self.epoch = epoch
    self.spentToday = spentToday
    self.occupants = occupants
  }

  /// The calendar day of the scope's zone: the row its requests are counted in.
  package func day(at now: Timestamp) -> LocalDate { opening.zone.date(at: now) }

  /// Requests that may still be reserved today; never negative.
  package var leftToday: Int64 { max(0, capacity.dailyRequests - spentToday) }

  /// What the leases take up, one of them left out.
  package func occupied(at now: Timestamp, without lease: LeaseID?) -> Portion {
    others(at: now, than: lease).reduce(Portion.none) { $0 + $1.occupied(at: now) }
  }

  /// What is left for a lease; its own part, if it has one, counts as left.
  package func free(at now: Timestamp, for lease: LeaseID?) -> Free {
    let others = others(at: now, than: lease)
    let occupied = others.reduce(Portion.none) { $0 + $1.occupied(at: now) }
    return Free(
      microRPS: capacity.rate.microRPS - occupied.rate.microRPS,
      burst: capacity.burst - occupied.burst,
      concurrency: capacity.concurrency - occupied.concurrency,
      workers: (capacity.workers ?? capacity.concurrency) - Int64(others.count))
  }

  /// When the next part of it becomes free, if anybody else holds one.
  package func earliestLapse(after now: Timestamp, than lease: LeaseID?) -> Timestamp? {
    others(at: now, than: lease).map(\.freesAt).min()
  }

  /// The leases that take up anything at the instant, one of them left out; oldest first.
  package func others(at now: Timestamp, than lease: LeaseID?) -> [Occupant] {
    occupants.filter { $0.lease != lease && now < $0.freesAt }
      .sorted { ($0.startedAt, $0.lease) < ($1.startedAt, $1.lease) }
  }
}
