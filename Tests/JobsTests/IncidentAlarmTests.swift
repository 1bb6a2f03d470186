import CountersignTesting
import Domain
import Jobs
import Postgres
import Testing
import Workflow

@Suite("alarms of incidents")
struct IncidentAlarmTests {
  private struct Scene {
    let jobs: JobScene
    let person: TestPerson
    let runner: JobRunner

    func open(links: [IncidentLink]) async throws -> IncidentID {
      try await jobs.service.act(
        as: person,
        OpenIncident(
          input: .success(
            .init(
              opening: IncidentOpening(
                source: .complaint, summary: "they called", noticedAt: nil, startedAt: nil,
                follows: nil, links: links), owner: nil)))
      ).incident.id
    }

    func add(
      _ stage: Incident.Stage, to id: IncidentID, meets: [String] = [],
      impact: IncidentImpact? = nil
    ) async throws {
      _ = try await jobs.service.act(
        as: person,
        AddIncidentEntry(
          incident: .id(id),
          input: .success(.init(stage: stage, note: "x", meets: meets, impact: impact))))
    }

    /// `type mark about` of what was told of an incident, in order.
    func told(_ id: IncidentID) async throws -> [String] {
      try await jobs.service.database.read { (tx: borrowing Transaction) in
        try await tx.query(
          Statement(
            """
            SELECT e.type || ' ' || r.mark FROM reminders r JOIN events e ON e.id = r.event
            WHERE r.object = $1 ORDER BY e.seq
            """), [.text(id.text)]
        ).map { try $0.text(0) }
      }
    }
  }

  private func with(_ body: (Scene) async throws -> Void) async throws {
    try await JobScene.with { jobs in
      _ = try await jobs.service.bootstrap(ImportPolicy(policy: ReviewScene.policy))
      let person = try await jobs.service.makePerson("on-call", .operator)
      try await body(
        Scene(
          jobs: jobs, person: person, runner: jobs.runner(chores: [WatchIncidentsChore()])))
    }
  }

  @Test("a deadline is told of at half of its time and when it is over, once each, until it is met")
  func deadlines() async throws {
    try await with { scene in
      let site = IncidentLink.site(try Host("example.org"))
      // Its kind of operator is not known: the authority's clock has the shortest time, an hour.
      let id = try await scene.open(links: [site])
      let steps: [(Int64, Int)] = [
        (29, 0), (30, 1), (31, 0), (60, 2), (61, 0), (119, 0), (120, 1), (180, 0),
      ]
      for (minutes, count) in steps {
        scene.jobs.at(minutes * 60)
        #expect(try await scene.runner.sweep() == count, "at \(minutes) min")
      }
      // Another leader knows nothing of it and tells nothing twice.
      #expect(
        try await scene.jobs.runner(chores: [WatchIncidentsChore()]).sweep() == 0)
      let told = try await scene.told(id)
      #expect(
        told.sorted() == [
          "reminder.incident_deadline deadline_half notify_operator",
          "reminder.incident_deadline deadline_half report_authority",
          "reminder.incident_deadline deadline_over notify_operator",
          "reminder.incident_deadline deadline_over report_authority",
        ])
      try await scene.add(.recovery, to: id, meets: ["fix_flaw"])
      scene.jobs.at(5 * 86_400)
      #expect(try await scene.runner.sweep() == 0)
    }
  }

  @Test("from one minute on an outage is told, from six on grants stand still until two say so")
  func outage() async throws {
    try await with { scene in
      let service = scene.jobs.service
      let grant = try await service.makeGrant()
      let host = try Host("www.example.com")
      let id = try await scene.open(links: [.site(host)])
      func outage(_ seconds: Int64) async throws {
        try await scene.add(
          .impact, to: id,
          impact: IncidentImpact(
            site: host,
            span: OutageSpan(
              from: scene.jobs.start.adding(seconds: -seconds), to: scene.jobs.start),
            service: .unavailable, users: 20_000))
      }
      func state() async throws -> GrantView {
        try await service.look(as: grant.requester, ShowGrant(grant: grant.grant)).view
      }
      scene.jobs.at(1)
      try await outage(59)
      #expect(try await scene.runner.sweep() == 0)
      try await outage(60)
      scene.jobs.at(40)
      #expect(try await scene.runner.sweep() == 1)
      #expect(try await state().state == .active)
      try await outage(360)
      scene.jobs.at(80)
      #expect(try await scene.runner.sweep() == 1)
      let suspended = try await state()
      #expect(suspended.state == .suspended)
      #expect(suspended.causes.map(\.cause) == [.breaker])
      #expect(suspended.causes.map(\.subject) == ["www.example.com"])
      try await outage(3_600)
      scene.jobs.at(120)
      #expect(try await scene.runner.sweep() == 1)
      #expect(
        try await scene.told(id) == [
          "incident.outage_reached outage_warn www.example.com",
          "incident.outage_reached outage_suspend www.example.com",
          "incident.outage_reached outage_reached www.example.com",
        ])
      // Two people let it go on; the same outage does not stop it again.
      for name in ["one", "two"] {
        let signer = try await service.makePerson(name, .operator)
        _ = try await service.act(
          as: signer, ResumeGrant(grant: grant.grant, reason: .success("looked at it")))
      }
      scene.jobs.at(160)
      #expect(try await scene.runner.sweep() == 0)
      #expect(try await state().state == .active)
    }
  }
}
