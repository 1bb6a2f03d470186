import Domain
import Foundation
import Testing

@Suite("the outage meter of a target")
struct OutageMeterTests {
  static let now = IncidentCase.now

  static func span(_ from: Int64, _ to: Int64) -> OutageSpan {
    OutageSpan(from: now.adding(seconds: from), to: now.adding(seconds: to))
  }

  static func impact(
    _ from: Int64, _ to: Int64, _ service: IncidentImpact.Service = .unavailable,
    users: Int64? = nil, site: String = "www.example.com"
  ) throws -> IncidentImpact {
    IncidentImpact(
      site: try Host(site), span: span(from, to), service: service, users: users)
  }

  @Test("what overlaps counts once: the same as counting second by second")
  func union() {
    let text = ProcessInfo.processInfo.environment["COUNTERSIGN_SEED"] ?? ""
    let seed = UInt64(text) ?? UInt64.random(in: 0...UInt64.max)
    print("outage meter: COUNTERSIGN_SEED=\(seed)")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let spans = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
        let from = Int64.random(in: 0...40, using: &generator)
        return Self.span(from, from + Int64.random(in: 0...15, using: &generator))
      }
      let seconds = (0..<60).count { second in
        let at = Self.now.adding(seconds: Int64(second))
        return spans.contains { $0.from <= at && at < $0.to }
      }
      #expect(OutageSpan.microseconds(of: spans) == Int64(seconds) * 1_000_000, "\(spans)")
    }
  }

  @Test("reports count within the incident, what people state counts in full")
  func period() throws {
    let host = try Host("www.example.com")
    let incident = try IncidentCase.opened(
      startedAt: Self.now.adding(seconds: -100), links: [.site(host)])
    let site = try #require(incident.sites.first)
    func seconds(_ incident: Incident, _ reported: [OutageSpan]) -> Int64 {
      OutageMeter(
        of: site, in: incident, reported: reported, elsewhere: 0,
        at: Self.now.adding(seconds: 100)
      ).seconds
    }
    #expect(seconds(incident, [Self.span(-300, -150)]) == 0)
    #expect(seconds(incident, [Self.span(-300, -50), Self.span(50, 300)]) == 100)
    let stated = try incident.with(.impact, impact: try Self.impact(-200, -150))
    #expect(stated.period(at: Self.now).from == Self.now.adding(seconds: -200))
    #expect(seconds(stated, []) == 50)
    #expect(seconds(stated, [Self.span(-300, -180)]) == 50)
    let rows: [(IncidentImpact, Int64)] = [
      (try Self.impact(-20, 0, .available), 0), (try Self.impact(-20, 0), 20),
      (try Self.impact(-20, 0, site: "example.com"), 20),
      (try Self.impact(-20, 0, site: "a.www.example.com"), 20),
      (try Self.impact(-20, 0, site: "example.org"), 0),
    ]
    for (impact, expected) in rows {
      #expect(seconds(try incident.with(.impact, impact: impact), []) == expected, "\(impact)")
    }
  }

  @Test("a part of a second counts whole")
  func roundedUp() throws {
    let incident = try IncidentCase.opened(links: [.site(try Host("example.com"))])
    let site = try #require(incident.sites.first)
    for (microseconds, seconds) in [(0, 0), (1, 1), (1_000_000, 1), (1_000_001, 2)]
      as [(Int64, Int64)]
    {
      let span = OutageSpan(
        from: Self.now, to: Self.now.adding(microseconds: microseconds))
      let meter = OutageMeter(
        of: site, in: incident, reported: [span], elsewhere: 0,
        at: Self.now.adding(seconds: 10))
      #expect(meter.seconds == seconds)
    }
  }

  @Test("the level follows from the minutes of all incidents and from the users there are")
  func levels() throws {
    let host = try Host("www.example.com")
    let rows: [(users: Int64?, here: Int64, elsewhere: Int64, level: OutageMeter.Level)] = [
      (4_000, 59, 0, .none), (4_000, 60, 0, .warn), (4_000, 59, 1, .warn),
      (4_000, 359, 0, .warn), (4_000, 360, 0, .suspend), (4_000, 36_000, 0, .suspend),
      (9_999, 3_600, 0, .suspend), (10_000, 3_599, 0, .suspend), (10_000, 3_600, 0, .reached),
      (10_000, 100, 3_500, .reached), (nil, 3_600, 0, .reached), (nil, 3_599, 0, .suspend),
    ]
    for row in rows {
      let incident = try IncidentCase.opened(
        startedAt: Self.now.adding(seconds: -100_000), links: [.site(host)], users: row.users)
      let meter = OutageMeter(
        of: try #require(incident.sites.first), in: incident,
        reported: [Self.span(-row.here, 0)], elsewhere: row.elsewhere, at: Self.now)
      #expect(meter.level(by: IncidentCase.limits) == row.level, "\(row)")
    }
  }

  @Test("the most that anybody said a site serves counts")
  func users() throws {
    let host = try Host("www.example.com")
    let incident = try IncidentCase.opened(links: [.site(host)], users: 4_000)
      .with(.impact, impact: try Self.impact(-20, 0, users: 60_000))
      .with(.impact, impact: try Self.impact(-20, 0, users: 10))
    let meter = OutageMeter(
      of: try #require(incident.sites.first), in: incident, elsewhere: 0, at: Self.now)
    #expect(meter.users == 60_000)
    #expect(meter.thresholds(of: IncidentCase.limits).map(\.text) == ["grave", "worse"])
  }

  @Test("a closed incident shows what it showed at its end")
  func frozen() throws {
    let host = try Host("www.example.com")
    let open = try IncidentCase.opened(links: [.site(host)])
      .with(.recovery, meets: ["tell", "report"])
    let site = try #require(open.sites.first)
    let before = OutageMeter(
      of: site, in: open, reported: [Self.span(0, 42)], elsewhere: 0,
      at: Self.now.adding(seconds: 50))
    let closure = try open.closed(
      by: IncidentCase.person(), [.operator], meters: [before]
    ).subject
    let after = OutageMeter(
      of: site, in: open.with(closure: closure), elsewhere: 8, at: Self.now)
    #expect(after.seconds == 42 && after.cumulativeSeconds == 50)
  }

  @Test("every level of a meter is told, and from six minutes on grants stand still")
  func alarms() throws {
    let host = try Host("www.example.com")
    let incident = try IncidentCase.opened(
      .ownFinding, startedAt: Self.now.adding(seconds: -10_000), links: [.site(host)])
    let rows: [(Int64, [String], Bool)] = [
      (59, [], false), (60, ["outage_warn"], false),
      (360, ["outage_warn", "outage_suspend"], true),
      (3_600, ["outage_warn", "outage_suspend", "outage_reached"], true),
    ]
    for (seconds, marks, suspends) in rows {
      let meter = OutageMeter(
        of: try #require(incident.sites.first), in: incident,
        reported: [Self.span(-seconds, 0)], elsewhere: 0, at: Self.now)
      let alarms = incident.alarms(
        deadlines: [], meters: [meter], limits: IncidentCase.limits, at: Self.now)
      #expect(alarms.map(\.key) == marks.map { $0 + " www.example.com" })
      #expect(alarms.contains(where: \.suspends) == suspends)
    }
  }
}
