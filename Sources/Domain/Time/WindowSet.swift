/// Hours of a local week, whatever windows they were written with: equal sets are equal values.
package struct WindowSet: Hashable, Sendable {
  /// Minutes since Monday 00:00; ascending, disjoint, not touching. One that crosses the end of
  /// the week stands as two.
  package let minutes: [Range<Int>]

  package static let minutesOfWeek = 10_080
  /// Any hour.
  package static let always = WindowSet(minutes: [0..<minutesOfWeek])
  /// No hour.
  package static let never = WindowSet(minutes: [])

  package var isEmpty: Bool { minutes.isEmpty }
  package var isAlways: Bool { self == .always }
  /// Minutes a week in which it is open.
  package var openMinutes: Int { minutes.reduce(0) { $0 + $1.count } }

  /// The union of windows; none gives `never`. Whether an empty list means any hour, the caller
  /// says (a site's ceiling does).
  package init(_ windows: [Window]) {
    var ranges: [Range<Int>] = []
    for window in windows {
      for day in window.days {
        let midnight = day.rawValue * 1_440
        let start = midnight + window.start.minute
        let end =
          midnight + window.end.minute + (window.end < window.start ? 1_440 : 0)
        ranges.append(start..<min(end, WindowSet.minutesOfWeek))
        if end > WindowSet.minutesOfWeek { ranges.append(0..<(end - WindowSet.minutesOfWeek)) }
      }
    }
    self.init(minutes: WindowSet.merged(ranges))
  }

  private init(minutes: [Range<Int>]) {
    self.minutes = minutes
  }

  /// The hours that are in both.
  package func intersection(_ other: WindowSet) -> WindowSet {
    var common: [Range<Int>] = []
    for left in minutes {
      for right in other.minutes where left.overlaps(right) {
        common.append(left.clamped(to: right))
      }
    }
    return WindowSet(minutes: WindowSet.merged(common))
  }

  /// Whether every hour of this is also in `other`.
  package func isSubset(of other: WindowSet) -> Bool { intersection(other) == self }

  /// The fewest natural windows that say the same: days with the same hours stand together, a
  /// night stands as one window of the day that opens it.
  package var windows: [Window] {
    var hours: [(start: Int, end: Int)] = []
    var days: [[Weekday]] = []
    for piece in pieces {
      let start = piece.start % 1_440
      let pair = (start: start, end: piece.length + start)
      let day = Weekday(rawValue: piece.start / 1_440) ?? .monday
      if let index = hours.firstIndex(where: { $0 == pair }) {
        days[index].append(day)
      } else {
        hours.append(pair)
        days.append([day])
      }
    }
    return zip(hours, days).map { hour, days in
      Window(
        checked: days, start: ClockTime(minute: hour.start),
        end: ClockTime(minute: hour.end > 1_440 ? hour.end - 1_440 : hour.end))
    }
  }

  package var json: JSON { .array(windows.map(\.json)) }

  /// Stretches of less than a day that cross at most one midnight, by their start.
  private var pieces: [(start: Int, length: Int)] {
    var whole = minutes.map { (start: $0.lowerBound, length: $0.count) }
    if whole.count > 1, let first = whole.first, let last = whole.last,
      first.start == 0, last.start + last.length == WindowSet.minutesOfWeek
    {
      whole[whole.count - 1].length += first.length
      whole.removeFirst()
    }
    return whole.flatMap { piece -> [(start: Int, length: Int)] in
      if piece.length < 1_440 { return [piece] }
      var parts: [(start: Int, length: Int)] = []
      var (start, left) = (piece.start, piece.length)
      while left > 0 {
        let length = min(left, 1_440 - start % 1_440)
        parts.append((start % WindowSet.minutesOfWeek, length))
        (start, left) = (start + length, left - length)
      }
      return parts
    }.sorted { $0.start < $1.start }
  }

  private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
    var merged: [Range<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] =
          last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }
}
