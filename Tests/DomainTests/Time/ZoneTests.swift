import Domain
import Registries
import Testing

@Suite("Zone")
struct ZoneTests {
  @Test(
    "a local day has 23, 24 or 25 hours, or none where it was skipped",
    arguments: [
      ("Asia/Shanghai", "2026-12-01", 24), ("Europe/Berlin", "2026-03-29", 23),
      ("Europe/Berlin", "2026-10-25", 25), ("America/New_York", "2026-03-08", 23),
      ("America/Sao_Paulo", "2018-11-04", 23), ("America/Sao_Paulo", "2018-02-17", 25),
      ("Pacific/Apia", "2011-12-30", 0), ("Pacific/Apia", "2011-12-29", 24),
      ("UTC", "2000-02-29", 24), ("America/New_York", "2099-03-08", 23),
    ])
  func dayLengths(name: String, day: String, hours: Int64) throws {
    let zone = try #require(Zones.system.zone(name))
    let day = try #require(LocalDate(day))
    let length = zone.dayEnd(day).microseconds(since: zone.dayStart(day))
    #expect(length == hours * 3_600_000_000)
  }

  @Test("a day begins where the wall first shows it, also when its midnight was skipped")
  func dayStart() throws {
    let zone = try #require(Zones.system.zone("America/Sao_Paulo"))
    let day = try #require(LocalDate("2018-11-04"))
    #expect(zone.dayStart(day).description == "2018-11-04T03:00:00Z")
    let shanghai = try #require(Zones.system.zone("Asia/Shanghai"))
    #expect(
      shanghai.dayStart(try #require(LocalDate("2026-12-01"))).description
        == "2026-11-30T16:00:00Z")
  }

  @Test("a day ends at the next instant at which the wall shows another one (seed printed)")
  func endOfDay() throws {
    let seed = UInt64.random(in: 1...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      let zone = try randomZone(&generator)
      let now = randomInstant(&generator)
      let end = zone.endOfDay(at: now)
      let comment = Comment(rawValue: "\(zone.name) \(now), seed \(seed)")
      #expect(zone.date(at: end) != zone.date(at: now), comment)
      #expect(zone.date(at: end.adding(microseconds: -1)) == zone.date(at: now), comment)
      let length = end.microseconds(since: now)
      #expect(length > 0 && length <= 26 * 3_600_000_000, comment)
    }
  }

  @Test(
    "only names of the database are looked up",
    arguments: [
      "", "..", "../../etc/passwd", "Asia/../Asia/Shanghai", "/etc/localtime", "asia", "Asia",
      "Asia/", "/Asia/Shanghai", "Asia//Shanghai", "Asia/Shanghai ", "right/Asia/Shanghai",
      "posix/Asia/Shanghai", "zone.tab", "Mars/Phobos", "Asia/Shanghai\0", "posixrules",
    ])
  func unknownNames(name: String) {
    #expect(Zones.system.zone(name) == nil)
  }

  @Test(
    "known names are found", arguments: ["UTC", "Etc/GMT+12", "America/Argentina/Salta", "PRC"])
  func knownNames(name: String) {
    #expect(Zones.system.zone(name)?.name == name)
  }
}

func randomZone(_ generator: inout SeededGenerator) throws -> Zone {
  let names = [
    "Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Pacific/Apia",
    "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca",
    "Europe/Dublin", "Asia/Gaza", "Antarctica/Troll", "Pacific/Kiritimati", "UTC",
    "America/Havana", "Asia/Tehran", "Pacific/Chatham",
  ]
  return try #require(Zones.system.zone(names.randomElement(using: &generator) ?? "UTC"))
}

func randomInstant(_ generator: inout SeededGenerator) -> Timestamp {
  // 1990 to 2090
  Timestamp(
    microseconds: Int64.random(
      in: 631_152_000_000_000...3_786_912_000_000_000, using: &generator))
}
