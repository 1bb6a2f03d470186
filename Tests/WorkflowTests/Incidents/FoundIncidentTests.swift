import CountersignTesting
import Domain
import Postgres
import Testing
import Workflow

@Suite("incidents that the service finds")
struct FoundIncidentTests {
  static func breaker(
    _ note: String, stage: Incident.Stage = .identification, links: [IncidentLink] = []
  ) -> FindHarm {
    FindHarm(
      finding: IncidentFinding(
        .breaker, on: "www.example.com", note: note, stage: stage, links: links))
  }

  @Test("found again while it is open it is another entry; after its end another incident")
  func again() async throws {
    try await IncidentScene.with { scene in
      let (service, site) = (scene.service, IncidentLink.site(try Host("www.example.com")))
      let first = try await service.bootstrap(Self.breaker("captcha", links: [site]))
      let again = try await service.bootstrap(
        Self.breaker("captcha again", stage: .containment, links: [site]))
      #expect(first == again)
      let view = try await scene.show(first)
      #expect(view.incident.source == .breaker && view.incident.owner == nil)
      #expect(view.incident.entries.map(\.note) == ["captcha", "captcha again"])
      #expect(view.incident.entries.map(\.author) == [nil, nil])
      #expect(view.incident.stage == .containment)
      #expect(view.incident.grants == [scene.grant.grant])
      #expect(view.deadlines.count == 3)
      let elsewhere = try await service.bootstrap(
        FindHarm(finding: IncidentFinding(.breaker, on: "b.example.com", note: "captcha")))
      #expect(elsewhere != first)
      // Nobody had it: whoever wants takes it.
      _ = try await service.act(
        as: scene.review.requester,
        GiveIncident(incident: .id(first), person: .success(scene.review.requester.id)))
      try await scene.recover(first)
      _ = try await scene.close(first)
      let next = try await service.bootstrap(Self.breaker("captcha, the third"))
      #expect(next != first)
      #expect(try await scene.show(next).incident.follows == first)
      #expect(try await scene.show(first).followers == [next])
    }
  }

  @Test("the service opens its own without a policy; no clock of others runs in it")
  func withoutPolicy() async throws {
    try await TestService.with { service, _ in
      let person = try await service.makePerson("on-call", .operator)
      for kind in IncidentCause.Kind.allCases {
        let id = try await service.bootstrap(
          FindHarm(finding: IncidentFinding(kind, on: "service", note: "found")))
        let view = try await service.look(as: person, ShowIncident(incident: .id(id)))
        #expect(view.deadlines.isEmpty && view.incident.policy == nil)
        #expect(view.incident.cause == IncidentCause(kind, on: "service"))
      }
    }
  }

  @Test("thirty findings at once are one incident with thirty entries")
  func atOnce() async throws {
    try await IncidentScene.with { scene in
      let ids = try await withThrowingTaskGroup(of: IncidentID.self) { group in
        for index in 0..<30 {
          group.addTask {
            try await persistently {
              try await scene.service.bootstrap(Self.breaker("captcha \(index)"))
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(ids).count == 1)
      let entries = try await scene.show(try #require(ids.first)).incident.entries
      #expect(entries.map(\.n) == Array(1...30))
      #expect(Set(entries.map(\.note)).count == 30)
    }
  }

  @Test("what the finding's transaction undoes leaves no incident behind")
  func undone() async throws {
    try await IncidentScene.with { scene in
      struct Undone: Error {}
      struct Undo: Command {
        let find: FindHarm
        func run(by act: Act, in tx: borrowing Transaction) async throws {
          _ = try await find.run(by: act, in: tx)
          throw Undone()
        }
      }
      await #expect(throws: Undone.self) {
        try await scene.service.bootstrap(Undo(find: Self.breaker("captcha")))
      }
      let all = try await scene.service.look(as: scene.operations, ListIncidents(limit: 9))
      #expect(all.isEmpty)
    }
  }
}
