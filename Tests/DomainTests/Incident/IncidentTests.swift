import Domain
import Testing

@Suite("Incident")
struct IncidentTests {
  static let now = IncidentCase.now

  @Test("it begins with its identification, and its stage is that of the newest entry")
  func stages() throws {
    var incident = try IncidentCase.opened()
    #expect(incident.isOpen && incident.status == "open" && incident.stage == .identification)
    #expect(incident.entries.map(\.n) == [1])
    let course: [Incident.Stage] = [
      .impact, .containment, .recovery, .containment, .identification, .recovery,
    ]
    for stage in course {
      incident = try incident.with(stage)
      #expect(incident.stage == stage)
    }
    #expect(incident.entries.map(\.n) == Array(1...7))
  }

  @Test("what people open has a source of theirs; what the service finds has its own and no owner")
  func sources() throws {
    for kind in IncidentCause.Kind.allCases {
      let ruling = Incident.found(
        IncidentFinding(kind, on: "www.example.com", note: "found"), before: nil, regards: [:],
        policy: nil, digest: IncidentCase.digest, by: IncidentCase.service, at: Self.now)
      let found = ruling.subject
      #expect(found.source == (kind == .breaker ? .breaker : .service))
      #expect(!Incident.Source.ofPeople.contains(found.source))
      #expect(found.owner == nil && found.openedBy == nil)
      #expect(ruling.entry.detail["cause"] == .string(kind.rawValue))
    }
  }

  @Test("a summary and a note stay out of the log, which has their hash")
  func privacy() throws {
    let person = IncidentCase.person()
    let opened = try Incident.opened(
      IncidentOpening(
        source: .complaint, summary: "Ottoline called", noticedAt: nil, startedAt: nil,
        follows: nil, links: []),
      owner: person.id, taken: [:], regards: [:], policy: nil, digest: IncidentCase.digest,
      person: person.id, by: IncidentCase.actor(person), at: Self.now)
    #expect(opened.entry.object.digest == IncidentCase.digest)
    #expect(!"\(opened.entry.detail)".contains("Ottoline"))
  }

  @Test("closing takes a recovery, every clock met, a role, and nobody of the case")
  func closing() throws {
    let closer = IncidentCase.person()
    let open = try IncidentCase.opened()
    let met = try open.with(.containment, meets: ["tell", "report"])
    let ready = try met.with(.recovery)
    let rows: [(Incident, [Role], Set<PersonID>, [Refusal.Code])] = [
      (ready, [.operator], [], []),
      (ready, [.requester, .legalReviewer], [], []),
      (ready, [.requester, .auditor, .administrator], [], [.roleMissing]),
      (ready, [.operator], [closer.identity], [.notAllowed]),
      (met, [.operator], [], [.recoveryMissing]),
      (try open.with(.recovery), [.operator], [], [.deadlineUnmet, .deadlineUnmet]),
      (try open.with(.recovery, meets: ["tell"]), [.operator], [], [.deadlineUnmet]),
      (
        open, [], [closer.identity],
        [.roleMissing, .notAllowed, .recoveryMissing, .deadlineUnmet, .deadlineUnmet]
      ),
    ]
    for (index, (incident, roles, parties, codes)) in rows.enumerated() {
      do {
        _ = try incident.closed(by: closer, roles, parties: parties)
        #expect(codes.isEmpty, "row \(index)")
      } catch {
        #expect(error.all.map(\.code) == codes, "row \(index)")
      }
    }
  }

