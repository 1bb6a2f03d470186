import Domain
import Testing

@Suite("calls", .inTurn)
struct CallTests {
  @Test(
    "an Idempotency-Key replays the answer without its secret; another body is refused",
    arguments: Replicas.allCases)
  func idempotency(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let key = "key-\(UInt32.random(in: .min ... .max))"
    let pm = stage.person("pm2")
    let first = try await pm.post("/v1/me/tokens", ["name": "laptop"], key: key)
    let made = try first.json(201)
    #expect(made["secret"].text?.hasPrefix("csp_") == true)
    #expect(first.field("Idempotency-Replayed") == nil)
    let again = try await pm.post("/v1/me/tokens", ["name": "laptop"], key: key)
    let replayed = try again.json(201)
    #expect(again.field("Idempotency-Replayed") == "true")
    #expect(replayed == made.with("secret", .null))
    try await pm.post("/v1/me/tokens", ["name": "phone"], key: key).problem(
      422, "idempotency_key_reused")
    // The key is the caller's and the path's.
    let other = try await stage.person("pm").post(
      "/v1/me/tokens", ["name": "phone"], key: key
    ).json(201)
    #expect(other["id"] != made["id"])
    try await pm.post(
      "/v1/me/tokens", ["name": "laptop"], key: String(repeating: "k", count: 256)
    ).problem(400, "malformed_request")
    for token in [made, other] {
      let id = try token["id"].requiredText
      let owner = token == made ? pm : stage.person("pm")
      #expect(try await owner.send("DELETE", "/v1/tokens/\(id)").status == 204)
    }
    try await stage.holding(try made["secret"].requiredText).get("/v1/me").problem(
      401, "unauthenticated")
  }

