/// What the service found by itself. Of one cause on one subject there is one open incident:
/// what is found again while it is open becomes another entry of it.
package struct IncidentCause: Hashable, Sendable {
  /// The closed list of findings.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The breaker of a budget on a host opened, and only people lift it.
    case breaker
    /// The database's clock made a step.
    case clockStep = "clock_step"
    /// The database is a restored or promoted one: nothing is leased for a while.
    case quarantine
    /// What the log or its witness remembers is not what the database says.
    case logInconsistent = "log_inconsistent"

    package var source: Incident.Source { self == .breaker ? .breaker : .service }
  }

  package let kind: Kind
  /// A host, a scope's id, `service`.
  package let subject: String

  package init(_ kind: Kind, on subject: String) {
    self.kind = kind
    self.subject = subject
  }
}

/// One finding of the service, as it is handed to `Act.openIncident`.
package struct IncidentFinding: Hashable, Sendable {
  package let cause: IncidentCause
  /// What was found, in words for people; no personal data.
  package let note: String
  package let stage: Incident.Stage
  /// When it began; nil: when it was found.
  package let startedAt: Timestamp?
  package let links: [IncidentLink]

  /// - Parameters:
  ///   - subject: a host, a scope's id, `service`.
  ///   - stage: of the entry; the first one of an incident is its identification.
  package init(
    _ kind: IncidentCause.Kind, on subject: String, note: String,
    stage: Incident.Stage = .identification, startedAt: Timestamp? = nil,
    links: [IncidentLink] = []
  ) {
    cause = IncidentCause(kind, on: subject)
    self.note = note
    self.stage = stage
    self.startedAt = startedAt
    self.links = links
  }
  /// The same about more.
  package func with(_ links: [IncidentLink]) -> IncidentFinding {
    IncidentFinding(
      cause.kind, on: cause.subject, note: note, stage: stage, startedAt: startedAt,
      links: links)
  }
}