  @Test("closed, it takes no entry, link, owner or second end")
  func closed() throws {
    let person = IncidentCase.person()
    let ready = try IncidentCase.opened().with(.recovery, meets: ["tell", "report"])
    let incident = ready.with(closure: try ready.closed(by: person, [.operator]).subject)
    let refusal = Refusals(.incidentClosed(at: Self.now))
    #expect(incident.status == "closed" && !incident.takesFindings)
    #expect(throws: refusal) { try incident.with(.recovery) }
    #expect(throws: refusal) { try incident.closed(by: person, [.operator]) }
    #expect(throws: refusal) {
      try incident.linked(
        to: [.site(try Host("example.com"))], taken: [:], regards: [:],
        by: IncidentCase.actor(person), at: Self.now)
    }
    #expect(throws: refusal) {
      try incident.given(
        to: person.id, by: person, holding: [.operator], actor: IncidentCase.actor(person),
        at: Self.now)
    }
  }

  @Test("whoever has it hands it on; nobody's is for the taking; those who stop things give it")
  func owners() throws {
    let (owner, other) = (IncidentCase.person(), IncidentCase.person())
    let owned = try IncidentCase.opened(by: owner)
    let nobodys = owned.with(owner: .some(nil))
    let rows: [(Incident, Person, [Role], PersonID, String)] = [
      (owned, owner, [], other.id, "given"), (owned, other, [], other.id, "refused"),
      (owned, other, [.requester], other.id, "refused"),
      (owned, other, [.operator], other.id, "given"),
      (owned, other, [.riskReviewer], other.id, "given"),
      (owned, owner, [], owner.id, "same"), (nobodys, other, [], other.id, "given"),
      (nobodys, other, [], owner.id, "given"),
    ]
    for (index, (incident, caller, roles, person, answer)) in rows.enumerated() {
      let actor = IncidentCase.actor(caller)
      do {
        let ruling = try incident.given(
          to: person, by: caller, holding: roles, actor: actor, at: Self.now)
        #expect(answer == (ruling == nil ? "same" : "given"), "row \(index)")
        if let ruling { #expect(ruling.subject.person == person) }
      } catch {
        #expect(answer == "refused" && error.first.code == .notAllowed, "row \(index)")
      }
    }
  }

  @Test("a link stands once; a lock that answers another incident is refused by name")
  func links() throws {
    let actor = IncidentCase.actor(IncidentCase.person())
    let host = try Host("www.example.com")
    let (lock, grant) = (LockID.make(at: Self.now), GrantID.make(at: Self.now))
    let other = IncidentID.make(at: Self.now)
    let incident = try IncidentCase.opened(links: [.site(host), .grant(grant), .site(host)])
    #expect(incident.links.map(\.link) == [.site(host), .grant(grant)])
    #expect(
      try incident.linked(
        to: [.grant(grant)], taken: [:], regards: [:], by: actor, at: Self.now) == nil)
    let linking = try #require(
      try incident.linked(
        to: [.grant(grant), .lock(lock), .lock(lock)], taken: [:], regards: [:], by: actor,
        at: Self.now)
    ).subject
    #expect(linking.first == 3 && linking.links.map(\.link) == [.lock(lock)])
    #expect(throws: Refusals(.lockLinked(lock, to: other))) {
      try incident.linked(
        to: [.lock(lock)], taken: [lock: other], regards: [:], by: actor, at: Self.now)
    }
  }

  @Test("a room that is full says so; the service stops before people have to")
  func room() throws {
    let one = try IncidentCase.opened()
    func filled(_ count: Int64) -> Incident {
      one.with(
        entries: (1...count).map {
          IncidentEntry(n: $0, stage: .impact, note: "x", author: nil, at: Self.now)
        })
    }
    #expect(filled(499).takesFindings && !filled(500).takesFindings)
    #expect(try filled(999).with(.impact).entries.count == 1_000)
    #expect(throws: Refusals(.incidentFull(part: "entries", most: 1_000))) {
      try filled(1_000).with(.impact)
    }
  }
}

extension IncidentTests {
  @Test(
    "links beyond the room are refused when asked for, and left out when they come by themselves")
  func linksRoom() throws {
    let hosts = try (0..<101).map { IncidentLink.site(try Host("h\($0).example.com")) }
    let grants = (0..<450).map { _ in IncidentLink.grant(.make(at: Self.now)) }
    let incident = try IncidentCase.opened()
    let actor = IncidentCase.actor(IncidentCase.person())
    func linked(_ links: [IncidentLink]) throws(Refusals) -> Int? {
      try incident.linked(to: links, taken: [:], regards: [:], by: actor, at: Self.now)?
        .subject.links.count
    }
    #expect(try linked(Array(hosts.prefix(100))) == 100)
    #expect(throws: Refusals(.incidentFull(part: "sites", most: 100))) { try linked(hosts) }
    let many = Array(hosts.prefix(60)) + grants
    #expect(throws: Refusals(.incidentFull(part: "links", most: 500))) { try linked(many) }
    #expect(incident.fitting(many) == Array(many.prefix(500)))
    let found = Incident.found(
      IncidentFinding(.breaker, on: "x", note: "found", links: hosts + grants), before: nil,
      regards: [:], policy: nil, digest: IncidentCase.digest, by: IncidentCase.service,
      at: Self.now
    ).subject
    #expect(found.links.count == 500 && found.sites.count == 100)
  }
}
