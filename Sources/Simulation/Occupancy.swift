import Domain

/// Whether what leases take up stayed within the ceilings, as the service counts it (I1 to I3).
package struct Occupancy: Hashable, Sendable {
  /// How often it was looked at.
  package private(set) var looks = 0
  /// How often there was more than the ceiling, and more than before.
  package private(set) var breaches = 0

  /// What is taken up at an instant.
  struct Sum: Equatable {
    let portion: Portion
    let workers: Int64

    init(_ occupants: [Occupant], at now: Timestamp) {
      var (portion, workers) = (Portion.none, Int64(0))
      for occupant in occupants where now < occupant.freesAt {
        portion = portion + occupant.occupied(at: now)
        workers += 1
      }
      self.portion = portion
      self.workers = workers
    }
  }

  mutating func note(_ sum: Sum, before: Sum, within capacity: Capacity) {
    looks += 1
    let ceiling = Portion(
      rate: capacity.rate, burst: capacity.burst, concurrency: capacity.concurrency)
    let workers = capacity.workers ?? capacity.concurrency
    let hasGrown =
      !sum.portion.fits(within: before.portion.largest(ceiling))
      || sum.workers > max(before.workers, workers)
    if hasGrown { breaches += 1 }
  }
}
