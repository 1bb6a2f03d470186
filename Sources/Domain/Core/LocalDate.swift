/// A calendar day without a zone (proleptic Gregorian), as days since 1970-01-01.
package struct LocalDate: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let daysSince1970: Int32

  package init(daysSince1970: Int32) {
    self.daysSince1970 = daysSince1970
  }

  package static func < (left: LocalDate, right: LocalDate) -> Bool {
    left.daysSince1970 < right.daysSince1970
  }

  package func adding(days: Int32) -> LocalDate {
    LocalDate(daysSince1970: daysSince1970 + days)
  }

  package var weekday: Weekday {
    // 1970-01-01 was a Thursday.
    let daysSinceMonday = Int64(daysSince1970) + 3
    return Weekday(rawValue: Int(daysSinceMonday - daysSinceMonday.floored(by: 7) * 7)) ?? .monday
  }

  /// `YYYY-MM-DD`.
  package var description: String {
    let (year, month, day) = civil
    return "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2))"
  }

  /// Year, month (1-12), day (1-31). Source: Hinnant, "chrono-compatible date algorithms".
  package var civil: (year: Int64, month: Int64, day: Int64) {
    let shifted = Int64(daysSince1970) + 719_468
    let era = shifted.floored(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
  }

  /// The day of a civil date; nil when there is no such day. Years 1970 to 2999.
  package init?(year: Int64, month: Int64, day: Int64) {
    guard (1970...2999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
      return nil
    }
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear.floored(by: 400)
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    self.init(daysSince1970: Int32(era * 146_097 + dayOfEra - 719_468))
    guard civil == (year, month, day) else { return nil }
  }

  /// Reads `YYYY-MM-DD`; nil for anything else and for days that do not exist.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = Int64(digits: bytes[0..<4]), let month = Int64(digits: bytes[5..<7]),
      let day = Int64(digits: bytes[8..<10])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }
}

/// Monday first, as in ISO 8601.
package enum Weekday: Int, Hashable, Sendable, CaseIterable {
  case monday, tuesday, wednesday, thursday, friday, saturday, sunday

  /// `mon` … `sun`.
  package var abbreviation: String {
    switch self {
    case .monday: "mon"
    case .tuesday: "tue"
    case .wednesday: "wed"
    case .thursday: "thu"
    case .friday: "fri"
    case .saturday: "sat"
    case .sunday: "sun"
    }
  }

  package init?(abbreviation: String) {
    guard let day = Weekday.allCases.first(where: { $0.abbreviation == abbreviation }) else {
      return nil
    }
    self = day
  }
}
