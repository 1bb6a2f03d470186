import Domain
import Testing

@Suite("what workers report stops them", .inTurn)
struct BreakerTests {
  private func usage(_ more: JSONObject) -> JSON {
    var body: JSONObject = [
      "from": JSON(Content.now.adding(seconds: -1)), "to": JSON(Content.now), "requests": 1,
      "status": ["200": 1],
    ]
    for member in more.members { body[member.name] = member.value }
    return .object(body)
  }

  @Test(
    "a worker that was answered 429 holds the other project's leases on the same site",
    arguments: Replicas.allCases)
  func siteHeld(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let host = Content.newHost()
    let one = try await stage.approved(Content.own(host: host))
    let two = try await stage.approved(Content.own(host: host), by: "pm2")
    let quarter = Rate(microRPS: 250_000)
    let lease = try await stage.lease(one, worker: "w1", wants: quarter).json(201)["lease"]
    let other = try await stage.lease(two, worker: "w2", wants: quarter).json(201)["lease"]
    let renewals = "/v1/leases/\(try lease["id"].requiredText)/renewals"
    let body: JSON = [
      "term": 1, "usage": usage(["status": ["429": 1], "retry_after_seconds": 120]),
    ]
    for _ in 0..<2 {
      let reply = try await stage.pool.post(renewals, body)
      let problem = try reply.problem(409, "breaker_open")
      #expect(problem["blocking"].elements.contains { $0["subject"].text == host })
      let wait = try #require(reply.field("Retry-After").flatMap { Int($0) })
      #expect((118...170).contains(wait))
    }
    let site = "site " + host.split(separator: ".").dropFirst().joined(separator: ".")
    for reply in [
      try await stage.renew(try other["id"].requiredText, term: 1),
      try await stage.lease(two, worker: "w3"),
    ] {
      let problem = try reply.problem(409, "breaker_open")
      #expect(problem["blocking"][0]["subject"].text == site)
      #expect(problem["blocking"][0]["until"].text.flatMap { Timestamp($0) } != nil)
    }
    let listed = try await stage.person("operator").get("/v1/breakers?grant=\(one.grant)")
      .json(200)["items"]
    #expect(listed[0]["state"] == "open" && listed[0]["host"].text == host)
    #expect(listed[0]["causes"] == ["throttled"] && listed[0]["openings_24h"].integer == 1)
    let blocked = try await stage.person("pm2").get("/v1/grants/\(two.grant)").json(200)
    #expect(blocked["blocking"][0]["code"] == "breaker_open")
    try await stage.pool.get("/v1/breakers").problem(403, "non_human")
    try await stage.person("pm").get("/v1/breakers?site=no%20host").problem(400, "invalid_query")
  }

  @Test(
    "a captcha suspends the grant; after two signatures one worker tries it with a tenth",
    arguments: Replicas.allCases)
  func captcha(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.own())
    let lease = try await stage.lease(proposal, worker: "w1").json(201)["lease"]
    let id = try lease["id"].requiredText
    // Given back by its enforcement point, so that its share is free.
    _ = try await stage.gateway.post(
      "/v1/leases/\(id)/returns", ["term": 1, "usage": usage(["challenges": 1])]
    ).json(200)
    let problem = try await stage.lease(proposal, worker: "w2").problem(409, "grant_suspended")
    #expect(problem["blocking"][1]["code"] == "breaker_open")
    let resumptions = "/v1/grants/\(proposal.grant)/resumptions"
    _ = try await stage.person("legal").post(resumptions, ["reason": "they agreed"]).json(202)
    try await stage.person("legal").post(resumptions, ["reason": "again"])
      .problem(403, "same_person")
    _ = try await stage.person("risk").post(resumptions, ["reason": "they agreed"]).json(200)
    let probe = try await stage.lease(proposal, worker: "w3").json(201)["lease"]
    #expect(probe["rps"].microRPS == 100_000)
    #expect((probe["quota"].integer ?? 99) <= 10)
    try await stage.lease(proposal, worker: "w4").problem(409, "breaker_open")
  }

  @Test("a report whose counts cannot be true is refused at its member")
  func untrue() async throws {
    let stage = try await Stage.shared(.one)
    let proposal = try await stage.approved(Content.own())
    let lease = try await stage.lease(proposal, worker: "w1").json(201)["lease"]["id"].requiredText
    let table: [(JSONObject, String)] = [
      (["timeouts": 1], "/usage/timeouts"), (["connection_errors": 1], "/usage/connection_errors"),
      (["challenges": 2], "/usage/challenges"),
      (["latency_ms": ["p50": 2, "p95": 1, "max": 3]], "/usage/latency_ms/p95"),
      (["from": JSON(Content.now.adding(seconds: -3_600))], "/usage/from"),
    ]
    for (members, pointer) in table {
      let problem = try await stage.pool.post(
        "/v1/leases/\(lease)/renewals", ["term": 1, "usage": usage(members)]
      ).problem(400, "invalid_body")
      #expect(problem["errors"][0]["pointer"].text == pointer)
    }
    _ = try await stage.renew(lease, term: 1).json(200)
  }
}
