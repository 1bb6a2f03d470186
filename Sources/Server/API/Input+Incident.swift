import Domain
import Wire
import Workflow

extension OpenIncident.Input {
  /// `{source, summary, noticed_at?, started_at?, owner?, follows?, sites?, grants?, locks?}`.
  static func read(_ body: JSONReader) -> OpenIncident.Input? {
    let source = body.required("source", .sourceOfPeople)
    let summary = body.required("summary", .prose(Incident.summaryMax))
    let noticed = body.optional("noticed_at", .timestamp)
    let started = body.optional("started_at", .timestamp)
    let owner = body.optional("owner", .identifier(PersonKind.self))
    let follows = body.optional("follows", .identifier(IncidentKind.self))
    guard let links = body.incidentLinks(), let source, let summary else { return nil }
    return OpenIncident.Input(
      opening: IncidentOpening(
        source: source, summary: summary, noticedAt: noticed, startedAt: started,
        follows: follows, links: links), owner: owner)
  }
}

extension AddIncidentEntry.Input {
  /// `{stage, note, meets?, impact?}`.
  static func read(_ body: JSONReader) -> AddIncidentEntry.Input? {
    let stage = body.required("stage", .choice(Incident.Stage.self))
    let note = body.required("note", .prose(Incident.noteMax))
    let meets = body.optional("meets", .set(0...50, of: .string(1...50))) ?? []
    let impact = body.optional("impact", .incidentImpact)
    guard let stage, let note else { return nil }
    if impact != nil, stage != .impact {
      body.record(.outOfRange, at: "impact", "belongs to an entry of the stage impact")
    }
    return AddIncidentEntry.Input(stage: stage, note: note, meets: meets, impact: impact)
  }
}

extension JSONReader {
  /// `sites`, `grants` and `locks`, each optional.
  func incidentLinks() -> [IncidentLink]? {
    let count = 0...Incident.linksPerCallMax
    let sites = optional("sites", .set(count, of: .host)) ?? []
    let grants = optional("grants", .set(count, of: .identifier(GrantKind.self))) ?? []
    let locks = optional("locks", .set(count, of: .identifier(LockKind.self))) ?? []
    return sites.map { .site($0) } + grants.map { .grant($0) } + locks.map { .lock($0) }
  }
}

extension JSONField where Value == Incident.Source {
  /// One that people open.
  fileprivate static var sourceOfPeople: JSONField {
    let names = Incident.Source.ofPeople.map(\.rawValue).joined(separator: ", ")
    return .parsed("one of: \(names)") { text in
      Incident.Source.ofPeople.first { $0.rawValue == text }
    }
  }
}

extension JSONField where Value == IncidentImpact {
  /// `{site, from, to, service, users?}`.
  fileprivate static var incidentImpact: JSONField {
    .object { body in
      let site = body.required("site", .host)
      let from = body.required("from", .timestamp)
      let to = body.required("to", .timestamp)
      let service = body.required("service", .choice(IncidentImpact.Service.self))
      let users = body.optional("users", .integer(0...IncidentImpact.usersMax))
      guard let site, let from, let to, let service else { return nil }
      guard from < to else {
        body.record(.outOfRange, at: "to", "must be after from")
        return nil
      }
      return IncidentImpact(
        site: site, span: OutageSpan(from: from, to: to), service: service, users: users)
    }
  }
}
