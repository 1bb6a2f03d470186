/// A case about harm: who noticed what when, what was done about it, and who answers for it.
package struct Incident: Hashable, Sendable {
  /// How it came to light.
  package enum Source: String, Hashable, Sendable, CaseIterable {
    case complaint
    case providerNotice = "provider_notice"
    case ownFinding = "own_finding"
    /// The breaker opened, and only people lift it.
    case breaker
    /// The service found something about itself: its clock, its database, its log.
    case service

    /// What people open; the rest is the service's.
    package static let ofPeople: [Source] = [.complaint, .providerNotice, .ownFinding]
  }

  /// What an entry is about. Entries of any stage come in any order.
  package enum Stage: String, Hashable, Sendable, CaseIterable {
    case identification, impact, containment, recovery
  }

  package let id: IncidentID
  /// Counts incidents; what people say on the telephone. 0 until it is stored.
  package let number: Int64
  package let source: Source
  /// What the service found; nil for what people opened.
  package let cause: IncidentCause?
  package let summary: String
  package let noticedAt: Timestamp
  /// When it began, as far as known when it was opened.
  package let startedAt: Timestamp?
  /// Nil: the service.
  package let openedBy: PersonID?
  package let openedAt: Timestamp
  /// The policy whose clocks run; nil where none was in force yet.
  package let policy: Int64?
  /// The closed incident that this one goes on with.
  package let follows: IncidentID?
  /// Whoever answers for it now; nil: nobody yet.
  package let owner: PersonID?
  /// In order of number; the first one is the opening.
  package let entries: [IncidentEntry]
  /// In the order in which they were linked.
  package let links: [LinkedSubject]
  /// Nil while it is open.
  package let closure: IncidentClosure?

  package static let summaryMax = 2_000
  package static let noteMax = 10_000
  package static let entriesMax: Int64 = 1_000
  /// From here on the service adds nothing by itself: the rest is for people.
  package static let serviceEntriesMax: Int64 = 500
  package static let linksMax: Int64 = 500
  /// Of the links; every one has a meter, and all of them stand in the event of the end.
  package static let sitesMax: Int64 = 100
  /// Of one call, of each kind.
  package static let linksPerCallMax = 100

  package init(
    id: IncidentID, number: Int64, source: Source, cause: IncidentCause?, summary: String,
    noticedAt: Timestamp, startedAt: Timestamp?, openedBy: PersonID?, openedAt: Timestamp,
    policy: Int64?, follows: IncidentID?, owner: PersonID?, entries: [IncidentEntry],
    links: [LinkedSubject], closure: IncidentClosure?
  ) {
    self.id = id
    self.number = number
    self.source = source
    self.cause = cause
    self.summary = summary
    self.noticedAt = noticedAt
    self.startedAt = startedAt
    self.openedBy = openedBy
    self.openedAt = openedAt
    self.policy = policy
    self.follows = follows
    self.owner = owner
    self.entries = entries
    self.links = links
    self.closure = closure
  }

  package var isOpen: Bool { closure == nil }

  /// `open` or `closed`.
  package var status: String { isOpen ? "open" : "closed" }

  /// What the newest entry is about: after a relapse it is containment again.
  package var stage: Stage { entries.last?.stage ?? .identification }

  /// From when to when harm is looked for: from its earliest known beginning to the end.
  package func period(at now: Timestamp) -> OutageSpan {
    let begins = [startedAt ?? noticedAt] + entries.compactMap(\.impact?.span.from)
    let end = closure?.at ?? now
    let from = begins.reduce(noticedAt, min)
    return OutageSpan(from: from, to: max(from, end))
  }

  package var locks: [LockID] { links.compactMap(\.link.lock) }
  package var grants: [GrantID] { links.compactMap(\.link.grant) }
  /// The sites that are harmed or may be.
  package var sites: [LinkedSubject] { links.filter { $0.link.site != nil } }

  /// Refuses everything once it is closed: a case that is quoted stays as it was.
  func checkOpen() throws(Refusals) {
    if let closure { throw Refusals(.incidentClosed(at: closure.at)) }
  }

  /// An event about this incident.
  func entry(
    _ type: EventType, by actor: Actor, at now: Timestamp, digest: Digest? = nil,
    role: Role? = nil, detail: JSONObject = [:]
  ) -> LogEntry {
    LogEntry(
      type, stream: StreamID(id), object: EventObject("incident", id.text, digest: digest),
      by: actor, at: now, role: role, detail: detail)
  }
}

/// How a call names an incident.
package enum IncidentReference: Hashable, Sendable {
  case id(IncidentID)
  case number(Int64)

  /// A TypeID or a number as a path has it; nil for anything else.
  package init?(_ text: String) {
    if let id = IncidentID(text) {
      self = .id(id)
    } else if let number = Int64(digits: text.utf8), number > 0, String(number) == text {
      self = .number(number)
    } else {
      return nil
    }
  }

  package var text: String {
    switch self {
    case .id(let id): id.text
    case .number(let number): String(number)
    }
  }
}
