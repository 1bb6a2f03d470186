import Domain

/// Incidents for rules: one that people opened, and what they do with it.
enum IncidentCase {
  static let now = Timestamp(microseconds: 1_795_000_000_000_000)
  static let digest = Digest(bytes: Array(repeating: 7, count: 32))
  static let clocks = [
    clock("tell", minutes: 120), clock("report", minutes: 240, [.criticalInfrastructure: 60]),
  ]
  static let limits = OutageLimits(
    failedSharePercent: 20, warnMinutes: 1, suspendMinutes: 6,
    thresholds: [
      OutageThreshold(users: 10_000, minutes: 60, text: "grave", textChinese: nil, basis: []),
      OutageThreshold(users: 50_000, minutes: 60, text: "worse", textChinese: nil, basis: []),
    ])
  static let policy = IncidentPolicy(clocks: clocks, outage: limits)

  static func clock(
    _ name: String, minutes: Int64, _ byKind: [OperatorKind: Int64] = [:]
  ) -> IncidentClock {
    IncidentClock(
      name: name, text: "do \(name)", textChinese: nil, minutes: minutes,
      minutesByOperatorKind: byKind, sources: [.complaint, .breaker], basis: [])
  }

  static func person() -> Person {
    let id = PersonID.make(at: now)
    return Person(
      id: id, identity: id, name: "x", email: "x@example.com", active: true, version: 1,
      createdAt: now)
  }

  static func actor(_ person: Person) -> Actor {
    Actor(subject: .person(person.id), method: .personalToken, credential: nil, request: nil)
  }

  static let service = Actor(
    subject: .service, method: .service, credential: nil, request: nil)

  static func opened(
    _ source: Incident.Source = .complaint, by person: Person = person(),
    startedAt: Timestamp? = nil, links: [IncidentLink] = [], kind: OperatorKind? = .privateCompany,
    users: Int64? = nil
  ) throws -> Incident {
    let sites = links.compactMap(\.site)
    let regard = SiteRegard(
      operatorKinds: [kind].compactMap(\.self), users: [users].compactMap(\.self))
    return try Incident.opened(
      IncidentOpening(
        source: source, summary: "they called", noticedAt: nil, startedAt: startedAt,
        follows: nil, links: links),
      owner: person.id, taken: [:],
      regards: Dictionary(sites.map { ($0, regard) }, uniquingKeysWith: { first, _ in first }),
      policy: 1, digest: digest, person: person.id, by: actor(person), at: now
    ).subject
  }
}

extension Incident {
  /// With an entry more.
  func with(
    _ stage: Stage, meets: [String] = [], impact: IncidentImpact? = nil,
    at now: Timestamp = IncidentCase.now
  ) throws(Refusals) -> Incident {
    let added = try adding(
      stage, note: "note", meets: meets, impact: impact, clocks: IncidentCase.clocks,
      digest: IncidentCase.digest, person: nil, by: IncidentCase.service, at: now)
    return with(entries: entries + [added.subject.entry])
  }

  func with(
    entries: [IncidentEntry]? = nil, closure: IncidentClosure? = nil, owner: PersonID?? = nil
  ) -> Incident {
    Incident(
      id: id, number: number, source: source, cause: cause, summary: summary,
      noticedAt: noticedAt, startedAt: startedAt, openedBy: openedBy, openedAt: openedAt,
      policy: policy, follows: follows, owner: owner ?? self.owner,
      entries: entries ?? self.entries, links: links, closure: closure)
  }

  /// Closed by somebody.
  func closed(
    by person: Person, _ roles: [Role], parties: Set<PersonID> = [], meters: [OutageMeter] = [],
    due: [SignatureDue] = [], at now: Timestamp = IncidentCase.now
  ) throws(Refusals) -> Ruling<IncidentClosure> {
    try closed(
      because: "over", by: person, holding: roles, deadlines: deadlines(by: IncidentCase.policy),
      parties: parties, meters: meters, due: due, actor: IncidentCase.actor(person), at: now)
  }
}
