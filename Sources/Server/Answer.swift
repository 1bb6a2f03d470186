package import Domain
package import HTTP
package import HTTPTypes
package import Workflow

/// What a handler answers; `Routes` turns it into an HTTP response.
package struct Answer: Sendable {
  package enum Body: Sendable {
    case none
    case json(JSON)
    case problem(JSON)
    case bytes([UInt8], contentType: String)
    /// Sent piece by piece; never stored for repeats.
    case source(BodySource, contentType: String)
  }

  package let status: Int
  package let body: Body
  package private(set) var headers: [(name: HTTPField.Name, value: String)] = []

  package init(_ status: Int, _ body: JSON) {
    self.status = status
    self.body = .json(body)
  }

  package init(_ status: Int, body: Body) {
    self.status = status
    self.body = body
  }

  package static func ok(_ body: JSON) -> Answer { Answer(200, body) }
  package static func created(_ body: JSON) -> Answer { Answer(201, body) }
  package static let noContent = Answer(204, body: .none)

  package func with(_ name: HTTPField.Name, _ value: String) -> Answer {
    var answer = self
    answer.headers.append((name, value))
    return answer
  }

  /// The answer as kept for repeats: members called `secret` or `token` that hold text are null.
  package var stored: StoredAnswer {
    switch body {
    case .json(let json), .problem(let json):
      StoredAnswer(status: status, bytes: json.withoutSecrets.bytes())
    case .bytes(let bytes, _): StoredAnswer(status: status, bytes: bytes)
    case .source, .none: StoredAnswer(status: status, bytes: [])
    }
  }

  /// A stored answer, marked as a repeat.
  package init(replaying stored: StoredAnswer) {
    status = stored.status
    body =
      stored.bytes.isEmpty
      ? .none
      : .bytes(
        stored.bytes,
        contentType: stored.status >= 400 ? "application/problem+json" : "application/json")
    headers = [(.idempotencyReplayed, "true")]
    if let wait = stored.retryAfterSeconds { headers.append((.retryAfter, String(wait))) }
  }

  package var response: Response {
    var response =
      switch body {
      case .none: Response(status: .init(code: status))
      case .json(let json):
        Response(
          status: .init(code: status), contentType: "application/json", body: json.bytes())
      case .problem(let json):
        Response(
          status: .init(code: status), contentType: "application/problem+json",
          body: json.bytes())
      case .bytes(let bytes, let type):
        Response(status: .init(code: status), contentType: type, body: bytes)
      case .source(let source, let type):
        Response(status: .init(code: status), contentType: type, source: source)
      }
    for header in headers { response.set(header.name, header.value) }
    return response
  }
}

extension StoredAnswer {
  /// What a stored problem says of waiting.
  fileprivate var retryAfterSeconds: Int64? {
    guard status >= 400 else { return nil }
    do {
      guard case .object(let members) = try JSONParser.parse(bytes),
        case .number(let seconds)? = members["retry_after_seconds"]
      else { return nil }
      return seconds.int64
    } catch {
      preconditionFailure("a stored answer is JSON of our own: \(error)")
    }
  }
}

extension JSON {
  fileprivate var withoutSecrets: JSON {
    switch self {
    case .object(let object):
      .object(
        JSONObject(
          members: object.members.map { member in
            if member.name == "secret" || member.name == "token", case .string = member.value {
              return (member.name, .null)
            }
            return (member.name, member.value.withoutSecrets)
          }))
    case .array(let values): .array(values.map(\.withoutSecrets))
    default: self
    }
  }
}

extension HTTPField.Name {
  package static let idempotencyReplayed = headerName("Idempotency-Replayed")
  package static let contentTypeOptions = headerName("X-Content-Type-Options")
  package static let securityPolicy = headerName("Content-Security-Policy")
  package static let disposition = headerName("Content-Disposition")
  package static let link = headerName("Link")
  package static let vary = headerName("Vary")
  package static let rateLimitPolicy = headerName("RateLimit-Policy")
  package static let rateLimit = headerName("RateLimit")
  package static let idempotencyKey = headerName("Idempotency-Key")

  private static func headerName(_ text: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no token") }
    return name
  }
}
