/// A time zone as a value: its offsets from UTC and the instants at which they change.
package struct Zone: Hashable, Sendable {
  /// From an instant on, local time is UTC plus the offset.
  package struct Transition: Hashable, Sendable {
    package let at: Timestamp
    package let offsetSeconds: Int64

    package init(at: Timestamp, offsetSeconds: Int64) {
      self.at = at
      self.offsetSeconds = offsetSeconds
    }
  }

  /// The IANA name.
  package let name: String
  private let firstOffsetSeconds: Int64
  /// By instant, ascending.
  private let transitions: [Transition]

  package static let utc = Zone(name: "UTC", firstOffsetSeconds: 0, transitions: [])

  /// Precondition: `transitions` ascend. `firstOffsetSeconds` holds before the first of them.
  package init(name: String, firstOffsetSeconds: Int64, transitions: [Transition]) {
    precondition(
      zip(transitions, transitions.dropFirst()).allSatisfy { $0.at < $1.at },
      "transitions ascend")
    self.name = name
    self.firstOffsetSeconds = firstOffsetSeconds
    self.transitions = transitions
  }

  /// Seconds to add to UTC at an instant. Cost: logarithmic.
  package func offsetSeconds(at instant: Timestamp) -> Int64 {
    stretch(at: instant).offsetSeconds
  }

  /// The wall clock's reading at an instant.
  package func local(_ instant: Timestamp) -> LocalTime {
    LocalTime(
      microseconds: instant.microseconds + offsetSeconds(at: instant) * 1_000_000)
  }

  /// The calendar day on the wall at an instant.
  package func date(at instant: Timestamp) -> LocalDate { local(instant).date }

  /// The first instant at which the wall shows this day or a later one: its midnight, or the
  /// end of the gap that swallowed it.
  package func dayStart(_ date: LocalDate) -> Timestamp {
    let wanted = LocalTime(date: date).microseconds
    // No offset is larger than a day and a half, so this is before the day starts.
    var instant = Timestamp(microseconds: wanted - 129_600_000_000)
    while true {
      let stretch = stretch(at: instant)
      let candidate = Timestamp(
        microseconds: max(
          instant.microseconds, wanted - stretch.offsetSeconds * 1_000_000))
      guard let end = stretch.end, candidate >= end else { return candidate }
      instant = end
    }
  }

  /// The first instant at which the wall shows a later day: `[dayStart, dayEnd)` is 23, 24 or
  /// 25 hours where clocks change, nothing where a day was skipped.
  package func dayEnd(_ date: LocalDate) -> Timestamp { dayStart(date.adding(days: 1)) }

  /// The next instant at which the wall shows another day than now.
  package func endOfDay(at instant: Timestamp) -> Timestamp {
    let today = date(at: instant)
    let midnight = LocalTime(date: today.adding(days: 1)).microseconds
    var from = instant
    while true {
      let stretch = stretch(at: from)
      let candidate = Timestamp(microseconds: midnight - stretch.offsetSeconds * 1_000_000)
      guard let end = stretch.end, candidate >= end else { return candidate }
      if date(at: end) != today { return end }
      from = end
    }
  }

  /// The offset in force at an instant and the instant at which it changes, if it ever does.
  func stretch(at instant: Timestamp) -> (offsetSeconds: Int64, end: Timestamp?) {
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].at <= instant { low = middle + 1 } else { high = middle }
    }
    return (
      low == 0 ? firstOffsetSeconds : transitions[low - 1].offsetSeconds,
      low < transitions.count ? transitions[low].at : nil
    )
  }
}
