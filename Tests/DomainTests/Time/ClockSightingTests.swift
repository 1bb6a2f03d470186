import Domain
import Testing

@Suite("a clock against another one")
struct ClockSightingTests {
  private static let start = Timestamp(microseconds: 1_700_000_000_000_000)

  /// In microseconds: what passed by the clock that is watched, how long both readings were under
  /// way, what passed by the other one.
  @Test(
    "P16: a step of more than a second is one, what round trips and drift explain is none",
    arguments: [
      (60_000_000, 0, 60_000_000, nil), (61_000_000, 0, 60_000_000, nil),
      (61_100_000, 0, 60_000_000, 1_100_000), (58_900_000, 0, 60_000_000, -1_100_000),
      (70_000_000, 0, 60_000_000, 10_000_000), (50_000_000, 0, 60_000_000, -10_000_000),
      // A reading three seconds under way may explain as much.
      (63_900_000, 3_000_000, 60_000_000, nil), (64_100_000, 3_000_000, 60_000_000, 1_100_000),
      // An hour at 400 µs a second.
      (3_601_440_000, 0, 3_600_000_000, nil), (3_603_000_000, 0, 3_600_000_000, 3_000_000),
      (-5_000_000, 0, 0, -5_000_000),
    ] as [(Int64, Int64, Int64, Int64?)])
  func steps(shown: Int64, underWay: Int64, passed: Int64, step: Int64?) {
    let first = ClockSighting(shown: Self.start, earliest: 0, latest: 0)
    let second = ClockSighting(
      shown: Self.start.adding(microseconds: shown), earliest: passed,
      latest: passed + underWay)
    #expect(second.step(since: first) == step)
  }
}
