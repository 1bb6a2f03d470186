import Domain
import HTTP
import HTTPTypes
import Tokens
import Wire
import Workflow

/// Leases: what workers and enforcement points call, and what people look at.
enum LeaseHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/leases", bodyBytesMax: Endpoint.workerBodyBytesMax, counted: .grant, create),
    Endpoint(
      .post, "/v1/leases/{id}/renewals", bodyBytesMax: Endpoint.workerBodyBytesMax,
      counted: .renewal, createRenewal),
    Endpoint(
      .post, "/v1/leases/{id}/returns", bodyBytesMax: Endpoint.workerBodyBytesMax,
      counted: .restitution, createReturn),
    Endpoint(.get, "/v1/leases", list),
    Endpoint(.get, "/v1/leases/{id}", show),
  ]

  static func create(_ call: Call) async throws -> Answer {
    let body = try call.body(GrantLease.Input.read)
    do {
      return try await call.perform(
        { _ in GrantLease(input: body) }, stored: { held in created(held, token: .null) }
      ) { held in limited(created(held, token: try call.token(held)), held) }
    } catch let refusals as Refusals {
      try await call.service.remember(refusals, of: body, for: try call.caller())
      try await call.service.askForRobots(refusals, of: body, for: try call.caller())
      throw refusals
    }
  }

  static func createRenewal(_ call: Call) async throws -> Answer {
    let body = try call.body(RenewLease.Input.read)
    return try await call.perform(
      about: subject(call), { _ in RenewLease(lease: try id(call), input: body) },
      stored: { held in .ok(json(held, token: .null)) }
    ) { held in limited(.ok(json(held, token: try call.token(held))), held) }
  }

  static func createReturn(_ call: Call) async throws -> Answer {
    let body = try call.body(ReturnLease.Input.read)
    return try await call.perform(
      about: subject(call), { _ in ReturnLease(lease: try id(call), input: body) }
    ) { freesAt in .ok(["frees_at": JSON(freesAt)]) }
  }

  static func list(_ call: Call) async throws -> Answer {
    let page = Result { try Page(call.request) }
    let live = Result { try call.flag("live") }
    return try await call.look({ _ in
      let page = try page.get()
      let site = call.request.queryValue("site")
      return ListLeases(
        input: ListLeases.Input(
          grant: try call.query("grant", "a grant's id") { GrantID($0) },
          site: try site.map(Self.site),
          liveness: try live.get() ? .live : .any, after: page.after, limit: page.limit + 1))
    }) { output in
      try page.get().answer(output.leases, of: call.request, key: { $0.lease.id.text }) {
        $0.json(at: output.now)
      }
    }
  }

  static func show(_ call: Call) async throws -> Answer {
    try await call.look({ _ in ShowLease(lease: try id(call)) }) { found in
      .ok(found.view.json(at: found.now))
    }
  }

  private static func subject(_ call: Call) -> Subject {
    LeaseID(call.request.pathParameter("id")).map { .lease($0) } ?? .unknown
  }

  private static func id(_ call: Call) throws(Refusals) -> LeaseID {
    try call.identifier("id", of: LeaseKind.self, called: "lease")
  }

  private static func site(_ text: String) throws(InvalidBody) -> Host {
    do {
      return try Host(text)
    } catch {
      throw InvalidBody(
        .invalidQuery,
        errors: [
          FieldError(JSONPointer.root.appending("site"), .invalidFormat, error.description)
        ])
    }
  }

  private static func limited(_ answer: Answer, _ held: LeaseAnswer) -> Answer {
    answer.with(.rateLimitPolicy, LeaseLimits.policies(of: held))
      .with(.rateLimit, LeaseLimits.limits(of: held))
  }

  private static func created(_ held: LeaseAnswer, token: JSON) -> Answer {
    .created(json(held, token: token)).with(.location, "/v1/leases/\(held.lease.id)")
  }

  private static func json(_ held: LeaseAnswer, token: JSON) -> JSON {
    [
      "lease": held.lease.heldJSON(
        pathPrefixes: held.pathPrefixes, evidence: held.evidence, at: held.now),
      "worker": ["id": JSON(held.lease.worker), "name": .string(held.workerName)],
      "token": token, "server_time": JSON(held.now),
    ]
  }
}

extension Call {
  /// The token of a lease, signed now.
  fileprivate func token(_ held: LeaseAnswer) throws -> JSON {
    .string(try LeaseToken.signed(held.claims, with: service.signingKey))
  }

  /// A query parameter that is `true` or `false`; absent is false.
  func flag(_ name: String) throws(InvalidBody) -> Bool {
    switch request.queryValue(name) {
    case nil, "false": false
    case "true": true
    default:
      throw InvalidBody(
        .invalidQuery,
        errors: [
          FieldError(JSONPointer.root.appending(name), .invalidFormat, "must be true or false")
        ])
    }
  }
}
