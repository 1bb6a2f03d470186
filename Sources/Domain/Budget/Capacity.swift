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
}
