import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("what an incident knows of an outage")
struct OutageTests {
  /// What was answered under one term.
  private func report(_ lease: Lease, _ status: JSON, _ more: JSONObject = [:]) throws
    -> UsageReport
  {
    var body: JSONObject = [
      "from": JSON(lease.term.issuedAt), "to": JSON(lease.term.issuedAt), "requests": 10,
      "status": status,
    ]
    for member in more.members { body[member.name] = member.value }
    return try JSONReader.read(.object(body), as: .usageReport)
  }

  /// One lease whose terms last ten seconds each and report these answers, from `start` on; the
  /// last term has no report.
  private func terms(
    _ service: Service, _ clock: ManualClock, _ grant: TestGrant, from start: Timestamp,
    _ answers: [(JSON, JSONObject)]
  ) async throws {
    clock.set(to: start)
    var held = try await grant.grantLease(service, worker: "a")
    for (index, (status, more)) in answers.enumerated() {
      clock.set(to: start.adding(seconds: Int64(index + 1) * 10))
      let input = RenewLease.Input(
        term: held.lease.term.number, report: try report(held.lease, status, more), wish: nil)
      held = try await service.act(
        as: grant.poolCalls(), RenewLease(lease: held.lease.id, input: .success(input)))
    }
  }

  private func scene(
    _ body: (Service, ManualClock, TestGrant, TestPerson, Timestamp) async throws -> Void
  ) async throws {
    try await TestService.with { service, clock in
      _ = try await service.bootstrap(ImportPolicy(policy: ReviewScene.policy))
      let grant = try await service.makeGrant()
      let person = try await service.makePerson("on-call", .operator)
      try await body(service, clock, grant, person, try await service.time().now)
    }
  }

  private func opened(
    _ service: Service, _ person: TestPerson, startedAt: Timestamp, site: String = "example.com"
  ) async throws -> IncidentView {
    try await service.act(
      as: person,
      OpenIncident(
        input: .success(
          .init(
            opening: IncidentOpening(
              source: .ownFinding, summary: "trouble", noticedAt: nil, startedAt: startedAt,
              follows: nil, links: [.site(try Host(site))]), owner: nil))))
  }

  @Test("terms in which a fifth of what was sent came to nothing count, by the database's clock")
  func troubled() async throws {
    try await scene { service, clock, grant, person, start in
      let good: (JSON, JSONObject) = (["200": 10], [:])
      let answers: [(JSON, JSONObject)] = [
        good, (["200": 9, "500": 1], [:]), (["200": 8, "500": 2], [:]),
        (["404": 10], [:]), (["410": 10], [:]), (["200": 8], ["timeouts": 2]),
        (["200": 7], ["connection_errors": 3]), good,
      ]
      try await terms(service, clock, grant, from: start, answers)
      clock.set(to: start.adding(seconds: 200))
      let view = try await opened(service, person, startedAt: start)
      #expect(view.incident.grants == [grant.grant])
      // The third, the sixth and the seventh term.
      let meter = try #require(view.meters.first)
      #expect(meter.seconds == 30 && meter.cumulativeSeconds == 30 && meter.users == nil)
      // It began later: only what lies within counts.
      let later = try await opened(service, person, startedAt: start.adding(seconds: 55))
      #expect(later.meters.map(\.seconds) == [15])
      // What the other open incident of the site counts is in all.
      #expect(later.meters.map(\.cumulativeSeconds) == [45])
      let elsewhere = try await opened(service, person, startedAt: start, site: "example.org")
      #expect(elsewhere.meters.map(\.seconds) == [0])
    }
  }

  @Test("an impact counts what was reported in its time, and what may have been sent without")
  func sent() async throws {
    try await scene { service, clock, grant, person, start in
      try await terms(
        service, clock, grant, from: start, [(["200": 10], [:]), (["200": 10], [:])])
      clock.set(to: start.adding(seconds: 300))
      let id = try await opened(service, person, startedAt: start).incident.id
      func sent(_ from: Int64, _ to: Int64, _ site: String) async throws -> SentRequests? {
        let impact = IncidentImpact(
          site: try Host(site),
          span: OutageSpan(
            from: start.adding(seconds: from), to: start.adding(seconds: to)),
          service: .unavailable, users: 151)
        return try await service.act(
          as: person,
          AddIncidentEntry(
            incident: .id(id),
            input: .success(.init(stage: .impact, note: "their letter", impact: impact)))
        ).impact?.sent
      }
      let whole = try #require(try await sent(-10, 200, "www.example.com"))
      #expect(whole.reported == 20 && whole.unreportedMax > 0)
      let first = try #require(try await sent(0, 5, "example.com"))
      #expect(first == SentRequests(reported: 10, unreportedMax: 0))
      #expect(
        try await sent(-10, 0, "example.com") == SentRequests(reported: 0, unreportedMax: 0))
      #expect(
        try await sent(-10, 200, "example.org") == SentRequests(reported: 0, unreportedMax: 0))
      // A site that an impact names is linked by it.
      let view = try await service.look(as: person, ShowIncident(incident: .id(id)))
      #expect(
        view.incident.sites.map(\.link.id) == ["example.com", "www.example.com", "example.org"])
      #expect(view.meters.map(\.users) == [151, 151, 151])
      #expect(view.meters.map(\.seconds) == [210, 210, 210])
    }
  }

  @Test("what a closed incident counted stays, and counts in the next one of the site")
  func closed() async throws {
    try await scene { service, clock, grant, person, start in
      try await terms(service, clock, grant, from: start, [(["500": 10], [:])])
      clock.set(to: start.adding(seconds: 60))
      let id = try await opened(service, person, startedAt: start).incident.id
      _ = try await service.act(
        as: person,
        AddIncidentEntry(
          incident: .id(id),
          input: .success(
            .init(
              stage: .recovery, note: "over",
              meets: ["notify_operator", "report_authority", "fix_flaw"]))))
      let closed = try await service.act(
        as: person, CloseIncident(incident: .id(id), reason: .success("over")))
      #expect(closed.incident.closure?.outages == [try Host("example.com"): 10])
      #expect(closed.meters.map(\.cumulativeSeconds) == [10])
      clock.set(to: start.adding(seconds: 90))
      let next = try await opened(service, person, startedAt: start.adding(seconds: 80))
      #expect(next.meters.map(\.seconds) == [0])
      #expect(next.meters.map(\.cumulativeSeconds) == [10])
    }
  }
}
