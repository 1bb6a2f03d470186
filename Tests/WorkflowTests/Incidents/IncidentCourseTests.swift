import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("the course of an incident")
struct IncidentCourseTests {
  @Test("from a complaint to its end: grants that reach the site, a stop, what is signed again")
  func course() async throws {
    try await IncidentScene.with { scene in
      let opened = try await scene.open()
      let id = opened.incident.id
      #expect(opened.incident.number == 1)
      #expect(opened.incident.links.map(\.link) == [IncidentScene.site, .grant(scene.grant.grant)])
      let site = try #require(opened.incident.sites.first)
      #expect(site.operatorKind == .privateCompany && site.users == 4_000)
      #expect(
        opened.deadlines.map { $0.dueAt.microseconds(since: $0.beganAt) / 60_000_000 }
          == [120, 240, 4_320])
      #expect(opened.sources(["CN-NIRM-4"]).map(\.id) == ["CN-NIRM-4"])
      #expect(opened.signaturesDue.isEmpty)

      let lock = try await scene.service.act(
        as: scene.operations,
        PlaceLock(
          input: .success(
            .init(scope: .site(try Host("www.example.com")), reason: "complaint", incident: id))))
      #expect(lock.incident == id)
      let stopped = try await scene.show(id)
      #expect(stopped.incident.locks == [lock.id])
      #expect(stopped.locks.map(\.id) == [lock.id] && stopped.locks[0].incident == id)
      #expect(stopped.grants.map(\.effectiveStatus) == ["locked"])
      #expect(stopped.incident.sites.map(\.link.id) == ["example.com", "www.example.com"])

      try await scene.grant.suspend(.breaker)
      try await scene.recover(id)
      let closed = try await scene.close(id)
      #expect(closed.incident.closure?.reason == "over")
      let due = closed.signaturesDue
      #expect(due.map(\.id) == [lock.id.text, scene.grant.grant.text])
      #expect(due.map(\.signatures) == [2, 2] && due.map(\.cause) == ["lock", "breaker"])
      // Closing lets nothing go.
      #expect(try await scene.show(id).locks[0].isActive)
      #expect(try await !scene.grant.refusedLease("a").isEmpty)
      #expect(
        try await scene.events(of: id.text) == [
          "incident.opened", "incident.linked", "incident.entry_added", "incident.closed",
        ])
    }
  }

  @Test("a complaint about a time in which nobody could send links no grant")
  func before() async throws {
    try await IncidentScene.with { scene in
      let now = try await scene.service.time().now
      _ = try await scene.service.act(
        as: scene.operations,
        RevokeGrant(grant: scene.grant.grant, reason: .success("no more")))
      scene.grant.clock.runAhead(seconds: 60)
      #expect(try await scene.open().incident.grants.isEmpty)
      #expect(
        try await scene.open(startedAt: now).incident.grants == [scene.grant.grant])
      #expect(
        try await scene.open(links: [.site(try Host("example.org"))]).incident.grants.isEmpty)
    }
  }

  @Test("closing is refused with everything that is missing, and to the parties of its grants")
  func refused() async throws {
    try await IncidentScene.with { scene in
      let id = try await scene.open().incident.id
      let refused = await #expect(throws: Refusals.self) { try await scene.close(id) }
      #expect(
        refused?.all.map(\.code)
          == [.recoveryMissing, .deadlineUnmet, .deadlineUnmet, .deadlineUnmet])
      #expect(
        refused?.all.compactMap(\.subject)
          == ["notify_operator", "report_authority", "fix_flaw"])
      try await scene.recover(id)
      for party in [scene.review.requester, scene.review.owner] {
        let codes = try await refusalCodes { _ = try await scene.close(id, as: party) }
        #expect(codes.contains("not_allowed"), "\(codes)")
      }
      #expect(
        try await refusalCodes { _ = try await scene.close(id, as: scene.review.administrator) }
          == ["role_missing"])
      #expect(try await !scene.close(id, as: scene.review.legal).incident.isOpen)
    }
  }

  @Test("after the end nothing is added; a lock cannot answer it; another one follows it")
  func over() async throws {
    try await IncidentScene.with { scene in
      let id = try await scene.open().incident.id
      try await scene.recover(id)
      _ = try await scene.close(id)
      let stop = PlaceLock(
        input: .success(.init(scope: .everything, reason: "again", incident: id)))
      let acts: [() async throws -> Void] = [
        { try await scene.add(.impact, to: id) }, { _ = try await scene.close(id) },
        {
          _ = try await scene.service.act(
            as: scene.operations,
            GiveIncident(incident: .id(id), person: .success(scene.review.legal.id)))
        },
        {
          _ = try await scene.service.act(
            as: scene.operations,
            LinkIncident(
              incident: .id(id), links: .success([.site(try Host("example.org"))])))
        }, { _ = try await scene.service.act(as: scene.operations, stop) },
      ]
      for act in acts { #expect(try await refusalCodes(act) == ["incident_closed"]) }
      // The stop that named a closed incident was not placed at all.
      let locks = try await scene.service.look(
        as: scene.operations, ListLocks(.any, after: nil, limit: 10))
      #expect(locks.isEmpty)
      let next = try await scene.open(follows: id)
      #expect(next.incident.follows == id)
      #expect(try await scene.show(id).followers == [next.incident.id])
    }
  }

  @Test("a lock belongs to one incident")
  func oneIncident() async throws {
    try await IncidentScene.with { scene in
      let (first, second) = (try await scene.open().incident, try await scene.open().incident)
      let lock = try await scene.service.act(
        as: scene.operations,
        PlaceLock(
          input: .success(.init(scope: .everything, reason: "stop", incident: first.id))))
      let link = LinkIncident(incident: .number(second.number), links: .success([.lock(lock.id)]))
      #expect(
        try await refusalCodes { _ = try await scene.service.act(as: scene.operations, link) }
          == ["lock_linked"])
      #expect(
        try await refusalCodes { _ = try await scene.open(links: [.lock(lock.id)]) }
          == ["lock_linked"])
      let again = try await scene.service.act(
        as: scene.operations,
        LinkIncident(incident: .id(first.id), links: .success([.lock(lock.id)])))
      #expect(!again.isNew)
    }
  }

  @Test("what cannot be is refused at its place: times, people, links, clocks")
  func invalid() async throws {
    try await IncidentScene.with { scene in
      let now = try await scene.service.time().now
      let id = try await scene.open().incident.id
      let nobody = IncidentID.make(at: now)
      let rows: [(String, () async throws -> Void)] = [
        ("/noticed_at", { _ = try await scene.open(noticedAt: now.adding(seconds: 60)) }),
        (
          "/started_at",
          { _ = try await scene.open(noticedAt: now, startedAt: now.adding(seconds: 1)) }
        ),
        ("/follows", { _ = try await scene.open(follows: nobody) }),
        ("/locks", { _ = try await scene.open(links: [.lock(.make(at: now))]) }),
        ("/grants", { _ = try await scene.open(links: [.grant(.make(at: now))]) }),
        ("/meets/0", { try await scene.add(.recovery, to: id, meets: ["unheard_of"]) }),
        (
          "/impact/to",
          {
            try await scene.add(
              .impact, to: id,
              impact: IncidentImpact(
                site: try Host("example.com"),
                span: OutageSpan(from: now, to: now.adding(seconds: 600)),
                service: .unavailable, users: nil))
          }
        ),
        (
          "/incident",
          {
            _ = try await scene.service.act(
              as: scene.operations,
              PlaceLock(
                input: .success(.init(scope: .everything, reason: "x", incident: nobody))))
          }
        ),
      ]
      for (pointer, act) in rows {
        do {
          try await act()
          Issue.record("\(pointer) accepted")
        } catch let invalid as InvalidBody {
          #expect(invalid.errors.map(\.pointer.description) == [pointer])
        }
      }
    }
  }

  @Test("the timeline of a proposal tells the incidents about its grants, with their words")
  func timeline() async throws {
    try await IncidentScene.with { scene in
      let about = try await scene.open().incident.id
      _ = try await scene.open(links: [.site(try Host("example.org"))])
      try await scene.recover(about)
      _ = try await scene.close(about)
      let entries = try await scene.service.look(
        as: scene.operations,
        ShowTimeline(proposal: scene.grant.proposal.reference, after: nil, limit: 200))
      let told = entries.compactMap { entry -> String? in
        guard case .object(let event) = entry.event, case .string(let type)? = event["type"],
          type.hasPrefix("incident.")
        else { return nil }
        return "\(type) \(entry.reason ?? "-")"
      }
      #expect(
        told == [
          "incident.opened they called", "incident.entry_added done", "incident.closed over",
        ])
    }
  }

  @Test("a list is the newest first, by status, source, site, grant and owner")
  func list() async throws {
    try await IncidentScene.with { scene in
      let first = try await scene.open(.ownFinding).incident
      let second = try await scene.open(links: []).incident
      let third = try await scene.open(
        links: [.site(try Host("a.example.org"))], as: scene.review.legal
      ).incident
      try await scene.recover(second.id)
      _ = try await scene.close(second.id)
      let operations = scene.operations
      func numbers(_ query: ListIncidents) async throws -> [Int64] {
        try await scene.service.look(as: operations, query).map(\.incident.number)
      }
      #expect(try await numbers(.init(limit: 9)) == [3, 2, 1])
      #expect(try await numbers(.init(limit: 2)) == [3, 2])
      #expect(try await numbers(.init(before: 2, limit: 2)) == [1])
      #expect(try await numbers(.init(isOpen: true, limit: 9)) == [3, 1])
      #expect(try await numbers(.init(isOpen: false, limit: 9)) == [2])
      #expect(try await numbers(.init(source: .ownFinding, limit: 9)) == [first.number])
      #expect(try await numbers(.init(site: try Host("example.org"), limit: 9)) == [3])
      #expect(try await numbers(.init(grant: scene.grant.grant, limit: 9)) == [1])
      #expect(try await numbers(.init(owner: scene.review.legal.id, limit: 9)) == [third.number])
    }
  }
}