  @Test(
    "of calls under one key at once one has the effect; the others wait or get its answer",
    arguments: Replicas.allCases)
  func idempotencyAtOnce(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let content: JSON = ["content": Content.polite()]
    let key = "once-\(UInt32.random(in: .min ... .max))"
    let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
      for _ in 0..<8 {
        group.addTask { try await stage.person("pm").post("/v1/proposals", content, key: key) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    var ids: Set<String> = []
    for reply in replies {
      if reply.status == 409 {
        try reply.problem(409, "idempotency_in_progress")
      } else {
        ids.insert(try reply.json(201)["id"].requiredText)
      }
    }
    #expect(ids.count == 1)
    #expect(replies.count { $0.status == 201 && $0.field("Idempotency-Replayed") == nil } == 1)
    let other: JSON = ["content": Content.polite()]
    for replica in stage.replicas {
      let again = try await replica.person("pm").post("/v1/proposals", content, key: key)
      #expect(again.field("Idempotency-Replayed") == "true")
      #expect(ids.contains(try again.json(201)["id"].requiredText))
      try await replica.person("pm").post("/v1/proposals", other, key: key).problem(
        422, "idempotency_key_reused")
    }
  }

  @Test(
    "of two bodies under one key at once one has the effect, and the other never has",
    arguments: Replicas.allCases)
  func twoBodiesAtOnce(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let bodies: [JSON] = [["content": Content.polite()], ["content": Content.polite()]]
    let key = "two-\(UInt32.random(in: .min ... .max))"
    let replies = try await withThrowingTaskGroup(of: (body: Int, reply: Reply).self) { group in
      for number in 0..<8 {
        // Both bodies at each process.
        let body = number / 2 % 2
        group.addTask {
          (body, try await stage.person("pm").post("/v1/proposals", bodies[body], key: key))
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let made = replies.filter { $0.reply.status == 201 }
    #expect(made.count { $0.reply.field("Idempotency-Replayed") == nil } == 1)
    #expect(Set(made.map(\.body)).count == 1)
    for (body, reply) in replies where reply.status != 201 {
      if reply.status == 422 {
        try reply.problem(422, "idempotency_key_reused")
        #expect(body != made[0].body)
      } else {
        try reply.problem(409, "idempotency_in_progress")
      }
    }
  }

  @Test(
    "a refusal by a rule is replayed too, and a lease's token is signed anew",
    arguments: Replicas.allCases)
  func replayedRefusals(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.polite())
    let suffix = proposal.id
    let held = try await stage.lease(proposal, worker: "w1", key: "a" + suffix).json(201)
    let again = try await stage.lease(proposal, worker: "w1", key: "a" + suffix)
    #expect(again.field("Idempotency-Replayed") == "true")
    let answer = try again.json(201)
    #expect(answer["lease"]["id"] == held["lease"]["id"])
    #expect(answer["lease"]["expires_at"] == held["lease"]["expires_at"])
    let token = try answer["token"].requiredText
    #expect(try await stage.introspect(token).json(200)["active"] == true)
    let draft = try await stage.drafted(Content.polite())
    let refused = try await stage.lease(draft, worker: "w1", key: "b" + suffix)
    try refused.problem(409, "no_grant")
    let repeated = try await stage.lease(draft, worker: "w1", key: "b" + suffix)
    #expect(repeated.status == 409)
    #expect(repeated.field("Idempotency-Replayed") == "true")
    #expect(try repeated.json["code"] == "no_grant")
  }

  @Test(
    "a bad limit or cursor is named; pages are stable while rows are inserted",
    arguments: Replicas.allCases)
  func paging(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let lists = [
      "/v1/people", "/v1/pools", "/v1/gateways", "/v1/sites", "/v1/proposals", "/v1/grants",
      "/v1/locks", "/v1/leases", "/v1/incidents",
    ]
    for list in lists {
      for limit in ["0", "201", "-1", "x", "1.5", "", "99999999999999999999", "+5", "%31%30x"] {
        let reply = try await stage.person("pm").get("\(list)?limit=\(limit)")
        let problem = try reply.problem(400, "invalid_query")
        #expect(problem["errors"][0]["pointer"] == "/limit", "\(list)?limit=\(limit)")
      }
      for cursor in ["x", "azI6YQ", "....", "%00", String(repeating: "a", count: 600)] {
        let reply = try await stage.person("pm").get("\(list)?cursor=\(cursor)")
        #expect(reply.status == 400, "\(list)?cursor=\(cursor)")
        if try reply.json["code"] == "invalid_query" {
          #expect(try reply.json["errors"][0]["pointer"] == "/cursor")
        }
      }
      let page = try await stage.person("pm").get("\(list)?limit=1").json(200)
      expectMembers(page, ["items", "next_cursor"])
    }
    try await stableList(stage)
  }

  /// Every proposal that was there at the beginning comes exactly once, while others are made.
  private func stableList(_ stage: Stage) async throws {
    var expected: Set<String> = []
    for _ in 0..<7 { expected.insert(try await stage.drafted(Content.polite()).id) }
    var seen: [String] = []
    var next: String? = "/v1/proposals?limit=3"
    while let path = next, !expected.isSubset(of: seen) {
      let reply = try await stage.person("pm").get(path)
      let page = try reply.json(200)
      seen += page["items"].elements.compactMap { $0["id"].text }
      _ = try await stage.drafted(Content.polite())
      let cursor = page["next_cursor"].text
      next = cursor.map { "/v1/proposals?limit=3&cursor=\($0)" }
      let link = cursor.map { "</v1/proposals?limit=3&cursor=\($0)>; rel=\"next\"" }
      #expect(reply.field("Link") == link)
    }
    #expect(Set(seen).count == seen.count)
    #expect(expected.isSubset(of: seen))
  }

  @Test("unknown paths, methods and ids are told apart; HEAD answers like GET without a body")
  func routing() async throws {
    let stage = try await Stage.shared()
    try await stage.nobody.get("/v2/nothing").problem(404, "no_such_path")
    try await stage.nobody.get("/v1/").problem(404, "no_such_path")
    try await stage.nobody.get("/v1/people%2").problem(400, "malformed_request")
    let allowed = try await stage.nobody.send("DELETE", "/v1/proposals")
    try allowed.problem(405, "method_not_allowed")
    let methods = Set(
      (allowed.field("Allow") ?? "").split(separator: ",").map { $0.drop { $0 == " " } })
    #expect(methods.isSuperset(of: ["GET", "HEAD", "POST"]))
    for path in [
      "/v1/people/x", "/v1/people/pers_x", "/v1/people/pool_01arz3ndektsv4rrffq69g5fav",
      "/v1/people/pers_01arz3ndektsv4rrffq69g5fav", "/v1/proposals/0", "/v1/proposals/-1",
      "/v1/proposals/99999999999999999999", "/v1/proposals/prop_1", "/v1/proposals/%F0%9F%98%80",
      "/v1/leases/lease_zz", "/v1/grants/grant_", "/v1/locks/lock_1/propagation",
      "/v1/incidents/inc_1", "/v1/incidents/0",
      "/v1/sites/unknown.example", "/problems/nothing", "/v1/proposals/1/revisions/0",
      "/v1/proposals/1/revisions/x",
    ] {
      try await stage.person("admin").get(path).problem(404, "not_found")
    }
    for path in ["/v1/tokens/x", "/v1/keys/key_x", "/v1/tokens/key_01arz3ndektsv4rrffq69g5fav"] {
      try await stage.person("admin").send("DELETE", path).problem(404, "not_found")
    }
    try await stage.person("admin").send(
      "PUT", "/v1/people/\(stage.id(of: "pm"))/roles/king"
    ).problem(404, "not_found")
    try await heads(stage)
  }

  private func heads(_ stage: Stage) async throws {
    let secret = stage.person("pm").secret ?? ""
    for path in ["/livez", "/v1/me", "/.well-known/jwks.json", "/nowhere"] {
      let url = stage.nobody.baseURL
      let (full, head) = try await offPool {
        let connection = try RawConnection(to: url)
        let fields = [("Authorization", "Bearer \(secret)")]
        try connection.send("GET", path, fields: fields)
        let full = try connection.answer()
        try connection.send("HEAD", path, fields: fields)
        return (full, try connection.answer(toHead: true))
      }
      #expect(head.status == full.status)
      #expect(head.bytes.isEmpty)
      #expect(head.field("Content-Length") == "\(full.bytes.count)", "\(path)")
      #expect(head.field("Content-Type") == full.field("Content-Type"))
    }
  }

  @Test("bodies and heads that no client sends are refused on the wire")
  func wire() async throws {
    let url = try await Stage.shared().nobody.baseURL
    let cases: [(String, Int)] = [
      ("GET /livez HTTP/1.1\r\n\r\n", 400), ("GET /livez HTTP/2.0\r\nHost: a\r\n\r\n", 505),
      ("GET  /livez HTTP/1.1\r\nHost: a\r\n\r\n", 400),
      ("GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
      ("POST /v1/people HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
      ("POST /v1/people HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n", 400),
      (
        "POST /v1/people HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400
      ),
      ("GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
      (
        "GET /livez HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "b", count: 70_000))\r\n\r\n",
        431
      ),
    ]
    for (request, status) in cases {
      let reply = try await offPool {
        let connection = try RawConnection(to: url)
        try connection.send(Array(request.utf8))
        return try connection.answer()
      }
      #expect(reply.status == status, "\(request.prefix(60))")
      #expect(reply.field("Content-Type") == "application/problem+json")
    }
  }

  @Test("introspection takes a form and nothing else, from enforcement points")
  func introspection() async throws {
    let stage = try await Stage.shared()
    let path = "/v1/introspections"
    let form = [("Content-Type", "application/x-www-form-urlencoded")]
    let send = { (client: Client, body: String) in
      try await client.send("POST", path, bytes: Array(body.utf8), fields: form)
    }
    #expect(try await stage.introspect("x").json(200) == ["active": false])
    try await send(stage.gateway, "").problem(400, "invalid_body")
    let twice = try await send(stage.gateway, "token=a&token=b").problem(400, "invalid_body")
    #expect(twice["errors"][0]["pointer"] == "/token")
    try await send(stage.gateway, "token=%ZZ").problem(400, "invalid_body")
    try await stage.gateway.post(path, ["token": "x"]).problem(415, "unsupported_media_type")
    try await send(stage.nobody, "token=x").problem(401, "unauthenticated")
    let person = try await send(stage.person("pm"), "token=x")
    #expect(person.status == 403)
    let long = [UInt8](repeating: UInt8(ascii: "a"), count: (64 << 10) + 1)
    try await stage.gateway.send("POST", path, bytes: long, fields: form).problem(
      413, "body_too_large")
  }

  @Test("the service pages answer without a token; request ids are echoed when well-formed")
  func pages() async throws {
    let stage = try await Stage.shared()
    for path in ["/livez", "/readyz", "/openapi.yaml", "/problems/no_capacity", "/v1/time"] {
      let reply = try await stage.nobody.get(path)
      #expect(reply.status == 200, "\(path)")
      #expect(reply.field("Date") != nil && reply.field("X-Request-Id") != nil)
    }
    let time = try await stage.nobody.get("/v1/time").json(200)
    expectMembers(time, ["now", "unix_ms", "uncertainty_ms"])
    let named = try await stage.nobody.send(
      "GET", "/livez", bytes: nil, fields: [("X-Request-Id", "my-request.1")])
    #expect(named.field("X-Request-Id") == "my-request.1")
    let odd = try await stage.nobody.send(
      "GET", "/livez", bytes: nil, fields: [("X-Request-Id", "two words")])
    #expect(odd.field("X-Request-Id") != "two words")
  }
}
