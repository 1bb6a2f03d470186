/// A reading of a wall clock with its calendar day, without a zone.
package struct LocalTime: Hashable, Comparable, Sendable {
  /// Since 1970-01-01T00:00 on the same wall, as if it had never been changed.
  package let microseconds: Int64

  package init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// Midnight at the start of a day.
  package init(date: LocalDate) {
    microseconds = Int64(date.daysSince1970) * 86_400_000_000
  }

  package static func < (left: LocalTime, right: LocalTime) -> Bool {
    left.microseconds < right.microseconds
  }

  package var date: LocalDate {
    LocalDate(daysSince1970: Int32(microseconds.floored(by: 86_400_000_000)))
  }

  /// Microseconds since the last Monday, 00:00: 0 up to 604,800,000,000.
  package var microsecondOfWeek: Int64 {
    let midnight = LocalTime(date: date).microseconds
    return Int64(date.weekday.rawValue) * 86_400_000_000 + microseconds - midnight
  }
}
