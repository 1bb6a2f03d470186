/// What is known of an enforcement point.
package struct PointStanding: Hashable, Sendable {
  /// When it asked last for epoch events; nil: never.
  package let seenAt: Timestamp?
  /// The last event that it had taken in by then.
  package let epoch: Int64
  /// What it said of its clock.
  package let clock: ClockReport?

  package static let unknown = PointStanding(seenAt: nil, epoch: 0, clock: nil)

  package init(seenAt: Timestamp?, epoch: Int64, clock: ClockReport?) {
    self.seenAt = seenAt
    self.epoch = epoch
    self.clock = clock
  }

  /// Whether it refuses everything by now, as its copy of the events is too old.
  package func isStale(at now: Timestamp) -> Bool {
    guard let seenAt else { return true }
    return now > seenAt.adding(seconds: StopBound.copySecondsMax)
  }
}

/// How far a clock is ahead of the database's, give or take.
package struct ClockReport: Hashable, Sendable {
  package let offsetMilliseconds: Int64
  package let uncertaintyMilliseconds: Int64

  /// The largest offset that is taken down: a day.
  package static let millisecondsMax: Int64 = 86_400_000

  package init(offsetMilliseconds: Int64, uncertaintyMilliseconds: Int64) {
    self.offsetMilliseconds = offsetMilliseconds
    self.uncertaintyMilliseconds = uncertaintyMilliseconds
  }
}
