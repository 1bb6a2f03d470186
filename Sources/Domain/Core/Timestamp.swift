/// An instant: microseconds since 1970-01-01T00:00:00Z, the resolution of PostgreSQL's clock.
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let microseconds: Int64

  package init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  /// Whole milliseconds since 1970, rounded down.
  package var milliseconds: Int64 { microseconds.floored(by: 1_000) }

  /// Whole seconds since 1970, rounded down (a token's NumericDate).
  package var seconds: Int64 { microseconds.floored(by: 1_000_000) }

  package func adding(seconds: Int64) -> Timestamp {
    Timestamp(microseconds: microseconds + seconds * 1_000_000)
  }

  package func adding(microseconds more: Int64) -> Timestamp {
    Timestamp(microseconds: microseconds + more)
  }

  /// `self - earlier` in microseconds; negative when `earlier` is later.
  package func microseconds(since earlier: Timestamp) -> Int64 {
    microseconds - earlier.microseconds
  }

  /// The UTC calendar day.
  package var utcDate: LocalDate {
    LocalDate(daysSince1970: Int32(microseconds.floored(by: 86_400_000_000)))
  }

  /// RFC 3339 in UTC with `Z`; six decimals, or none where they are all zero.
  package var description: String {
    let day = utcDate
    let rest = microseconds - Int64(day.daysSince1970) * 86_400_000_000
    let second = rest / 1_000_000
    let clock = [second / 3_600, second / 60 % 60, second % 60].map { $0.padded(to: 2) }
    let fraction = rest % 1_000_000
    let decimals = fraction == 0 ? "" : "." + fraction.padded(to: 6)
    return "\(day)T\(clock.joined(separator: ":"))\(decimals)Z"
  }

  /// Reads RFC 3339 in UTC with `Z` and at most six decimals; nil for anything else.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.count <= 27, bytes.last == UInt8(ascii: "Z"),
      bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
      bytes[16] == UInt8(ascii: ":"),
      let day = LocalDate(String(decoding: bytes[0..<10], as: UTF8.self)),
      let hour = Int64(digits: bytes[11..<13]), hour < 24,
      let minute = Int64(digits: bytes[14..<16]), minute < 60,
      let second = Int64(digits: bytes[17..<19]), second < 60
    else { return nil }
    var fraction: Int64 = 0
    if bytes.count > 20 {
      let decimals = bytes[20..<(bytes.count - 1)]
      guard bytes[19] == UInt8(ascii: "."), let value = Int64(digits: decimals) else {
        return nil
      }
      fraction = (decimals.count..<6).reduce(value) { scaled, _ in scaled * 10 }
    }
    let clock = hour * 3_600 + minute * 60 + second
    self.init(
      microseconds: (Int64(day.daysSince1970) * 86_400 + clock) * 1_000_000 + fraction)
  }
}

extension Int64 {
  /// Division that rounds towards minus infinity; `divisor` is positive.
  package func floored(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }

  /// Decimal with leading zeros up to `width` digits.
  package func padded(to width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }

  /// One to eighteen ASCII digits and nothing else; nil otherwise.
  package init?(digits bytes: some Collection<UInt8>) {
    guard !bytes.isEmpty, bytes.count <= 18 else { return nil }
    var value: Int64 = 0
    for byte in bytes {
      guard byte >= 48, byte <= 57 else { return nil }
      value = value * 10 + Int64(byte - 48)
    }
    self = value
  }
}
