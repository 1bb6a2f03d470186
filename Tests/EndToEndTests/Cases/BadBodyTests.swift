import Domain
import Testing

@Suite("bad bodies", .inTurn)
struct BadBodyTests {
  @Test("every malformed body of every call is a problem that names the place; nothing is stored")
  func everyBody() async throws {
    let shared = try await RunningDev.shared.value
    // Without jobs: what they do by themselves is stored too.
    let extra = ["COUNTERSIGN_JOBS": "off"]
    try await RunningDev.withDatabase(on: shared, extra: extra) { dev in
      let stage = Stage(dev: dev, isBusyMachine: true)
      let routes = BodyRoute.all(try await world(stage))
      let second = try await stage.secondConnection()
      let before = try await offPool { try second.contents() }
      try await withThrowingTaskGroup(of: Int.self) { group in
        for route in routes {
          group.addTask { try await tryEverything(on: route, stage) }
        }
        let calls = try await group.reduce(0, +)
        print("\(calls) malformed bodies on \(routes.count) calls")
      }
      let after = try await offPool { try second.contents() }
      #expect(before == after)
      try await values(stage, routes)
      let last = try await offPool { try second.contents() }
      #expect(before == last)
    }
  }

  private func world(_ stage: Stage) async throws -> BodyRoute.World {
    let proposal = try await stage.approved(Content.polite())
    let lease = try await stage.lease(proposal, worker: "w1").json(201)["lease"]
    let other = try await stage.drafted(Content.polite())
    let lock = try await stage.person("legal").post(
      "/v1/locks",
      ["scope": ["kind": "proposal", "id": .string(other.id)], "reason": "a test"]
    ).json(201)
    let incident = try await stage.person("legal").post(
      "/v1/incidents", ["source": "complaint", "summary": "a test"]
    ).json(201)
    return BodyRoute.World(
      proposal: proposal.id, grant: proposal.grant, lease: try lease["id"].requiredText,
      lock: try lock["id"].requiredText,
      incident: try incident["id"].requiredText, person: stage.id(of: "security"),
      host: proposal.host)
  }

  /// Number of calls made.
  private func tryEverything(on route: BodyRoute, _ stage: Stage) async throws -> Int {
    let bad = BadValue.all(in: route.body)
    for value in bad {
      let reply = try await route.send(stage, value.body(of: route.body))
      expect(reply, route, value.pointer, isDeep: value.isDeep, value.text)
    }
    for path in route.required {
      let body = route.body.replacing(path[...], with: nil)
      let reply = try await route.send(stage, body.bytes())
      expect(reply, route, path.map { "/" + $0 }.joined(), isDeep: false, "absent")
    }
    try await documents(on: route, stage)
    try await envelopes(on: route, stage)
    return bad.count + route.required.count
  }

  private func expect(
    _ reply: Reply, _ route: BodyRoute, _ pointer: String, isDeep: Bool, _ words: String
  ) {
    let problem: JSON
    do {
      // A reason that is missing has a code of its own where a reason is the point.
      let code = try reply.json["code"].text
      let isReason = pointer == "/reason" && code == "reason_required"
      problem = try reply.problem(400, isReason ? "reason_required" : "invalid_body")
    } catch {
      Issue.record("\(route) with \(words) at \(pointer): \(error)")
      return
    }
    let pointers = problem["errors"].elements.compactMap { $0["pointer"].text }
    let isNamed = pointers.contains { isDeep ? $0.hasPrefix(pointer) : $0 == pointer }
    #expect(
      isNamed, "\(route) with \(words) at \(pointer): \(reply.status) \(pointers)")
  }

  /// Bodies that are no JSON object at all.
  private func documents(on route: BodyRoute, _ stage: Stage) async throws {
    let good = route.body.bytes()
    let documents: [[UInt8]] = [
      [], Array("{".utf8), Array("nope".utf8), Array("{}{}".utf8), good + Array(" x".utf8),
      [0xEF, 0xBB, 0xBF] + good, Array("{\"\u{0}\":1}".utf8), [0xFF, 0xFE, 0x7B, 0x7D],
      Array("{'a':1}".utf8), Array("{\"a\":1,}".utf8), good.dropLast(),
    ]
    for document in documents {
      let reply = try await route.send(stage, document)
      let problem = try reply.problem(400, "invalid_body")
      #expect(
        problem["errors"][0]["pointer"].text != nil,
        "\(route) with \(String(decoding: document.prefix(40), as: UTF8.self))")
    }
    for document in ["[]", "null", "5", "\"a\"", "true"] {
      let reply = try await route.send(stage, Array(document.utf8))
      expect(reply, route, "", isDeep: false, document)
    }
  }

  /// What is wrong around the body.
  private func envelopes(on route: BodyRoute, _ stage: Stage) async throws {
    let good = route.body.bytes()
    let client = route.client(stage)
    for type in ["text/plain", "application/jsonx", "application/x-www-form-urlencoded"] {
      try await client.send(
        route.method, route.path, bytes: good, fields: route.fields + [("Content-Type", type)]
      ).problem(415, "unsupported_media_type")
    }
    let long = [UInt8](repeating: UInt8(ascii: " "), count: route.bytesMax + 1)
    try await route.send(stage, long).problem(413, "body_too_large")
    guard let secret = client.secret else { return }
    let changed = secret.dropLast() + (secret.hasSuffix("0") ? "1" : "0")
    for bad in [nil, String(changed), "csp_", "x", secret + "a"] {
      var other = route
      other.fields += bad.map { [("Authorization", "Bearer \($0)")] } ?? []
      let reply = try await stage.nobody.send(
        other.method, other.path, bytes: good,
        fields: other.fields + [("Content-Type", "application/json")])
      try reply.problem(401, "unauthenticated")
    }
  }

  /// Values of the right type that mean nothing.
  private func values(_ stage: Stage, _ routes: [BodyRoute]) async throws {
    for bad in MeaninglessValue.all {
      let route = try #require(routes.first { $0.path.hasSuffix(bad.route) })
      var body = route.body
      for (path, value) in bad.changes {
        body = body.replacing(path.split(separator: "/").map(String.init)[...], with: value)
      }
      let reply = try await route.send(stage, body.bytes())
      let problem = try reply.problem(400, "invalid_body")
      let errors = problem["errors"].elements.map {
        "\($0["pointer"].text ?? "") \($0["code"].text ?? "")"
      }
      #expect(errors.contains(bad.expected), "\(bad.changes) gave \(errors)")
    }
  }
}
