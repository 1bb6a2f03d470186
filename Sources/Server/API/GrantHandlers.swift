import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// Grants: the numbers that were really authorised.
enum GrantHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.get, "/v1/grants", list),
    Endpoint(.get, "/v1/grants/{id}", show),
    Endpoint(.post, "/v1/grants/{id}/revocations", revoke),
  ]

  static func list(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> Page in try Page(call.request) }
    return try await call.look({ _ in
      let page = try page.get()
      return ListGrants(
        status: try call.query("status", "a state of a grant") { GrantState(rawValue: $0) },
        site: try call.query("site", "a host", Host.init(query:)), after: page.after,
        limit: page.limit + 1)
    }) { grants in
      try page.get().answer(
        grants, of: call.request, key: { $0.grant.standing.id.text }, \.summaryJSON)
    }
  }

  static func show(_ call: Call) async throws -> Answer {
    try await call.look({ _ in
      ShowGrant(grant: try call.identifier("id", of: GrantKind.self, called: "grant"))
    }) { .ok($0.json) }
  }

  static func revoke(_ call: Call) async throws -> Answer {
    let reason = try call.reason()
    return try await call.perform({ _ in
      RevokeGrant(
        grant: try call.identifier("id", of: GrantKind.self, called: "grant"),
        reason: reason)
    }) { .created($0.json) }
  }
}
