import Curl
import Domain

/// The calls of api.md over HTTP.
struct API: Sendable {
  let account: Account
  let fetch: @Sendable (FetchRequest) async throws(FetchError) -> FetchResponse

  /// A part of the query; absent when the value is nil.
  typealias Query = [(name: String, value: String?)]

  func get(_ path: Path, _ query: Query = [], accept: String? = nil) async throws -> Reply {
    try await call("GET", path, query, fields: [("Accept", accept)])
  }

  func post(
    _ path: Path, _ body: JSON? = nil, idempotencyKey: String? = nil
  ) async throws -> Reply {
    try await call(
      "POST", path, content: body.map { .json($0) }, fields: [("Idempotency-Key", idempotencyKey)])
  }

  func post(
    _ path: Path, content: Content, idempotencyKey: String? = nil
  ) async throws -> Reply {
    try await call("POST", path, content: content, fields: [("Idempotency-Key", idempotencyKey)])
  }

  func put(_ path: Path, _ body: JSON? = nil, ifMatch: String? = nil) async throws -> Reply {
    try await call("PUT", path, content: body.map { .json($0) }, fields: [("If-Match", ifMatch)])
  }

  func patch(_ path: Path, _ body: JSON, ifMatch: String?) async throws -> Reply {
    try await call("PATCH", path, content: .json(body), fields: [("If-Match", ifMatch)])
  }

  func delete(_ path: Path) async throws -> Reply {
    try await call("DELETE", path)
  }

  /// Sends a file under a name.
  func upload(_ path: Path, _ bytes: [UInt8], name: String) async throws -> Reply {
    // The same escapes as in a path: fewer characters stand for themselves than RFC 8187 allows.
    let escaped = Path(name).text.dropFirst()
    return try await call(
      "POST", path, content: Content(type: "application/octet-stream", bytes: bytes),
      fields: [("Content-Disposition", "attachment; filename*=UTF-8''\(escaped)")])
  }

  /// Gets a file, up to the length that a file may have.
  func download(_ path: Path) async throws -> Reply {
    try await call("GET", path, contentBytesMax: AttachedFile.bytesMax)
  }

  /// Errors: `Unreachable` without an answer, `Refused` for an answer from 400 on.
  private func call(
    _ method: String, _ path: Path, _ query: Query = [], content: Content? = nil,
    fields: Query = [], contentBytesMax: Int? = nil
  ) async throws -> Reply {
    var request = FetchRequest(
      method: method, url: account.server.text + path.text + path.query(query))
    if let contentBytesMax { request.contentBytesMax = contentBytesMax }
    if let token = account.token {
      request.fields.append(FetchField(name: "Authorization", value: "Bearer \(token)"))
    }
    for case (let name, let value?) in fields {
      request.fields.append(FetchField(name: name, value: value))
    }
    if let content {
      request.fields.append(FetchField(name: "Content-Type", value: content.type))
      request.body = content.bytes
    }
    let response: FetchResponse
    do {
      response = try await fetch(request)
    } catch .refused(let reason) {
      throw NotPossible("the call cannot be sent: \(reason)")
    } catch {
      throw Unreachable(server: account.server, reason: error.description)
    }
    let reply = Reply(response)
    guard response.status < 400 else { throw Refused(reply: reply) }
    return reply
  }
}

/// What a call carries.
struct Content: Sendable {
  let type: String
  let bytes: [UInt8]

  static func json(_ json: JSON) -> Content {
    Content(type: "application/json", bytes: json.bytes())
  }

  static func yaml(_ bytes: [UInt8]) -> Content {
    Content(type: "application/yaml", bytes: bytes)
  }
}

/// What a server answered.
struct Reply: Sendable {
  let status: Int
  let bytes: [UInt8]
  let eTag: String?
  /// Of a file: what it is called.
  let disposition: String?

  init(status: Int, bytes: [UInt8], eTag: String? = nil, disposition: String? = nil) {
    self.status = status
    self.bytes = bytes
    self.eTag = eTag
    self.disposition = disposition
  }

  init(_ response: FetchResponse) {
    self.init(
      status: response.status, bytes: response.body, eTag: response.value(of: "ETag"),
      disposition: response.value(of: "Content-Disposition"))
  }

  /// The answer's value; `null` for an empty one.
  ///
  /// Errors: `NotOurs` when it is no JSON.
  var json: JSON {
    get throws(NotOurs) {
      guard !bytes.isEmpty else { return .null }
      do {
        return try JSONParser.parse(bytes, limits: Reply.limits)
      } catch {
        throw NotOurs(reason: "the answer is no JSON: \(error.description)")
      }
    }
  }

  private static let limits = JSONLimits(depthMax: 32, nullCharacter: .allowed)
}
