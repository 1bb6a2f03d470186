/// What a scope allows at once and in a local day. 0 means none; nothing here is unlimited.
package struct Capacity: Hashable, Sendable {
  package let rate: Rate
  package let burst: Int64
  package let concurrency: Int64
  /// Nil for a site, where concurrency bounds the workers.
  package let workers: Int64?
  package let dailyRequests: Int64

  package init(
    rate: Rate, burst: Int64, concurrency: Int64, workers: Int64?, dailyRequests: Int64
  ) {
    self.rate = rate
    self.burst = burst
    self.concurrency = concurrency
    self.workers = workers
    self.dailyRequests = dailyRequests
  }

  /// The same with at most this rate.
  package func limited(to rate: Rate) -> Capacity {
    Capacity(
      rate: min(self.rate, rate), burst: burst, concurrency: concurrency, workers: workers,
      dailyRequests: dailyRequests)
  }

  /// How many workers can hold a useful lease at once: each needs one of burst and concurrency.
  package var slots: Int64 { min(workers ?? concurrency, burst, concurrency) }
}

/// What is left of a scope at an instant; negative after a cut, which grants treat as nothing.
package struct Free: Hashable, Sendable {
  package let microRPS: Int64
  package let burst: Int64
  package let concurrency: Int64
  package let workers: Int64

  /// What a lease's terms take up at an instant.
  init(takenBy own: Occupant, at now: Timestamp) {
    let taken = own.occupied(at: now)
    self.init(
      microRPS: taken.rate.microRPS, burst: taken.burst, concurrency: taken.concurrency,
      workers: now < own.freesAt ? 1 : 0)
  }

  init(microRPS: Int64, burst: Int64, concurrency: Int64, workers: Int64) {
    self.microRPS = microRPS
    self.burst = burst
    self.concurrency = concurrency
    self.workers = workers
  }

  func fits(within other: Free) -> Bool { least(other) == self }

  /// The smaller of each part.
  func least(_ other: Free) -> Free {
    Free(
      microRPS: min(microRPS, other.microRPS), burst: min(burst, other.burst),
      concurrency: min(concurrency, other.concurrency), workers: min(workers, other.workers))
  }

  /// The larger of each part.
  func orElse(_ other: Free) -> Free {
    Free(
      microRPS: max(microRPS, other.microRPS), burst: max(burst, other.burst),
      concurrency: max(concurrency, other.concurrency), workers: max(workers, other.workers))
  }
}
