/// A rate with a burst as an enforcement point keeps it: GCRA, exact, on its monotonic clock.
///
/// A chain starts with an empty bucket, so that leases born inside an interval add no burst and
/// the bound R·T + B holds for a whole fleet (budgets.md, Invariants). The level goes on over the
/// terms of a chain and dies with it.
package struct Bucket: Hashable, Sendable {
  /// Nanoseconds in which one request is earned.
  private let interval: Int128
  /// Requests that it holds when it is full.
  package let burst: Int64
  /// When it is full, if nothing more passes: the theoretical arrival time of GCRA.
  private var fullAt: Int128

  /// Precondition: the rate is not none, the burst not negative.
  package init(emptyAtNanoseconds now: Int64, rate: Rate, burst: Int64) {
    self.init(rate: rate, burst: burst, fullAt: 0)
    fullAt = Int128(now) + interval * Int128(burst)
  }

  package init(fullAtNanoseconds now: Int64, rate: Rate, burst: Int64) {
    self.init(rate: rate, burst: burst, fullAt: Int128(now))
  }

  private init(rate: Rate, burst: Int64, fullAt: Int128) {
    guard let interval = rate.intervalNanoseconds, burst >= 0 else {
      preconditionFailure("a bucket without a rate lets nothing through")
    }
    self.interval = Int128(interval)
    self.burst = burst
    self.fullAt = fullAt
  }

  /// Lets requests through, all or none; whether it did.
  package mutating func take(_ count: Int64 = 1, atNanoseconds now: Int64) -> Bool {
    guard let earliest = earliest(count, afterNanoseconds: now), earliest == now else {
      return false
    }
    fullAt = max(fullAt, Int128(now)) + interval * Int128(count)
    return true
  }

  /// The first instant, not before one, at which so many would pass; nil: never.
  package func earliest(_ count: Int64 = 1, afterNanoseconds now: Int64) -> Int64? {
    guard count <= burst else { return nil }
    return Int64(clamping: max(Int128(now), fullAt - interval * Int128(burst - count)))
  }

  /// Requests that would pass at once.
  package func level(atNanoseconds now: Int64) -> Int64 {
    let missing = max(0, fullAt - Int128(now))
    return Int64(clamping: max(0, (interval * Int128(burst) - missing) / interval))
  }

  /// Nanoseconds until it is full.
  package func nanosecondsToFull(atNanoseconds now: Int64) -> Int64 {
    Int64(clamping: max(0, fullAt - Int128(now)))
  }

  /// The same level under the numbers of the next term: what is missing is missing in requests,
  /// rounded up, and a smaller bucket spills.
  ///
  /// To carry the instant over as it is would make requests of nothing whenever a rate falls.
  package func continued(rate: Rate, burst: Int64, atNanoseconds now: Int64) -> Bucket {
    var next = Bucket(rate: rate, burst: burst, fullAt: Int128(now))
    let missing = max(0, fullAt - Int128(now))
    let room = interval * Int128(self.burst) - missing
    // The level in requests is room / interval; it is below 0 where a debt was carried over.
    let full = next.interval * Int128(burst)
    let kept = floored(room * next.interval, by: interval)
    next.fullAt = Int128(now) + max(0, full - kept)
    return next
  }

  private func floored(_ value: Int128, by divisor: Int128) -> Int128 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }
}
