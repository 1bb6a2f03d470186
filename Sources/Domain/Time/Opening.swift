/// When something is open: hours of the week on the wall of a zone.
///
/// A reading that daylight saving skips never opens, a repeated one opens twice.
package struct Opening: Hashable, Sendable {
  package let hours: WindowSet
  package let zone: Zone

  /// How far ahead the next opening is looked for.
  private static let searchDaysMax: Int64 = 60

  package init(_ hours: WindowSet, in zone: Zone) {
    self.hours = hours
    self.zone = zone
  }

  /// Whether the wall's reading at the instant is within the hours.
  package func isOpen(at instant: Timestamp) -> Bool {
    range(at: zone.local(instant).microsecondOfWeek) != nil
  }

  /// The first instant from `instant` on at which it is closed; nil when it never is.
  package func closes(after instant: Timestamp) -> Timestamp? {
    guard !hours.isAlways else { return nil }
    var from = instant
    while let range = range(at: zone.local(from).microsecondOfWeek) {
      let left = range.upperBound - zone.local(from).microsecondOfWeek
      let candidate = from.adding(microseconds: left)
      from = zone.stretch(at: from).end.map { min($0, candidate) } ?? candidate
    }
    return from
  }

  /// The first instant from `instant` on at which it is open; nil when there is none within
  /// sixty days.
  package func nextOpening(from instant: Timestamp) -> Timestamp? {
    let last = instant.adding(seconds: Opening.searchDaysMax * 86_400)
    var from = instant
    while from <= last, !hours.isEmpty {
      let position = zone.local(from).microsecondOfWeek
      if range(at: position) != nil { return from }
      let starts = hours.minutes.map { Int64($0.lowerBound) * 60_000_000 }
      let week = Int64(WindowSet.minutesOfWeek) * 60_000_000
      let next = starts.first { $0 > position } ?? (starts[0] + week)
      let candidate = from.adding(microseconds: next - position)
      from = zone.stretch(at: from).end.map { min($0, candidate) } ?? candidate
    }
    return nil
  }

  /// The range of the week that holds a position, in microseconds.
  private func range(at position: Int64) -> Range<Int64>? {
    for range in hours.minutes {
      let micro =
        Int64(range.lowerBound) * 60_000_000..<Int64(range.upperBound) * 60_000_000
      if micro.contains(position) { return micro }
    }
    return nil
  }
}

extension [Opening] {
  /// Whether every one of them is open.
  package func areOpen(at instant: Timestamp) -> Bool {
    allSatisfy { $0.isOpen(at: instant) }
  }

  /// The first instant from `instant` on at which one of them is closed.
  package func close(after instant: Timestamp) -> Timestamp? {
    compactMap { $0.closes(after: instant) }.min()
  }

  /// The first instant from `instant` on at which all are open; nil when none is found.
  package func nextOpening(from instant: Timestamp) -> Timestamp? {
    var from = instant
    // Each turn moves past at least one closing; a year of nights in two zones stays below this.
    for _ in 0..<2_000 {
      var latest = from
      for opening in self {
        guard let next = opening.nextOpening(from: from) else { return nil }
        latest = Swift.max(latest, next)
      }
      if latest == from { return from }
      from = latest
    }
    return nil
  }
}
