/// When requests may be sent under one target of a grant, local day by local day: what its hours,
/// those of its sites and the ends of the grant allow. What stops it otherwise is not in here.
package struct TargetSchedule: Hashable, Sendable {
  package let index: Int64
  /// The zone whose days are counted.
  package let zone: Zone
  package let rate: Rate
  package let dailyRequests: Int64
  package let days: [Day]

  /// One local day; 23, 24 or 25 hours.
  package struct Day: Hashable, Sendable {
    package let date: LocalDate
    /// In order; what crosses midnight is in both days.
    package let open: [Range<Timestamp>]
    /// Requests that can be sent at the most: by rate and time, and by the cap of the day.
    package let mostRequests: Int64

    /// In whole seconds.
    package var openSeconds: Int64 {
      open.reduce(0) { $0 + $1.upperBound.microseconds(since: $1.lowerBound) } / 1_000_000
    }
  }

  /// How many days may be asked for at once.
  package static let daysMax: Int64 = 92

  /// - Parameters:
  ///   - openings: of the target and of every site above it; all have to be open.
  ///   - life: when the grant is in force.
  ///   - first: the first day; nil is the day of `now` in the target's zone.
  package init(
    index: Int64, zone: Zone, openings: [Opening], life: Range<Timestamp>, rate: Rate,
    dailyRequests: Int64, from first: LocalDate?, days count: Int64, at now: Timestamp
  ) {
    self.index = index
    self.zone = zone
    self.rate = rate
    self.dailyRequests = dailyRequests
    let first = first ?? zone.date(at: now)
    days = (0..<max(0, min(count, TargetSchedule.daysMax))).map { number in
      let date = first.adding(days: Int32(number))
      let bounds = zone.dayStart(date)..<max(zone.dayStart(date), zone.dayEnd(date))
      let open = openings.stretches(within: bounds.clamped(to: life))
      let sent = open.reduce(Int128(0)) { sum, stretch in
        let microseconds = stretch.upperBound.microseconds(since: stretch.lowerBound)
        return sum + Int128(rate.microRPS) * Int128(microseconds) / 1_000_000_000_000
      }
      return Day(
        date: date, open: open, mostRequests: Int64(min(sent, Int128(dailyRequests))))
    }
  }

  /// The next instant of the schedule at which requests may be sent; nil when there is none.
  package func nextOpening(from now: Timestamp) -> Timestamp? {
    days.lazy.flatMap(\.open).first { $0.upperBound > now }.map { max($0.lowerBound, now) }
  }
}

extension [Opening] {
  /// When all are open within bounds, in order.
  func stretches(within bounds: Range<Timestamp>) -> [Range<Timestamp>] {
    var found: [Range<Timestamp>] = []
    var from = bounds.lowerBound
    while from < bounds.upperBound, let opens = nextOpening(from: from),
      opens < bounds.upperBound
    {
      let closes = Swift.min(close(after: opens) ?? bounds.upperBound, bounds.upperBound)
      found.append(opens..<closes)
      from = closes
    }
    return found
  }
}
