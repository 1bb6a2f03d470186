package import Domain
internal import HTTP
package import HTTPTypes
internal import Server
package import Tokens
package import Workflow

/// Calls the API without a socket: through the real router, handlers and problems.
package struct RouterClient: Sendable {
  /// An answer with its body read as JSON.
  package struct Reply: Sendable {
    package let status: Int
    package let json: JSON
    package let fields: [String: String]

    /// The member of an object; null where there is none.
    package subscript(name: String) -> JSON {
      if case .object(let members) = json { members[name] ?? .null } else { .null }
    }

    /// The text at a path of members.
    package func text(_ path: String...) -> String? {
      var here = json
      for name in path {
        guard case .object(let members) = here, let next = members[name] else { return nil }
        here = next
      }
      if case .string(let text) = here { return text }
      return nil
    }
  }

  private let router: Router

  package init(_ service: Service) {
    router = Routes.router(service: service, incident: { error, _ in "\(error)" })
  }

  /// Calls with a JSON body.
  package func call(
    _ method: HTTPRequest.Method, _ target: String, as secret: Secret? = nil,
    _ body: JSON? = nil, key: String? = nil, fields more: [(HTTPField.Name, String)] = []
  ) async throws -> Reply {
    var fields = more
    if body != nil { fields.append((.contentType, "application/json")) }
    if let key, let name = HTTPField.Name("Idempotency-Key") { fields.append((name, key)) }
    return try await send(method, target, as: secret, fields, body?.bytes() ?? [])
  }

  /// Posts a form.
  package func post(
    _ target: String, as secret: Secret, form: String
  ) async throws -> Reply {
    try await send(
      .post, target, as: secret,
      [(.contentType, "application/x-www-form-urlencoded")], Array(form.utf8))
  }

  /// Calls for what may be no JSON.
  package func bytes(
    _ method: HTTPRequest.Method, _ target: String, as secret: Secret?,
    _ fields: [(HTTPField.Name, String)] = []
  ) async throws -> (status: Int, bytes: [UInt8], fields: [String: String]) {
    let response = try await respond(method, target, as: secret, fields, [])
    return (response.status.code, response.body, RouterClient.named(response))
  }

  private func send(
    _ method: HTTPRequest.Method, _ target: String, as secret: Secret?,
    _ fields: [(HTTPField.Name, String)], _ body: [UInt8]
  ) async throws -> Reply {
    let response = try await respond(method, target, as: secret, fields, body)
    let json = response.body.isEmpty ? JSON.null : try JSONParser.parse(response.body)
    return Reply(
      status: response.status.code, json: json, fields: RouterClient.named(response))
  }

  private func respond(
    _ method: HTTPRequest.Method, _ target: String, as secret: Secret?,
    _ fields: [(HTTPField.Name, String)], _ body: [UInt8]
  ) async throws -> Response {
    var all = fields
    if let secret { all.append((.authorization, "Bearer \(secret.text)")) }
    return await router.answer(
      try Request(method: method, target: target, fields: all, body: body))
  }

  private static func named(_ response: Response) -> [String: String] {
    Dictionary(
      response.fields.map { ($0.name.canonicalName, $0.value) },
      uniquingKeysWith: { _, last in last })
  }
}
