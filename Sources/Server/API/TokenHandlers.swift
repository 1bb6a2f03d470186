import Domain
import HTTP
import HTTPTypes
import Tokens
import Wire
import Workflow

/// A person's own tokens.
enum TokenHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.post, "/v1/me/tokens", create),
    Endpoint(.get, "/v1/me/tokens", list),
    Endpoint(.delete, "/v1/tokens/{id}", revoke),
  ]

  static func create(_ call: Call) async throws -> Answer {
    let body = try call.body { body -> CreateToken.Input? in
      let name = body.required("name", .name)
      let seconds = body.optional(
        "expires_in_seconds", .integer(60...NewCredential.tokenLifetimeSecondsMax))
      guard let name else { return nil }
      return CreateToken.Input(name: name, expiresInSeconds: seconds)
    }
    return try await call.perform({ _ in CreateToken(input: try body.get()) }) { token in
      .created(token.credential.json(secret: token.secret.text))
    }
  }

  static func list(_ call: Call) async throws -> Answer {
    try await call.look({ _ in ListTokens() }) { tokens in
      .ok(["items": .array(tokens.map(\.json)), "next_cursor": nil])
    }
  }

  static func revoke(_ call: Call) async throws -> Answer {
    try await call.perform({ _ in
      RevokeCredential(
        id: try call.identifier("id", of: TokenKind.self, called: "token").text)
    }) { _ in .noContent }
  }
}
