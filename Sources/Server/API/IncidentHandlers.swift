import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// Incidents: cases about harm, from their first sign to their end.
enum IncidentHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.post, "/v1/incidents", create),
    Endpoint(.get, "/v1/incidents", list),
    Endpoint(.get, "/v1/incidents/{id}", show),
    Endpoint(.post, "/v1/incidents/{id}/entries", addEntry),
    Endpoint(.post, "/v1/incidents/{id}/links", link),
    Endpoint(.post, "/v1/incidents/{id}/owners", give),
    Endpoint(.post, "/v1/incidents/{id}/closures", close),
  ]

  static func create(_ call: Call) async throws -> Answer {
    let input = try call.body(OpenIncident.Input.read)
    return try await call.perform({ _ in OpenIncident(input: input) }) { view in
      .created(view.json).with(.location, "/v1/incidents/\(view.incident.id)")
    }
  }

  static func list(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> (page: Page, before: Int64?) in
      let page = try Page(call.request)
      return (page, try page.afterNumber())
    }
    return try await call.look({ _ in
      let (page, before) = try page.get()
      return ListIncidents(
        isOpen: try call.query("status", "open or closed") { ["open": true, "closed": false][$0] },
        source: try call.query("source", "a source of incidents") { Incident.Source(rawValue: $0) },
        site: try call.query("site", "a host", Host.init(query:)),
        grant: try call.query("grant", "a grant's id") { GrantID($0) },
        owner: try call.query("owner", "a person's id") { PersonID($0) },
        before: before, limit: page.limit + 1)
    }) { views in
      try page.get().page.answer(
        views, of: call.request, key: { String($0.incident.number) }, \.summaryJSON)
    }
  }

  static func show(_ call: Call) async throws -> Answer {
    try await call.look({ _ in ShowIncident(incident: try reference(call)) }) { .ok($0.json) }
  }

  static func addEntry(_ call: Call) async throws -> Answer {
    let input = try call.body(AddIncidentEntry.Input.read)
    return try await call.perform({ _ in
      AddIncidentEntry(incident: try reference(call), input: input)
    }) { .created($0.json) }
  }

  static func link(_ call: Call) async throws -> Answer {
    let links = try call.body { body -> [IncidentLink]? in
      guard let links = body.incidentLinks() else { return nil }
      if links.isEmpty {
        body.record(.required, at: "sites", "say sites, grants or locks")
        return nil
      }
      return links
    }
    return try await call.perform({ _ in
      LinkIncident(incident: try reference(call), links: links)
    }) { Answer($0.isNew ? 201 : 200, $0.view.json) }
  }

  static func give(_ call: Call) async throws -> Answer {
    let person = try call.body { $0.required("person", .identifier(PersonKind.self)) }
    return try await call.perform({ _ in
      GiveIncident(incident: try reference(call), person: person)
    }) { .created($0.json) }
  }

  static func close(_ call: Call) async throws -> Answer {
    let reason = try call.reason()
    return try await call.perform({ _ in
      CloseIncident(incident: try reference(call), reason: reason)
    }) { .created($0.json) }
  }

  /// The incident that the path names by id or number.
  private static func reference(_ call: Call) throws(Refusals) -> IncidentReference {
    let text = call.request.pathParameter("id")
    guard let reference = IncidentReference(text) else {
      throw Refusals(.notFound(kind: "incident", id: text))
    }
    return reference
  }
}
