/// How long a site asks to be left alone: the field `Retry-After` of an answer (RFC 9110 §10.2.3).
package struct RetryAfter: Hashable, Sendable {
  /// Whole seconds from the instant of the answer, rounded up, 0 up to `secondsMax`.
  package let seconds: Int64

  /// A longer wish counts as this one: the breaker holds nothing for longer than a day.
  package static let secondsMax: Int64 = 86_400

  /// Reads seconds or any of the three forms of a date. A date that is over asks for nothing.
  ///
  /// Nil for everything else, also for two values: whoever asks falls back to its own wait and
  /// never takes it for 0.
  /// - Parameter now: when the answer came.
  package init?(_ field: String, at now: Timestamp) {
    let value = Array(field.utf8).trimmingSpace
    guard !value.isEmpty else { return nil }
    if value.allSatisfy(\.isDigit) {
      // More digits than a number has are a long time too.
      let digits = value.drop { $0 == UInt8(ascii: "0") }
      let seconds = digits.isEmpty ? 0 : Int64(digits: digits) ?? RetryAfter.secondsMax
      self.seconds = min(seconds, RetryAfter.secondsMax)
      return
    }
    guard let date = Timestamp(httpDate: value, at: now) else { return nil }
    let wait = (date.microseconds(since: now) + 999_999).floored(by: 1_000_000)
    seconds = min(max(0, wait), RetryAfter.secondsMax)
  }
}

extension Timestamp {
  /// Reads the date of an HTTP field (RFC 9110 §5.6.7): IMF-fixdate, the form of RFC 850, or that
  /// of asctime. A day of one digit and `UTC` for `GMT` are read too, since servers write them.
  ///
  /// - Parameter now: the year of two digits is the one at most 50 years ahead of it.
  init?(httpDate value: some Collection<UInt8>, at now: Timestamp) {
    let words = value.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ",") }
      .map { Array($0) }
    guard let first = words.first, HTTPDate.isWeekday(first) else { return nil }
    let date: HTTPDate?
    switch words.count {
    case 6: date = HTTPDate(fixed: words)
    case 4: date = HTTPDate(rfc850: words, at: now)
    case 5: date = HTTPDate(asctime: words)
    default: date = nil
    }
    guard let instant = date?.instant else { return nil }
    self = instant
  }
}

/// The parts of a date as they stand in a field.
private struct HTTPDate {
  let year: Int64
  let month: Int64
  let day: Int64
  let clock: [UInt8]

  private static let weekdays = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ].map { Array($0.utf8) }
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ].map { Array($0.utf8) }
  private static let zones = ["GMT", "UTC"].map { Array($0.utf8) }

  /// A whole name or its first three letters. Whether it is the day's own, nobody needs.
  static func isWeekday(_ word: [UInt8]) -> Bool {
    weekdays.contains { word == $0 || word == Array($0.prefix(3)) }
  }

  /// `Mon, 03 Jun 2019 11:30:12 GMT`
  init?(fixed words: [[UInt8]]) {
    guard HTTPDate.zones.contains(words[5]) else { return nil }
    self.init(year: words[3], month: words[2], day: words[1], clock: words[4])
  }

  /// `Monday, 03-Jun-19 11:30:12 GMT`
  init?(rfc850 words: [[UInt8]], at now: Timestamp) {
    let parts = words[1].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2].count == 2, HTTPDate.zones.contains(words[3]),
      let short = Int64(digits: parts[2])
    else { return nil }
    let latest = now.utcDate.civil.year + 50
    let year = latest - (latest - short) % 100
    self.init(
      year: Array(String(year).utf8), month: Array(parts[1]), day: Array(parts[0]),
      clock: words[2])
  }

  /// `Mon Jun  3 11:30:12 2019`
  init?(asctime words: [[UInt8]]) {
    self.init(year: words[4], month: words[1], day: words[2], clock: words[3])
  }

  private init?(year: [UInt8], month: [UInt8], day: [UInt8], clock: [UInt8]) {
    guard year.count == 4, let year = Int64(digits: year),
      let index = HTTPDate.months.firstIndex(of: month),
      day.count <= 2, let day = Int64(digits: day)
    else { return nil }
    (self.year, self.month, self.day, self.clock) = (year, Int64(index) + 1, day, clock)
  }

  /// Nil for a day or a time that does not exist; a leap second is the second after it.
  var instant: Timestamp? {
    guard let date = LocalDate(year: year, month: month, day: day), clock.count == 8,
      clock[2] == UInt8(ascii: ":"), clock[5] == UInt8(ascii: ":"),
      let hour = Int64(digits: clock[0..<2]), hour < 24,
      let minute = Int64(digits: clock[3..<5]), minute < 60,
      let second = Int64(digits: clock[6..<8]), second <= 60
    else { return nil }
    let seconds =
      Int64(date.daysSince1970) * 86_400 + hour * 3_600 + minute * 60 + second
    return Timestamp(microseconds: seconds * 1_000_000)
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension [UInt8] {
  /// Without spaces and tabs at both ends (RFC 9110 OWS).
  fileprivate var trimmingSpace: ArraySlice<UInt8> {
    let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    var rest = drop(while: isSpace)
    while rest.last.map(isSpace) == true { rest.removeLast() }
    return rest
  }
}
