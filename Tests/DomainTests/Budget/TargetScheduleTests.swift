import Domain
import Registries
import Testing

@Suite("the schedule of a target")
struct TargetScheduleTests {
  private static func zone(_ name: String) throws -> Zone {
    try #require(Zones.system.zone(name))
  }

  private static func hours(_ start: Int, _ end: Int) throws -> WindowSet {
    WindowSet([
      try Window(
        days: Weekday.allCases, start: ClockTime(minute: start * 60),
        end: ClockTime(minute: end * 60))
    ])
  }

  private func schedule(
    _ openings: [Opening], life: Range<Timestamp>? = nil, rate: Int64 = 500_000,
    daily: Int64 = 20_000, from day: String, days: Int64
  ) throws -> TargetSchedule {
    let first = try #require(LocalDate(day))
    let whole =
      Zone.utc.dayStart(first.adding(days: -40))..<Zone.utc.dayStart(first.adding(days: 400))
    return TargetSchedule(
      index: 0, zone: openings[0].zone, openings: openings, life: life ?? whole,
      rate: Rate(microRPS: rate), dailyRequests: daily, from: first, days: days,
      at: Zone.utc.dayStart(first))
  }

  @Test(
    "a day is 23, 24 or 25 hours, and what daylight saving skips or repeats shows",
    arguments: [
      ("2026-10-24", 24, 1), ("2026-10-25", 25, 2), ("2026-03-28", 24, 1), ("2026-03-29", 23, 0),
    ])
  func daylightSaving(day: String, hours: Int64, twoToThree: Int64) throws {
    let berlin = try Self.zone("Europe/Berlin")
    let all = try schedule([Opening(.always, in: berlin)], from: day, days: 1)
    #expect(all.days[0].openSeconds == hours * 3_600)
    #expect(all.days[0].mostRequests == min(20_000, hours * 1_800))
    let night = try schedule(
      [Opening(try Self.hours(2, 3), in: berlin)], from: day, days: 1)
    #expect(night.days[0].openSeconds == twoToThree * 3_600)
  }

  @Test("hours that cross midnight are in both days, and every site has to be open")
  func crossing() throws {
    let shanghai = try Self.zone("Asia/Shanghai")
    let night = Opening(
      WindowSet([
        try Window(
          days: Weekday.allCases, start: ClockTime(minute: 22 * 60),
          end: ClockTime(minute: 6 * 60))
      ]), in: shanghai)
    let days = try schedule([night], from: "2026-11-22", days: 2).days
    #expect(days.map(\.open.count) == [2, 2])
    #expect(days.map(\.openSeconds) == [28_800, 28_800])
    // The site is open from 20:00 to 24:00 UTC: from 4:00 to 8:00 in Shanghai.
    let site = Opening(try Self.hours(20, 24), in: .utc)
    let both = try schedule([night, site], from: "2026-11-22", days: 1)
    #expect(both.days[0].openSeconds == 7_200)
    #expect(both.days[0].open.count == 1)
    #expect(both.days[0].mostRequests == 3_600)
    #expect(
      both.nextOpening(from: try #require(Timestamp("2026-11-21T21:00:00Z")))
        == Timestamp("2026-11-21T21:00:00Z"))
    #expect(both.nextOpening(from: try #require(Timestamp("2026-11-21T22:00:00Z"))) == nil)
  }

  @Test("before its start and after its end a grant has no hours")
  func life() throws {
    let opening = Opening(.always, in: .utc)
    let start = try #require(Timestamp("2026-11-22T12:00:00Z"))
    let life = start..<start.adding(seconds: 3_600)
    let days = try schedule([opening], life: life, from: "2026-11-21", days: 3).days
    #expect(days.map(\.openSeconds) == [0, 3_600, 0])
    #expect(days[1].open == [life])
    #expect(try schedule([opening], from: "2026-11-21", days: 1_000).days.count == 92)
  }
}
