internal import Domain

/// The footer of a zone file: a POSIX TZ string (RFC 9636 §3.3.1), such as
/// `EST5EDT,M3.2.0,M11.1.0` or `<+0330>-3:30`.
struct ZoneRule {
  /// A day of a year and the clock time on it at which the offset changes.
  private enum Day {
    /// `Mm.w.d`: weekday d (0 is Sunday) of week w (5 is the last) of month m.
    case weekday(month: Int64, week: Int64, day: Int64)
    /// `Jn`: 1 to 365, February 29 never counted.
    case julian(Int64)
    /// `n`: 0 to 365, February 29 counted.
    case dayOfYear(Int64)
  }

  private struct Change {
    let day: Day
    let seconds: Int64
  }

  private let standardOffset: Int64
  private let summer: (offset: Int64, start: Change, end: Change)?

  init?(_ text: [UInt8]) {
    var reader = Reader(bytes: text[...])
    guard reader.skipName(), let standard = reader.time() else { return nil }
    standardOffset = -standard
    guard !reader.isAtEnd else {
      summer = nil
      return
    }
    guard reader.skipName() else { return nil }
    var offset = standardOffset + 3_600
    if !reader.isNext(",") {
      guard let time = reader.time() else { return nil }
      offset = -time
    }
    guard let start = reader.change(), let end = reader.change(), reader.isAtEnd else {
      return nil
    }
    summer = (offset, start, end)
  }

  /// Changes of offset after the last one the file lists.
  func transitions(
    after last: Zone.Transition?, firstOffsetSeconds: Int64, through lastYear: Int64
  ) -> [Zone.Transition] {
    guard let summer else { return [] }
    let offsetBefore = last?.offsetSeconds ?? firstOffsetSeconds
    var found: [Zone.Transition] = []
    let firstYear = last.map { max($0.at.utcDate.civil.year, 1_970) } ?? 1_970
    for year in firstYear...lastYear {
      let changes = [
        (instant(of: summer.start, year: year, offset: standardOffset), summer.offset),
        (instant(of: summer.end, year: year, offset: summer.offset), standardOffset),
      ].sorted { $0.0 < $1.0 }
      for (instant, offset) in changes {
        if let last, instant <= last.at { continue }
        // Summer all year is written as an end that is the next start: the start counts.
        while let previous = found.last, previous.at >= instant { found.removeLast() }
        if offset != found.last?.offsetSeconds ?? offsetBefore {
          found.append(Zone.Transition(at: instant, offsetSeconds: offset))
        }
      }
    }
    return found
  }

  private func instant(of change: Change, year: Int64, offset: Int64) -> Timestamp {
    let day = Int64(daysSince1970(of: change.day, year: year))
    return Timestamp(microseconds: (day * 86_400 + change.seconds - offset) * 1_000_000)
  }

  private func daysSince1970(of day: Day, year: Int64) -> Int32 {
    switch day {
    case .dayOfYear(let index):
      return first(of: 1, year: year).daysSince1970 + Int32(index)
    case .julian(let index):
      let isLeap = LocalDate(year: year, month: 2, day: 29) != nil
      let skipped: Int64 = isLeap && index >= 60 ? 1 : 0
      return first(of: 1, year: year).daysSince1970 + Int32(index - 1 + skipped)
    case .weekday(let month, let week, let weekday):
      let first = first(of: month, year: year)
      // Sunday is 0 here and 6 in `Weekday`.
      let wanted = (weekday + 6) % 7
      let ahead = (wanted - Int64(first.weekday.rawValue) + 7) % 7
      var day = first.adding(days: Int32(ahead + (week - 1) * 7))
      while day.civil.month != month { day = day.adding(days: -7) }
      return day.daysSince1970
    }
  }

  private func first(of month: Int64, year: Int64) -> LocalDate {
    guard let day = LocalDate(year: year, month: month, day: 1) else {
      preconditionFailure("every month has a first day")
    }
    return day
  }

  private struct Reader {
    var bytes: ArraySlice<UInt8>

    var isAtEnd: Bool { bytes.isEmpty }

    func isNext(_ character: Unicode.Scalar) -> Bool {
      bytes.first == UInt8(ascii: character)
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard isNext(character) else { return false }
      bytes.removeFirst()
      return true
    }

    /// `EST` or `<+0330>`.
    mutating func skipName() -> Bool {
      if take("<") {
        guard let close = bytes.firstIndex(of: UInt8(ascii: ">")) else { return false }
        bytes = bytes[(close + 1)...]
        return true
      }
      let letters = bytes.prefix { $0 | 32 >= UInt8(ascii: "a") && $0 | 32 <= UInt8(ascii: "z") }
      bytes = bytes.dropFirst(letters.count)
      return letters.count >= 3
    }

    mutating func number() -> Int64? {
      let digits = bytes.prefix { $0 >= 48 && $0 <= 57 }
      bytes = bytes.dropFirst(digits.count)
      return Int64(digits: digits)
    }

    /// `[+-]h[h[h]][:mm[:ss]]` in seconds.
    mutating func time() -> Int64? {
      let isNegative = take("-")
      if !isNegative { _ = take("+") }
      guard var seconds = number().map({ $0 * 3_600 }) else { return nil }
      for unit: Int64 in [60, 1] where take(":") {
        guard let part = number() else { return nil }
        seconds += part * unit
      }
      return isNegative ? -seconds : seconds
    }

    /// `,day[/time]`; 02:00 without a time.
    mutating func change() -> Change? {
      guard take(","), let day = day() else { return nil }
      guard take("/") else { return Change(day: day, seconds: 7_200) }
      return time().map { Change(day: day, seconds: $0) }
    }

    private mutating func day() -> Day? {
      if take("J") { return number().flatMap { (1...365).contains($0) ? .julian($0) : nil } }
      guard take("M") else {
        return number().flatMap { (0...365).contains($0) ? .dayOfYear($0) : nil }
      }
      guard let month = number(), (1...12).contains(month), take("."),
        let week = number(), (1...5).contains(week), take("."),
        let day = number(), (0...6).contains(day)
      else { return nil }
      return .weekday(month: month, week: week, day: day)
    }
  }
}
