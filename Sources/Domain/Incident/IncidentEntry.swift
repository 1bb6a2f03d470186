/// One entry of an incident: what was found, suffered, done or mended. Never changed.
package struct IncidentEntry: Hashable, Sendable {
  package let n: Int64
  package let stage: Incident.Stage
  package let note: String
  /// Nil: the service.
  package let author: PersonID?
  package let at: Timestamp
  /// Names of clocks whose duty it says is done, or why it is none.
  package let meets: [String]
  package let impact: IncidentImpact?

  package init(
    n: Int64, stage: Incident.Stage, note: String, author: PersonID?, at: Timestamp,
    meets: [String] = [], impact: IncidentImpact? = nil
  ) {
    self.n = n
    self.stage = stage
    self.note = note
    self.author = author
    self.at = at
    self.meets = meets
    self.impact = impact
  }
}

/// What a site suffered in a time, as somebody says, beside what the service knows was sent to it.
package struct IncidentImpact: Hashable, Sendable {
  package enum Service: String, Hashable, Sendable, CaseIterable {
    /// It answered, with whatever trouble.
    case available
    /// It did not run normally in all of this time.
    case unavailable
  }

  package let site: Host
  package let span: OutageSpan
  package let service: Service
  /// How many users were cut off; nil: not known.
  package let users: Int64?
  /// What workers sent to the site in this time; nil until it was looked up.
  package let sent: SentRequests?

  package static let usersMax: Int64 = 10_000_000_000

  package init(
    site: Host, span: OutageSpan, service: Service, users: Int64?, sent: SentRequests? = nil
  ) {
    self.site = site
    self.span = span
    self.service = service
    self.users = users
    self.sent = sent
  }

  package func with(_ sent: SentRequests) -> IncidentImpact {
    IncidentImpact(site: site, span: span, service: service, users: users, sent: sent)
  }
}

/// Requests under leases whose terms touch a time, each term counted whole.
package struct SentRequests: Hashable, Sendable {
  /// What usage reports say was sent.
  package let reported: Int64
  /// The most that terms without a report may have sent: their quota.
  package let unreportedMax: Int64

  package init(reported: Int64, unreportedMax: Int64) {
    self.reported = reported
    self.unreportedMax = unreportedMax
  }
}

/// An entry as it is added to an incident.
package struct AddedEntry: Hashable, Sendable {
  package let incident: IncidentID
  package let entry: IncidentEntry
}

extension Incident {
  /// An entry more.
  ///
  /// - Parameters:
  ///   - person: nil for the service, which leaves room for people.
  ///   - clocks: of the policy; nothing else can be met.
  ///   - digest: of the note, which itself stays out of the log.
  package func adding(
    _ stage: Stage, note: String, meets: [String] = [], impact: IncidentImpact? = nil,
    clocks: [IncidentClock], digest: Digest, person: PersonID?, by actor: Actor,
    at now: Timestamp
  ) throws(Refusals) -> Ruling<AddedEntry> {
    try checkOpen()
    guard Int64(entries.count) < Incident.entriesMax else {
      throw Refusals(.incidentFull(part: "entries", most: Incident.entriesMax))
    }
    let known = Set(clocks.map(\.name))
    precondition(known.isSuperset(of: meets), "whoever reads the entry knows the clocks")
    let added = IncidentEntry(
      n: Int64(entries.count) + 1, stage: stage, note: note, author: person, at: now,
      meets: meets, impact: impact)
    var detail: JSONObject = ["n": JSON(added.n), "stage": .string(stage.rawValue)]
    if !meets.isEmpty { detail["meets"] = .array(meets.map { .string($0) }) }
    detail["impact"] = impact.map { $0.json }
    return Ruling(
      AddedEntry(incident: id, entry: added),
      entry(.incidentEntryAdded, by: actor, at: now, digest: digest, detail: detail))
  }

  /// Whether the service may still add an entry by itself.
  package var takesFindings: Bool {
    isOpen && Int64(entries.count) < Incident.serviceEntriesMax
  }
}

extension IncidentImpact {
  /// `{site, from, to, service, users?, requests?}`.
  package var json: JSON {
    var members: JSONObject = [
      "site": .string(site.text), "from": JSON(span.from), "to": JSON(span.to),
      "service": .string(service.rawValue),
    ]
    members["users"] = users.map { JSON($0) }
    members["requests"] = sent.map {
      ["reported": JSON($0.reported), "unreported_max": JSON($0.unreportedMax)]
    }
    return .object(members)
  }
}
