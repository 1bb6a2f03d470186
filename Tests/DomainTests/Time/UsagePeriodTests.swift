import Domain
import Registries
import Testing

@Suite("periods of use in steps")
struct UsagePeriodTests {
  private func bounds(
    _ step: UsagePeriod.Step, _ from: String?, _ to: String?, _ zone: String = "UTC",
    now: String = "2026-11-22T10:20:30.5Z"
  ) throws -> [String] {
    let period = UsagePeriod(
      step: step, from: try from.map { try #require(UsagePeriod.Bound($0)) },
      to: try to.map { try #require(UsagePeriod.Bound($0)) })
    return try period.bounds(
      in: try #require(Zones.system.zone(zone)), at: try #require(Timestamp(now))
    ).map(\.description)
  }

  @Test("whole steps hold all of the period")
  func whole() throws {
    #expect(
      try bounds(.minute, "2026-11-22T10:00:30Z", "2026-11-22T10:02:00Z") == [
        "2026-11-22T10:00:00Z", "2026-11-22T10:01:00Z", "2026-11-22T10:02:00Z",
      ])
    #expect(
      try bounds(.hour, "2026-11-22T08:59:59Z", "2026-11-22T10:00:00.000001Z") == [
        "2026-11-22T08:00:00Z", "2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z",
        "2026-11-22T11:00:00Z",
      ])
    #expect(
      try bounds(.day, "2026-11-20", "2026-11-20", "Asia/Shanghai") == [
        "2026-11-19T16:00:00Z", "2026-11-20T16:00:00Z",
      ])
  }

  @Test(
    "a local day has as many hours as its wall shows; one that was skipped is not there",
    arguments: [
      ("Europe/Berlin", "2026-03-29", "2026-03-30", [23, 24]),
      ("Europe/Berlin", "2026-10-24", "2026-10-25", [24, 25]),
      ("Pacific/Apia", "2011-12-29", "2011-12-31", [24, 24]),
    ])
  func days(zone: String, from: String, to: String, hours: [Int64]) throws {
    let found = try bounds(.day, from, to, zone).compactMap { Timestamp($0) }
    #expect(
      zip(found, found.dropFirst()).map { $1.microseconds(since: $0) / 3_600_000_000 } == hours)
  }

  @Test("without a word it is the last hour, the last day, the last thirty days until now")
  func defaults() throws {
    let minutes = try bounds(.minute, nil, nil)
    #expect(minutes.first == "2026-11-22T09:20:00Z" && minutes.last == "2026-11-22T10:21:00Z")
    let hours = try bounds(.hour, nil, nil)
    #expect(hours.first == "2026-11-21T10:00:00Z" && hours.last == "2026-11-22T11:00:00Z")
    let days = try bounds(.day, nil, nil)
    #expect(days.first == "2026-10-23T00:00:00Z" && days.last == "2026-11-23T00:00:00Z")
  }

  @Test("1,500 steps are enough, one more is too long; an end before the begin is none")
  func limits() throws {
    #expect(try bounds(.minute, "2026-11-21T00:00:00Z", "2026-11-22T01:00:00Z").count == 1_501)
    #expect(throws: UsagePeriod.Fault.tooLong) {
      try bounds(.minute, "2026-11-21T00:00:00Z", "2026-11-22T01:00:01Z")
    }
    #expect(throws: UsagePeriod.Fault.endsBeforeItBegins) {
      try bounds(.hour, "2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z")
    }
    #expect(throws: UsagePeriod.Fault.endsBeforeItBegins) {
      try bounds(.day, "2026-11-23", "2026-11-22")
    }
    #expect(throws: UsagePeriod.Fault.endsBeforeItBegins) {
      try bounds(.hour, "2027-01-01", nil)
    }
  }

  @Test(
    "a bound is a day or an instant in UTC",
    arguments: ["", "now", "2026-11-31", "2026-11-22T10:00:00+08:00"])
  func bad(text: String) {
    #expect(UsagePeriod.Bound(text) == nil)
  }
}
