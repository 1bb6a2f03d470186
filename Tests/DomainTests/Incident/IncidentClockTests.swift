import Domain
import Testing

@Suite("the clocks of an incident")
struct IncidentClockTests {
  static let now = IncidentCase.now

  @Test("a site of unknown kind has the shortest time, several sites the shortest of theirs")
  func kinds() {
    let clock = IncidentCase.clock(
      "report", minutes: 240, [.criticalInfrastructure: 60, .stateOrgan: 120])
    let rows: [([OperatorKind?], Int64)] = [
      ([], 60), ([nil], 60), ([.own], 240), ([.privateCompany, .own], 240),
      ([.privateCompany, .stateOrgan], 120), ([.stateOrgan, .criticalInfrastructure], 60),
      ([.privateCompany, nil], 60),
    ]
    for (kinds, minutes) in rows { #expect(clock.minutes(for: kinds) == minutes, "\(kinds)") }
  }

  @Test("it is overdue from its instant on, and met in time only before it")
  func standing() throws {
    let incident = try IncidentCase.opened(links: [.site(try Host("example.com"))])
    let due = Self.now.adding(seconds: 7_200)
    let early = due.adding(microseconds: -1)
    func deadline(_ incident: Incident) throws -> IncidentDeadline {
      let deadlines = incident.deadlines(by: IncidentCase.policy)
      #expect(deadlines.map(\.clock.name) == ["tell", "report"])
      return try #require(deadlines.first)
    }
    #expect(try deadline(incident).dueAt == due)
    #expect(try deadline(incident).standing(at: early) == .running)
    #expect(try deadline(incident).standing(at: due) == .overdue)
    let late = try incident.with(.recovery, meets: ["tell"], at: due)
    #expect(try deadline(late).standing(at: due) == .late)
    let met = try incident.with(.recovery, meets: ["tell"], at: early)
    #expect(try deadline(met).standing(at: due) == .met)
    // The first entry counts.
    #expect(
      try deadline(met.with(.recovery, meets: ["tell"], at: due)).metBy?.n == 2)
  }

  @Test("only the clocks of the source run, and none under a policy that says nothing")
  func sources() throws {
    let names = { (incident: Incident) in
      incident.deadlines(by: IncidentCase.policy).map(\.clock.name)
    }
    #expect(names(try IncidentCase.opened(.complaint)) == ["report", "tell"])
    #expect(names(try IncidentCase.opened(.ownFinding)).isEmpty)
    #expect(try IncidentCase.opened().deadlines(by: nil).isEmpty)
  }

  @Test("a clock is told of at half of its time and when it is over, until it is met")
  func alarms() throws {
    let incident = try IncidentCase.opened(links: [.site(try Host("example.com"))])
    func told(_ incident: Incident, _ minutes: Int64) -> [String] {
      let at = Self.now.adding(seconds: minutes * 60)
      return incident.alarms(
        deadlines: incident.deadlines(by: IncidentCase.policy), meters: [],
        limits: IncidentCase.limits, at: at
      ).map(\.key)
    }
    let rows: [(Int64, [String])] = [
      (0, []), (59, []), (60, ["deadline_half tell"]), (119, ["deadline_half tell"]),
      (120, ["deadline_over tell", "deadline_half report"]),
      (240, ["deadline_over tell", "deadline_over report"]),
    ]
    for (minutes, keys) in rows { #expect(told(incident, minutes) == keys, "\(minutes) min") }
    let met = try incident.with(.containment, meets: ["tell"])
    #expect(told(met, 240) == ["deadline_over report"])
    let closer = IncidentCase.person()
    let ready = try met.with(.recovery, meets: ["report"])
    let closed = ready.with(closure: try ready.closed(by: closer, [.operator]).subject)
    #expect(told(closed, 240).isEmpty)
  }

  @Test("an alarm is recorded only while it is so")
  func raised() throws {
    let incident = try IncidentCase.opened(links: [.site(try Host("example.com"))])
    let alarm = IncidentAlarm(.deadlineOver, about: "tell", of: incident.id)
    func raised(_ incident: Incident, _ minutes: Int64) -> LogEntry? {
      incident.raised(
        alarm, deadlines: incident.deadlines(by: IncidentCase.policy), meters: [], limits: nil,
        by: IncidentCase.service, at: Self.now.adding(seconds: minutes * 60)
      )?.entry
    }
    #expect(raised(incident, 119) == nil)
    let entry = try #require(raised(incident, 120))
    #expect(entry.type == .reminderIncidentDeadline)
    #expect(entry.detail["due_at"] == JSON(Self.now.adding(seconds: 7_200)))
    #expect(raised(try incident.with(.recovery, meets: ["tell"]), 120) == nil)
  }

  @Test("the default policy's clocks cite law in force, in English and Chinese")
  func defaults() throws {
    let policy = DefaultPolicy.policy
    let incidents = try #require(policy.incidents)
    #expect(incidents.clocks.map(\.name) == ["notify_operator", "report_authority", "fix_flaw"])
    let report = incidents.clocks[1]
    let rows: [(OperatorKind?, Int64)] = [
      (.criticalInfrastructure, 60), (.stateOrgan, 120), (.privateCompany, 240), (nil, 60),
    ]
    for (kind, minutes) in rows { #expect(report.minutes(for: [kind]) == minutes) }
    let days = try ["2025-12-31", "2026-01-01"].map { try #require(LocalDate($0)) }
    let cited = days.map { day in
      report.basis.filter { policy.legal[$0]?.isInForce(on: day) == true }
    }
    #expect(cited == [["CN-CSL2016", "CN-NIRM-4"], ["CN-CSL2025-27", "CN-NIRM-4"]])
    let basis = incidents.clocks.flatMap(\.basis) + incidents.outage.thresholds.flatMap(\.basis)
    for id in Set(basis) {
      let fact = try #require(policy.legal[id])
      #expect(fact.textChinese != nil && fact.articleChinese != nil, "\(id)")
      #expect(fact.instrumentEnglish != nil, "\(id)")
    }
    #expect(incidents.outage.thresholds.map(\.users) == [10_000, 50_000])
    #expect(incidents.clocks.allSatisfy { $0.textChinese != nil && !$0.sources.contains(.service) })
  }

  @Test(
    "a policy's mistakes about incidents are found at their place",
    arguments: [
      ("clock: fix_flaw", "clock: notify_operator", "clocks duplicate"),
      ("minutes: 120 ", "minutes: 0 ", "clocks/0/minutes out_of_range"),
      (
        "operator_kind: cii, minutes: 60", "operator_kind: bank, minutes: 60",
        "clocks/1/by_operator_kind/0/operator_kind invalid_format"
      ),
      (
        "operator_kind: state_organ, minutes: 120", "operator_kind: cii, minutes: 120",
        "clocks/1/by_operator_kind duplicate"
      ),
      ("CN-NIRM-4]", "CN-NIRM-5]", "clocks/1/basis/2 invalid_format"),
      ("warn_minutes: 1\n", "warn_minutes: 7\n", "outage/suspend_minutes out_of_range"),
      (
        "failed_share_percent: 20", "failed_share_percent: 0",
        "outage/failed_share_percent out_of_range"
      ),
    ])
  func mistakes(original: String, changed: String, expected: String) throws {
    do {
      _ = try PolicyDiffTests.policy([(original, changed)])
      Issue.record("accepted: \(changed)")
    } catch let invalid as InvalidBody {
      #expect(
        invalid.errors.map { "\($0.pointer.description) \($0.code.rawValue)" }
          == ["/incidents/" + expected])
    }
  }
}
