/// Whether a clock that was read twice went on like another one in between: what was read, when
/// by the other clock at the earliest and at the latest.
package struct ClockSighting: Hashable, Sendable {
  package let shown: Timestamp
  /// By the clock it is compared with, in microseconds from any beginning.
  package let earliest: Int64
  package let latest: Int64

  /// Precondition: `earliest` is not after `latest`.
  package init(shown: Timestamp, earliest: Int64, latest: Int64) {
    precondition(earliest <= latest, "a reading lies within its round trip")
    self.shown = shown
    self.earliest = earliest
    self.latest = latest
  }

  /// A step up to this is none (budgets.md: a step of more than a second).
  package static let stepMicroseconds: Int64 = 1_000_000
  /// What two clocks may drift apart in a second: the fastest that time daemons slew.
  private static let driftPerMillion: Int64 = 500

  /// By how much the clock was moved since an earlier sighting, in microseconds, at the least that
  /// explains both; nil where a second and drift do.
  package func step(since earlier: ClockSighting) -> Int64? {
    let shown = shown.microseconds(since: earlier.shown)
    let (least, most) = (earliest - earlier.latest, latest - earlier.earliest)
    let drift = max(0, most) / 1_000_000 * ClockSighting.driftPerMillion
    if shown > most + drift + ClockSighting.stepMicroseconds { return shown - most }
    if shown < least - drift - ClockSighting.stepMicroseconds { return shown - least }
    return nil
  }
}
