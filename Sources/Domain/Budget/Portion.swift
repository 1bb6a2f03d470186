/// What one lease may use at once: its part of a rate, of a burst, of concurrency.
package struct Portion: Hashable, Sendable {
  package let rate: Rate
  /// Requests.
  package let burst: Int64
  /// Requests in flight.
  package let concurrency: Int64

  package static let none = Portion(rate: .none, burst: 0, concurrency: 0)

  /// Precondition: nothing is negative (budgets.md I9).
  package init(rate: Rate, burst: Int64, concurrency: Int64) {
    precondition(
      rate.microRPS >= 0 && burst >= 0 && concurrency >= 0, "a portion is never negative")
    self.rate = rate
    self.burst = burst
    self.concurrency = concurrency
  }

  /// The larger of each part.
  package func largest(_ other: Portion) -> Portion {
    Portion(
      rate: max(rate, other.rate), burst: max(burst, other.burst),
      concurrency: max(concurrency, other.concurrency))
  }

  /// The same burst and concurrency at another rate.
  func with(rate: Rate) -> Portion {
    Portion(rate: rate, burst: burst, concurrency: concurrency)
  }

  /// Whether no part is larger than the other's.
  package func fits(within other: Portion) -> Bool { largest(other) == other }

  package static func + (left: Portion, right: Portion) -> Portion {
    Portion(
      rate: Rate(microRPS: left.rate.microRPS + right.rate.microRPS),
      burst: left.burst + right.burst, concurrency: left.concurrency + right.concurrency)
  }
}
