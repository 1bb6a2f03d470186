package import Domain
package import HTTP
import HTTPTypes
import Tokens
package import Workflow

/// One request on its way through a handler.
package struct Call: Sendable {
  package let request: Request
  package let service: Service
  package let meters: Meters

  package init(request: Request, service: Service, meters: Meters) {
    self.request = request
    self.service = service
    self.meters = meters
  }

  // MARK: - Doing

  /// Runs the command as the caller. `make` reads the body: it runs after authentication.
  ///
  /// The answer is what `answer` makes of the output; a repeat under the same Idempotency-Key
  /// is marked `Idempotency-Replayed: true`. `stored` is what is kept of it where that differs.
  package func perform<C: Command>(
    about subject: Subject = .unknown, _ make: @escaping @Sendable (Act) throws -> C,
    stored: (@Sendable (C.Output) -> Answer)? = nil, caller: Caller? = nil,
    answer: @escaping @Sendable (C.Output) throws -> Answer
  ) async throws -> Answer {
    let (service, requestID, asker) = (service, request.id, request.asker)
    let form = AnswerForm<C.Output>(
      accepted: { try (stored ?? answer)($0).stored },
      refused: { refusals in
        Problems.problem(
          refusals, requestID: requestID, now: service.now, asker: asker
        ).stored
      })
    switch try await service.perform(
      for: try caller ?? self.caller(), about: subject, storing: form, make)
    {
    case .done(let output): return try answer(output)
    case .redone(let output): return try answer(output).with(.idempotencyReplayed, "true")
    case .replayed(let stored): return Answer(replaying: stored)
    }
  }

  /// Runs the query as the caller.
  package func look<Q: Query>(
    _ make: @escaping @Sendable (Act) throws -> Q,
    answer: @Sendable (Q.Output) throws -> Answer
  ) async throws -> Answer {
    try answer(try await service.look(for: try caller(), make))
  }

  // MARK: - Reading

  /// Reads the JSON body strictly; deferred, because who asks (401) and what about (404) come
  /// before what is wrong with it (400).
  package func body<Body>(
    _ build: @escaping (JSONReader) -> Body?
  ) throws(MediaFailure) -> Result<Body, InvalidBody> {
    guard contentType == "application/json" else {
      throw .unsupported(accepted: "application/json")
    }
    return Result { () throws(InvalidBody) -> Body in
      try JSONReader.read(bytes: request.body, build)
    }
  }

  /// The media type of the body in lower case, without parameters.
  package var contentType: String? {
    request.header(.contentType)?.split(separator: ";").first.map {
      $0.trimmingASCIISpace.lowercased()
    }
  }

  /// The version that `If-Match` names: -1 for an entity tag that is none of ours.
  package var ifMatch: Int64? {
    guard let header = request.header(.ifMatch) else { return nil }
    guard header.hasPrefix("\""), header.hasSuffix("\""), header.utf8.count > 2 else { return -1 }
    return Int64(digits: header.utf8.dropFirst().dropLast()) ?? -1
  }

  /// The path parameter as an identifier; one that cannot exist is not found.
  package func identifier<Kind>(
    _ name: String, of kind: Kind.Type, called noun: String
  ) throws(Refusals) -> Identifier<Kind> {
    let text = request.pathParameter(name)
    guard let id = Identifier<Kind>(text) else {
      throw Refusals(.notFound(kind: noun, id: text))
    }
    return id
  }

  /// Who calls: the bearer secret's hash and the trace for the log.
  ///
  /// Errors: `CallFailure.unauthenticated`, `.idempotencyKeyInvalid`.
  package func caller() throws(CallFailure) -> Caller {
    let secret = try bearerSecret()
    return Caller(secret: secret, trace: try trace())
  }

  /// The same of a body that is never whole in memory: without its key, or with its digest.
  func streamingCaller(_ bodyDigest: Digest?) throws(CallFailure) -> Caller {
    let whole = try caller()
    return Caller(
      secret: try bearerSecret(),
      trace: RequestTrace(
        id: whole.trace.id, method: whole.trace.method, path: whole.trace.path,
        idempotencyKey: bodyDigest == nil ? nil : whole.trace.idempotencyKey,
        bodyDigest: bodyDigest))
  }

  /// What the log keeps of the call.
  package func trace() throws(CallFailure) -> RequestTrace {
    let key = request.method == .post ? request.header(.idempotencyKey) : nil
    if let key, !Call.idempotencyKeyBytes.contains(key.utf8.count) {
      throw .idempotencyKeyInvalid
    }
    return RequestTrace(
      id: request.id, method: request.method.rawValue, path: request.path,
      idempotencyKey: key, body: request.body)
  }

  /// How long an Idempotency-Key may be.
  private static let idempotencyKeyBytes = 1...255

  private func bearerSecret() throws(CallFailure) -> Secret {
    guard let header = request.header(.authorization) else {
      throw .unauthenticated(reason: "send Authorization: Bearer …")
    }
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else {
      throw .unauthenticated(reason: "the Authorization header is not Bearer")
    }
    guard let secret = Secret(parsing: String(parts[1])) else {
      throw .unauthenticated(reason: "the token is malformed (a character is missing or wrong)")
    }
    return secret
  }
}

extension Substring {
  /// Without SP and HTAB at both ends (RFC 9110 OWS).
  fileprivate var trimmingASCIISpace: Substring {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    var rest = drop(while: isSpace)
    while rest.last.map(isSpace) == true { rest.removeLast() }
    return rest
  }
}
