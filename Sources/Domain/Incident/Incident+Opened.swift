/// What somebody says who opens an incident.
package struct IncidentOpening: Hashable, Sendable {
  package let source: Incident.Source
  package let summary: String
  /// Nil: now.
  package let noticedAt: Timestamp?
  package let startedAt: Timestamp?
  package let follows: IncidentID?
  package let links: [IncidentLink]

  package init(
    source: Incident.Source, summary: String, noticedAt: Timestamp?, startedAt: Timestamp?,
    follows: IncidentID?, links: [IncidentLink]
  ) {
    self.source = source
    self.summary = summary
    self.noticedAt = noticedAt
    self.startedAt = startedAt
    self.follows = follows
    self.links = links
  }
}

extension Incident {
  /// A new incident with its first entry, the identification. Anybody may open one: it stops
  /// nothing and lets nothing go.
  ///
  /// - Parameters:
  ///   - owner: whoever answers for it.
  ///   - taken: locks that belong to another incident, and to which.
  ///   - regards: what is known of sites, by host.
  ///   - digest: of the summary, which itself stays out of the log.
  package static func opened(
    _ opening: IncidentOpening, owner: PersonID, taken: [LockID: IncidentID],
    regards: [Host: SiteRegard], policy: Int64?, digest: Digest, person: PersonID,
    by actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<Incident> {
    precondition(Source.ofPeople.contains(opening.source), "the service opens its own")
    let links = fresh(opening.links, beside: [])
    try Refusals.check(
      links.compactMap { link in
        link.lock.flatMap { lock in taken[lock].map { .lockLinked(lock, to: $0) } }
      })
    return begun(
      Incident(
        id: IncidentID.make(at: now), number: 0, source: opening.source, cause: nil,
        summary: opening.summary, noticedAt: opening.noticedAt ?? now,
        startedAt: opening.startedAt, openedBy: person, openedAt: now, policy: policy,
        follows: opening.follows, owner: owner,
        entries: [
          IncidentEntry(
            n: 1, stage: .identification, note: opening.summary, author: person, at: now)
        ],
        links: links.map { link in
          LinkedSubject(link, regard: link.site.flatMap { regards[$0] }, at: now)
        }, closure: nil), digest: digest, by: actor, at: now)
  }

  /// A new incident about what the service found by itself; nobody answers for it yet.
  ///
  /// - Parameter before: the last one of the same cause on the same subject, which is closed.
  package static func found(
    _ finding: IncidentFinding, before: IncidentID?, regards: [Host: SiteRegard],
    policy: Int64?, digest: Digest, by actor: Actor, at now: Timestamp
  ) -> Ruling<Incident> {
    begun(
      Incident(
        id: IncidentID.make(at: now), number: 0, source: finding.cause.kind.source,
        cause: finding.cause, summary: finding.note, noticedAt: now,
        startedAt: finding.startedAt.map { min($0, now) }, openedBy: nil, openedAt: now,
        policy: policy, follows: before, owner: nil,
        entries: [
          IncidentEntry(
            n: 1, stage: .identification, note: finding.note, author: nil, at: now)
        ],
        links: fitting(fresh(finding.links, beside: []), beside: []).map { link in
          LinkedSubject(link, regard: link.site.flatMap { regards[$0] }, at: now)
        }, closure: nil), digest: digest, by: actor, at: now)
  }

  private static func begun(
    _ incident: Incident, digest: Digest, by actor: Actor, at now: Timestamp
  ) -> Ruling<Incident> {
    var detail: JSONObject = [
      "source": .string(incident.source.rawValue), "noticed_at": JSON(incident.noticedAt),
    ]
    detail["started_at"] = incident.startedAt.map { JSON($0) }
    detail["cause"] = incident.cause.map { .string($0.kind.rawValue) }
    detail["subject"] = incident.cause.map { .string($0.subject) }
    detail["owner"] = incident.owner.map { JSON($0) }
    detail["follows"] = incident.follows.map { JSON($0) }
    detail["policy"] = incident.policy.map { JSON($0) }
    for member in incident.links.logDetail.members { detail[member.name] = member.value }
    return Ruling(
      incident,
      incident.entry(.incidentOpened, by: actor, at: now, digest: digest, detail: detail))
  }
}

/// That somebody else answers for an incident from now on.
package struct IncidentOwner: Hashable, Sendable {
  package let incident: IncidentID
  package let person: PersonID
  package let at: Timestamp
}

extension Incident {
  /// Somebody answers for it: whoever takes one that nobody has; else the owner hands it on, or
  /// one of those who stop things gives it to somebody.
  package func given(
    to person: PersonID, by caller: Person, holding roles: [Role], actor: Actor,
    at now: Timestamp
  ) throws(Refusals) -> Ruling<IncidentOwner>? {
    try checkOpen()
    guard owner == nil || owner == caller.id || roles.contains(where: Lock.releasingRoles.contains)
    else {
      throw Refusals(
        .notAllowed(
          act: "Giving this incident to somebody else",
          who: "its owner, an operator or a deciding role"))
    }
    if owner == person { return nil }
    var detail: JSONObject = ["owner": JSON(person)]
    detail["from"] = owner.map { JSON($0) }
    return Ruling(
      IncidentOwner(incident: id, person: person, at: now),
      entry(.incidentOwnerChanged, by: actor, at: now, detail: detail))
  }
}

extension IncidentOpening {
  /// The same about more.
  package func with(_ links: [IncidentLink]) -> IncidentOpening {
    IncidentOpening(
      source: source, summary: summary, noticedAt: noticedAt, startedAt: startedAt,
      follows: follows, links: links)
  }
}
