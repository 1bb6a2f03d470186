import Domain
import HTTP
import HTTPTypes
import Tokens
import Workflow

/// What enforcement points need: the keys, the clock, and whether a token is to be honoured.
enum TokenServiceHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/introspections", bodyBytesMax: Endpoint.workerBodyBytesMax, introspect),
    Endpoint(.get, "/.well-known/jwks.json", recalling: recalledKeys, else: keys),
    Endpoint(.get, "/v1/time", recalling: recalledTime, else: time),
  ]

  /// Who asks comes before how: a call without a credential is 401, whatever its body is.
  static func introspect(_ call: Call) async throws -> Answer {
    let token = Result { () throws -> String in
      guard call.contentType == "application/x-www-form-urlencoded" else {
        throw MediaFailure.unsupported(accepted: "application/x-www-form-urlencoded")
      }
      return try FormBody.value(of: "token", in: call.request.body)
    }
    return try await call.look({ _ in IntrospectToken(token: try token.get()) }) { claims in
      guard let claims, case .object(let members) = claims.json else {
        return .ok(["active": false])
      }
      let all: [(name: String, value: JSON)] = [("active", true)] + members.members
      return .ok(.object(JSONObject(members: all)))
    }
  }

  static func recalledKeys(_ call: Call) -> Answer? {
    call.service.recalledKeys().map { answer($0, as: call.service.settings.keyPlan) }
  }

  static func keys(_ call: Call) async throws -> Answer {
    answer(try await call.service.publishedKeys(), as: call.service.settings.keyPlan)
  }

  private static func answer(_ keys: PublishedKeys, as plan: KeyPlan) -> Answer {
    Answer(200, body: .bytes(keys.document, contentType: "application/json"))
      .with(.cacheControl, "public, max-age=\(plan.maxAgeSeconds)")
  }

  static func recalledTime(_ call: Call) -> Answer? {
    call.service.recalledTime().map(answer)
  }

  static func time(_ call: Call) async throws -> Answer {
    answer(try await call.service.time())
  }

  private static func answer(_ reading: DatabaseClock.Reading) -> Answer {
    .ok([
      "now": JSON(reading.now), "unix_ms": JSON(reading.now.milliseconds),
      "uncertainty_ms": JSON((reading.uncertaintyMicroseconds + 999) / 1_000),
    ])
  }
}
