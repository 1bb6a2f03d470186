/// A clock time of day in minutes: 0 is `00:00`, 1440 is `24:00`.
package struct ClockTime: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let minute: Int

  /// Precondition: 0 to 1440.
  package init(minute: Int) {
    precondition((0...1_440).contains(minute), "a day has 1440 minutes")
    self.minute = minute
  }

  /// Reads `HH:MM`, `00:00` to `24:00`.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
      let hour = Int64(digits: bytes[0..<2]), let minute = Int64(digits: bytes[3..<5]),
      minute < 60, hour * 60 + minute <= 1_440
    else { return nil }
    self.minute = Int(hour * 60 + minute)
  }

  package static func < (left: ClockTime, right: ClockTime) -> Bool {
    left.minute < right.minute
  }

  /// `HH:MM`.
  package var description: String {
    Int64(minute / 60).padded(to: 2) + ":" + Int64(minute % 60).padded(to: 2)
  }
}

/// Why a window is none; `description` is shown to the caller.
package enum WindowError: Error, Hashable, Sendable, CustomStringConvertible {
  case noDays
  case repeatedDay(Weekday)
  case startsAtEndOfDay
  case startIsEnd

  package var description: String {
    switch self {
    case .noDays: "a window needs at least one day, or \"all\""
    case .repeatedDay(let day): "the day \(day.abbreviation) is named twice"
    case .startsAtEndOfDay: "24:00 may only be an end; write 00:00 of the next day"
    case .startIsEnd: "start and end are the same; a whole day is 00:00 to 24:00"
    }
  }
}

/// Hours of some weekdays on the wall: `[start, end)`; `end` before `start` is past midnight
/// and belongs to the day that opened it.
package struct Window: Hashable, Sendable {
  /// Monday first, without repeats; seven of them print as `all`.
  package let days: [Weekday]
  package let start: ClockTime
  package let end: ClockTime

  package init(days: [Weekday], start: ClockTime, end: ClockTime) throws(WindowError) {
    guard !days.isEmpty else { throw .noDays }
    for (index, day) in days.enumerated() where days[..<index].contains(day) {
      throw .repeatedDay(day)
    }
    guard start.minute < 1_440 else { throw .startsAtEndOfDay }
    guard start != end else { throw .startIsEnd }
    self.init(checked: days, start: start, end: end)
  }

  /// For callers that know all of it holds.
  init(checked days: [Weekday], start: ClockTime, end: ClockTime) {
    self.days = days.sorted { $0.rawValue < $1.rawValue }
    self.start = start
    self.end = end
  }

  /// `{"days": ["mon", …] or "all", "start": "22:00", "end": "06:00"}`.
  package var json: JSON {
    [
      "days": days.count == 7
        ? "all" : .array(days.map { JSON.string($0.abbreviation) }),
      "start": .string(start.description),
      "end": .string(end.description),
    ]
  }
}
