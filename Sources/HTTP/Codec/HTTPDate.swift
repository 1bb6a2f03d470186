/// The Date field's value, formatted once a second.
struct HTTPDate: Sendable {
  private var seconds: Int64 = -1
  /// 29 bytes of IMF-fixdate, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
  private(set) var bytes: [UInt8] = []

  /// Brings `bytes` up to date.
  mutating func update(toSecondsSince1970 now: Int64) {
    guard now != seconds else { return }
    seconds = now
    bytes = Self.format(secondsSince1970: now)
  }

  /// Formats without locale or time zone (RFC 9110, 5.6.7). Years 1970 to 9999.
  static func format(secondsSince1970 seconds: Int64) -> [UInt8] {
    let days = Int(seconds / 86_400)
    let second = Int(seconds % 86_400)
    // Days to a date of the Gregorian calendar, counted from 0000-03-01 in eras of 400 years.
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)

    var text: [UInt8] = []
    text.reserveCapacity(29)
    text += name((days + 4) % 7, in: "SunMonTueWedThuFriSat")
    text += Array(", ".utf8)
    text += digits(day, 2) + [ASCII.space]
    text += name(month - 1, in: "JanFebMarAprMayJunJulAugSepOctNovDec") + [ASCII.space]
    text += digits(year, 4) + [ASCII.space]
    text += digits(second / 3600, 2) + [ASCII.colon]
    text += digits(second / 60 % 60, 2) + [ASCII.colon]
    text += digits(second % 60, 2)
    return text + Array(" GMT".utf8)
  }

  private static func name(_ index: Int, in names: StaticString) -> [UInt8] {
    names.withUTF8Buffer { Array($0[(index * 3)..<(index * 3 + 3)]) }
  }

  private static func digits(_ value: Int, _ count: Int) -> [UInt8] {
    var rest = value
    var digits = [UInt8](repeating: 0x30, count: count)
    for position in digits.indices.reversed() {
      digits[position] += UInt8(rest % 10)
      rest /= 10
    }
    return digits
  }
}
