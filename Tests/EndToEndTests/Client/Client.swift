import Curl
import Domain
import Reactor
import Testing

/// One caller of the service over real HTTP.
struct Client: Sendable {
  private let rotation: Rotation
  /// Of a person, a pool or a gateway; nil calls without.
  var secret: String?
  /// Repeats every call until its answer is definite; without it a call is made once.
  var persistence: Persistence?

  init(_ rotation: Rotation, secret: String?, persistence: Persistence? = nil) {
    self.rotation = rotation
    self.secret = secret
    self.persistence = persistence
  }

  /// Of the process whose turn it is: two uses are two turns.
  var baseURL: String { rotation.next }

  private static let loops: [EventLoop] = {
    do {
      let group = try EventLoopGroup(count: 1)
      group.start()
      return group.loops
    } catch {
      preconditionFailure("no event loop: \(error)")
    }
  }()
  private static let fetcher = HTTPFetcher(loop: loops[0])

  func get(_ path: String) async throws -> Reply { try await send("GET", path) }

  func post(
    _ path: String, _ body: JSON, key: String? = nil
  ) async throws -> Reply {
    try await send(
      "POST", path, json: body, fields: key.map { [("Idempotency-Key", $0)] } ?? [])
  }

  /// A call whose caller hangs up before the answer.
  func abandon(_ path: String, _ body: JSON, key: String?) async throws {
    let address = try await address()
    do {
      try await offPool {
        let connection = try RawConnection(to: address)
        let fields = [
          ("Authorization", "Bearer \(secret ?? "")"), ("Content-Type", "application/json"),
        ]
        try connection.send(
          "POST", path, fields: fields + (key.map { [("Idempotency-Key", $0)] } ?? []),
          body: body.bytes())
      }
    } catch let failure as RawConnection.Failure {
      // Where servers are killed, nobody may be there to hear it.
      guard persistence != nil else { throw failure }
    }
  }

  /// A call with a JSON body, or none.
  func send(
    _ method: String, _ path: String, json: JSON? = nil, fields: [(String, String)] = []
  ) async throws -> Reply {
    let type = json == nil ? [] : [("Content-Type", "application/json")]
    return try await send(method, path, bytes: json?.bytes(), fields: fields + type)
  }

  /// A call with any body.
  func send(
    _ method: String, _ path: String, bytes: [UInt8]?, fields: [(String, String)]
  ) async throws -> Reply {
    var all = fields
    if let secret { all.append(("Authorization", "Bearer \(secret)")) }
    let request = Request(method: method, path: path, fields: all, bytes: bytes)
    if let persistence { return try await persistence.reply(to: request) }
    for _ in 0..<Client.comebacksMax where rotation.isBusyMachine {
      let reply = try await Client.exchange(request, with: baseURL)
      guard reply.status == 503,
        let code = try reply.json["code"].text, ["unavailable", "overloaded"].contains(code)
      else { return reply }
      await Client.pause(milliseconds: 500)
    }
    return try await Client.exchange(request, with: baseURL)
  }

  private static let comebacksMax = 40

  /// Where the service is now.
  func address() async throws -> String { try await persistence?.address() ?? baseURL }

  /// One call, made once.
  static func exchange(
    _ request: Request, with baseURL: String
  ) async throws(FetchError) -> Reply {
    let response = try await fetcher.fetch(
      FetchRequest(
        method: request.method, url: baseURL + request.path,
        fields: request.fields.map { FetchField(name: $0.0, value: $0.1) }, body: request.bytes))
    return Reply(
      status: response.status, fields: response.fields.map { ($0.name, $0.value) },
      bytes: response.body)
  }

  /// What a client does that was told to come back, only sooner.
  static func pause(milliseconds: Int) async {
    await loops[0].sleep(until: .now().advanced(byMilliseconds: milliseconds))
  }
}

/// A call on its way out.
struct Request: Sendable {
  let method: String
  let path: String
  var fields: [(String, String)]
  let bytes: [UInt8]?
}

/// An answer.
struct Reply: Sendable {
  let status: Int
  let fields: [(name: String, value: String)]
  let bytes: [UInt8]

  func field(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  var json: JSON {
    get throws {
      do {
        return try JSONParser.parse(bytes)
      } catch {
        throw JSON.Unexpected(description: "\(status), not JSON: \(text)")
      }
    }
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The lease ran out before its holder was heard.
  var isExpiredLease: Bool { status == 410 && text.contains(#""code":"lease_expired""#) }

  /// The body of an answer of this status; everything else fails the test with the body.
  func json(
    _ status: Int, _ location: SourceLocation = #_sourceLocation
  ) throws -> JSON {
    #expect(self.status == status, "\(text)", sourceLocation: location)
    guard self.status == status else {
      throw JSON.Unexpected(description: "\(self.status) instead of \(status): \(text)")
    }
    #expect(field("Content-Type") == "application/json", sourceLocation: location)
    return try json
  }

  /// The problem that a refused call got, its head checked member by member.
  @discardableResult
  func problem(
    _ status: Int, _ code: String, _ location: SourceLocation = #_sourceLocation
  ) throws -> JSON {
    let problem = try json
    #expect(self.status == status, "\(text)", sourceLocation: location)
    #expect(problem["code"].text == code, "\(text)", sourceLocation: location)
    #expect(problem["status"].integer == Int64(self.status), sourceLocation: location)
    #expect(field("Content-Type") == "application/problem+json", sourceLocation: location)
    #expect(
      problem["type"].text == "/problems/\(problem["code"].text ?? "")",
      sourceLocation: location)
    #expect(problem["instance"].text == field("X-Request-Id"), sourceLocation: location)
    #expect(field("Cache-Control") == "no-store", sourceLocation: location)
    expectMembers(
      problem, ["type", "title", "status", "detail", "instance", "code"],
      optional: ["errors", "blocking", "current_digest", "retry_after_seconds"], location)
    let wait = problem["retry_after_seconds"].integer
    #expect(field("Retry-After") == wait.map { String($0) }, sourceLocation: location)
    if self.status == 401 {
      #expect(field("WWW-Authenticate") != nil, sourceLocation: location)
    }
    return problem
  }
}
