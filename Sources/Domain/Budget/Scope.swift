/// A budget or a site with its ceiling, its hours and everything that takes it up now.
package struct Scope: Hashable, Sendable {
  package let id: ScopeID
  /// What refusals call it: `budget bud_…`, `site example.com`.
  package let label: String
  package let capacity: Capacity
  package let opening: Opening
  package let holdUntil: Timestamp?
  /// The service's epoch when the scope was looked at: a token that is issued then carries it.
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

  /// The same with at most this rate; nil is no further limit.
  func limited(to rate: Rate?) -> Scope {
    guard let rate else { return self }
    return Scope(
      id: id, label: label, capacity: capacity.limited(to: rate), opening: opening,
      holdUntil: holdUntil, epoch: epoch, spentToday: spentToday, occupants: occupants)
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
  ///
  /// After a cut more may be taken up than there is. A lease may then go on with what its own
  /// terms take up anyway, as far as there is room for it when all that is out fits again: so the
  /// sum only falls, and is within the ceiling when it would have been without (decision 26).
  package func free(at now: Timestamp, for lease: LeaseID?) -> Free {
    let room = room(at: now, for: lease)
    guard let lease, let own = occupants.first(where: { $0.lease == lease }) else { return room }
    let taken = Free(takenBy: own, at: now)
    guard !taken.fits(within: room) else { return room }
    return room.orElse(taken.least(self.room(at: settles(after: now, own), for: lease)))
  }

  /// The first instant at which what is out now fits, one lease among it.
  private func settles(after now: Timestamp, _ own: Occupant) -> Timestamp {
    let ends = occupants.flatMap { $0.changes(after: now) }.sorted()
    // What is taken up only falls: the first end at which it fits is found by halves.
    var (least, most) = (ends.startIndex, ends.endIndex)
    while least < most {
      let middle = (least + most) / 2
      let taken = Free(takenBy: own, at: ends[middle])
      if taken.fits(within: room(at: ends[middle], for: own.lease)) {
        most = middle
      } else {
        least = middle + 1
      }
    }
    return least < ends.endIndex ? ends[least] : now
  }

  /// What nobody else takes up at an instant.
  private func room(at now: Timestamp, for lease: LeaseID?) -> Free {
    var (rate, burst, concurrency, workers) = (Int64(0), Int64(0), Int64(0), Int64(0))
    for occupant in occupants where now < occupant.freesAt && occupant.lease != lease {
      let taken = occupant.occupied(at: now)
      rate += taken.rate.microRPS
      burst += taken.burst
      concurrency += taken.concurrency
      workers += 1
    }
    return Free(
      microRPS: capacity.rate.microRPS - rate, burst: capacity.burst - burst,
      concurrency: capacity.concurrency - concurrency,
      workers: (capacity.workers ?? capacity.concurrency) - workers)
  }

  /// When the next part of it becomes free, if anybody else holds one.
  package func earliestLapse(after now: Timestamp, than lease: LeaseID?) -> Timestamp? {
    occupants.lazy.filter { $0.lease != lease && now < $0.freesAt }.map(\.freesAt).min()
  }

  /// The leases that take up anything at the instant, one of them left out, in any order.
  package func others(at now: Timestamp, than lease: LeaseID?) -> [Occupant] {
    occupants.filter { $0.lease != lease && now < $0.freesAt }
  }
}
