import Domain
import Testing

@Suite("assessment")
struct AssessmentTests {
  static let day = LocalDate(daysSince1970: 20_788)  // 2026-12-01

  private func assess(
    _ changes: [String: JSON?] = [:], sites: [CoveringSite] = []
  ) throws -> Assessment {
    let content = try ContentBuilder.content(changes)
    return DefaultPolicy.policy.assess(
      content, sites: content.targets.map { _ in sites }, change: .first,
      on: AssessmentTests.day)
  }

  @Test("the polite proposal is T1 and gets what it asks for")
  func polite() throws {
    let assessment = try assess()
    #expect(assessment.tier == .t1)
    #expect(assessment.roles == [.legalReviewer, .riskReviewer])
    #expect(assessment.targets[0].findings.rules.map(\.id) == ["R58"])
    #expect(assessment.blocks.isEmpty)
    let caps = assessment.targets[0].caps
    #expect(caps.maxRate == Limit(Rate(milliRPS: 500), setBy: "request"))
    #expect(caps.maxConcurrency == Limit(2, setBy: "request"))
    #expect(caps.windows.value.isAlways)
    #expect(assessment.longestValidityDays == 180)
    #expect(
      assessment.targets[0].unverified.map(\.description)
        == ["/targets/0/answers/robots_verdict"])
  }

  @Test("an unanswered question counts as its worst answer")
  func unanswered() throws {
    #expect(try assess(["targets/0/answers/enumerates": nil]).tier == .t3)
    #expect(try assess(["targets/0/answers/circumvents_measures": nil]).tier == .x)
    #expect(try assess(["answers": [:], "targets/0/answers": [:]]).tier == .x)
  }

  @Test("questions on personal data are neutral while there is none, and worst once there is")
  func personalData() throws {
    let none = try assess()
    #expect(!none.targets[0].findings.rules.contains { $0.id == "R35" })
    let targeted = try assess(["answers/personal_data": "targeted"])
    #expect(targeted.tier == .x)
    #expect(targeted.targets[0].findings.rules.contains { $0.id == "R35" })
  }

  @Test("capacity evidence counts on its last day and not on the next")
  func capacityEvidence() throws {
    let valid = try assess(["targets/0/evidence/0/expires_on": JSON(AssessmentTests.day)])
    #expect(valid.targets[0].caps.maxRate.value == Rate(milliRPS: 500))
    let expired = try assess([
      "targets/0/evidence/0/expires_on": JSON(AssessmentTests.day.adding(days: -1))
    ])
    #expect(
      expired.targets[0].caps.maxRate == Limit(Rate(milliRPS: 200), setBy: "R25"))
    let future = try assess([
      "targets/0/evidence/0/observed_on": JSON(AssessmentTests.day.adding(days: 1))
    ])
    #expect(future.targets[0].caps.maxRate.setBy == "R25")
  }

  @Test("written authorisation without the document counts as not notified")
  func authorisation() throws {
    let claim: [String: JSON?] = [
      "targets/0/answers/operator_kind": "state_organ",
      "targets/0/answers/operator_consent": "written_authorisation",
    ]
    #expect(try assess(claim).tier == .x)
    var proven = claim
    proven["targets/0/authorisation"] = [
      "issuer": "A", "reference": "B", "sha256": .string(String(repeating: "0", count: 64)),
      "max_rps": JSON(Rate(milliRPS: 50)), "expires_on": JSON(AssessmentTests.day),
    ]
    let assessment = try assess(proven)
    #expect(assessment.tier == .t4)
    #expect(
      assessment.targets[0].caps.maxRate
        == Limit(Rate(milliRPS: 50), setBy: "authorisation"))
    proven["targets/0/authorisation/expires_on"] = JSON(AssessmentTests.day.adding(days: -1))
    #expect(try assess(proven).tier == .x)
  }

  @Test("a site's kind of operator counts where it is stricter, and never where it is milder")
  func siteKind() throws {
    func site(_ kind: OperatorKind) throws -> CoveringSite {
      CoveringSite(
        host: try Host("example.com"), operatorKind: kind, ceiling: .implicitOwn)
    }
    #expect(try assess(sites: [site(.stateOrgan)]).tier == .x)
    #expect(try assess(sites: [site(.own)]).tier == .t1)
  }

  @Test("every cap names who set it, the site's ceiling too")
  func siteCeiling() throws {
    let hours = WindowSet([
      try Window(
        days: Weekday.allCases, start: ClockTime(minute: 60), end: ClockTime(minute: 120))
    ])
    let site = CoveringSite(
      host: try Host("example.com"), operatorKind: .privateCompany,
      ceiling: Ceiling(
        maxRPS: Rate(milliRPS: 100), burst: 1, maxConcurrency: 1, dailyRequests: 10,
        windows: hours))
    let caps = try assess(sites: [site]).targets[0].caps
    #expect(caps.maxRate == Limit(Rate(milliRPS: 100), setBy: "site:example.com"))
    #expect(caps.burst == Limit(1, setBy: "site:example.com"))
    #expect(caps.dailyRequests == Limit(10, setBy: "site:example.com"))
    #expect(caps.windows == Limit(hours, setBy: "site:example.com"))
    #expect(caps.maxWorkers.setBy == "request")
  }

  @Test("asking above a tier's rate gets the stricter cap, and the rate that would stay is named")
  func gentler() throws {
    let asked = try assess([
      "targets/0/max_rps": JSON(Rate(milliRPS: 2_001)),
      "targets/0/answers/users_served": 100,
    ])
    #expect(asked.tier == .t2)
    #expect(asked.targets[0].caps.maxRate == Limit(Rate(milliRPS: 1_000), setBy: "T2"))
    #expect(
      asked.targets[0].gentler == GentlerRate(rate: Rate(milliRPS: 2_000), tier: .t1))
    #expect(
      try assess(["targets/0/max_rps": 2]).targets[0].caps.maxRate.value
        == Rate(milliRPS: 2_000))
  }

  @Test("costly endpoints divide rate and daily requests of the grant, and caps show both")
  func costWeight() throws {
    let caps = try assess(["targets/0/answers/costly_endpoints": true]).targets[0].caps
    #expect(caps.maxRate.value == Rate(milliRPS: 500))
    #expect(caps.weightedRate == Rate(milliRPS: 50))
    #expect(caps.weightedDailyRequests == 2_000)
  }

  @Test("the proposal's tier is the highest of its targets, its roles hold for all")
  func severalTargets() throws {
    let second = ContentBuilder.json(["targets/0/answers/enumerates": true])
    let assessment = try assess(["targets/1": second["targets"].elements[0]])
    #expect(assessment.tier == .t3)
    #expect(assessment.targets.map(\.findings.tier) == [.t1, .t3])
    #expect(assessment.targets[0].caps.maxRate.value == Rate(milliRPS: 500))
    #expect(assessment.roles.contains(.securityReviewer))
    #expect(assessment.longestValidityDays == 30)
  }
}
