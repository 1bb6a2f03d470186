import Crypto
import Domain
import Testing
import Tokens

@Suite("the main job over HTTP", .inTurn)
struct MainJobTests {
  @Test(
    "a proposal is made, signed by two, and ends with a worker's token",
    arguments: Replicas.allCases)
  func proposalToToken(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await signed(stage, Content.polite())
    let answer = try await stage.lease(proposal, worker: "spider-1").json(201)
    try checkLease(answer, proposal, term: 1)
    try await checkToken(answer, proposal, stage)
  }

  @Test(
    "a worker renews, introspection says active, returns it, introspection says inactive",
    arguments: Replicas.allCases)
  func leaseLife(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.polite())
    let first = try await stage.lease(proposal, worker: "spider-1").json(201)
    let lease = try first["lease"]["id"].requiredText
    let second = try await stage.renew(lease, term: 1).json(200)
    try checkLease(second, proposal, term: 2)
    #expect(second["lease"]["id"].text == lease)

    // The reply was lost: the same term again gives the same lease, signed anew.
    let repeated = try await stage.renew(lease, term: 1).json(200)
    #expect(repeated["lease"]["term"].integer == 2)
    #expect(repeated["lease"]["expires_at"] == second["lease"]["expires_at"])
    let token = try second["token"].requiredText
    let active = try await stage.introspect(token).json(200)
    #expect(active["active"] == true)
    #expect(active["lease"].text == lease)
    #expect(active["jti"].text == "\(lease).2")
    #expect(active["aud"].text == "demo")

    try await stage.renew(lease, term: 9).problem(409, "wrong_term")
    let shown = try await stage.person("auditor").get("/v1/leases/\(lease)").json(200)
    #expect(shown["status"].text == "live")
    let returned = try await stage.giveBack(lease, term: 2, by: stage.gateway).json(200)
    expectMembers(returned, ["frees_at"])
    let inactive = try await stage.introspect(token).json(200)
    #expect(inactive == ["active": false])
    let after = try await stage.person("auditor").get("/v1/leases/\(lease)").json(200)
    #expect(after["status"].text == "returned")
    #expect(after["frees_at"] == returned["frees_at"])
    try await stage.renew(lease, term: 2).problem(410, "lease_expired")
  }

  @Test("a pool returns what a gateway enforces: the share stays taken until the token is dead")
  func poolReturn() async throws {
    let stage = try await Stage.shared()
    let proposal = try await stage.approved(Content.polite())
    let first = try await stage.lease(proposal, worker: "spider-1").json(201)
    let lease = try first["lease"]["id"].requiredText
    let returned = try await stage.giveBack(lease, term: 1, by: stage.pool).json(200)
    let ends = Timestamp(try first["lease"]["expires_at"].requiredText)
    // Taken while t ≤ end + 3 s, so free a microsecond later.
    let frees = ends?.adding(microseconds: 3_000_001)
    #expect(returned["frees_at"].text == frees?.description)
    let token = try first["token"].requiredText
    #expect(try await stage.introspect(token).json(200) == ["active": false])
  }

  @Test("everybody sees who they are, and no more")
  func whoAmI() async throws {
    let stage = try await Stage.shared()
    let people: [String: [String]] = [
      "pm": ["requester"], "pm2": ["requester"], "legal": ["legal_reviewer"],
      "legal2": ["legal_reviewer"], "risk": ["risk_reviewer"], "risk2": ["risk_reviewer"],
      "both": ["legal_reviewer", "risk_reviewer"], "owner": ["business_owner"],
      "owner2": ["business_owner"], "security": ["security_reviewer"],
      "dpo": ["data_protection_officer"], "counsel": ["general_counsel"],
      "executive": ["accountable_executive"], "operator": ["operator"],
      "auditor": ["auditor"], "admin": ["administrator"], "admin2": ["administrator"],
    ]
    #expect(Set(stage.dev.credentials.people.keys) == Set(people.keys))
    for (name, roles) in people {
      let me = try await stage.person(name).get("/v1/me").json(200)
      expectMembers(me, ["id", "kind", "name", "email", "roles"])
      #expect(me["kind"] == "person")
      #expect(me["id"].text == stage.id(of: name))
      #expect(me["email"].text == "\(name)@demo.example")
      #expect(me["roles"].elements.compactMap(\.text).sorted() == roles)
    }
    let pool = try await stage.pool.get("/v1/me").json(200)
    #expect(pool["kind"] == "pool")
    #expect(pool["id"].text == stage.dev.credentials.pools["demo"]?.id)
    let gateway = try await stage.gateway.get("/v1/me").json(200)
    #expect(gateway["kind"] == "gateway")
    #expect(gateway["name"] == "demo")
  }

  /// The calls of people one by one, each answer looked at.
  private func signed(_ stage: Stage, _ content: JSON) async throws -> Stage.Proposal {
    let pm = stage.person("pm")
    let made = try await pm.post("/v1/proposals", ["content": content]).json(201)
    expectMembers(made, ["id", "number", "status", "revision", "digest"])
    #expect(made["status"] == "draft")
    #expect(made["revision"] == 1)
    var proposal = Stage.Proposal(
      id: try made["id"].requiredText, number: try made["number"].requiredInteger,
      digest: try made["digest"].requiredText,
      host: try content["targets"][0]["hosts"][0].requiredText)
    try await checkBytes(proposal, stage)

    let path = "/v1/proposals/\(proposal.id)"
    let round = try await pm.post(
      path + "/submissions", ["revision_digest": .string(proposal.digest)]
    ).json(201)
    let members: Set = ["id", "opened_at", "respond_by", "decide_by", "policy"]
    #expect(Set(round.names).isSuperset(of: members))
    #expect(round["id"].text?.hasPrefix("round_") == true)
    let open = try await stage.view(proposal)
    #expect(open["status"] == "in_review")
    #expect(open["seats"].elements.map { $0["role"].text } == ["legal_reviewer", "risk_reviewer"])
    #expect(open["grant"] == .null)

    let legal = try await stage.decide(proposal, as: "legal", "legal_reviewer").json(201)
    #expect(legal["verdict"] == "approve")
    #expect(legal["id"].text?.hasPrefix("dec_") == true)
    let half = try await stage.view(proposal)
    #expect(half["status"] == "in_review")
    #expect(half["seats"][0]["filled_by"].text == stage.id(of: "legal"))
    _ = try await stage.decide(proposal, as: "risk", "risk_reviewer").json(201)
    let approved = try await stage.view(proposal)
    expectMembers(
      approved,
      ["status", "effective_status", "blocking", "digest", "round", "seats", "can_decide"],
      optional: Set(approved.names))
    #expect(approved["status"] == "approved")
    #expect(approved["effective_status"] == "active")
    #expect(approved["digest"].text == proposal.digest)
    proposal.grant = try approved["grant"]["id"].requiredText
    let byNumber = try await pm.get("/v1/proposals/\(proposal.number)").json(200)
    #expect(byNumber["id"].text == proposal.id)
    return proposal
  }

  /// The exact bytes are kept, and their SHA-256 is the digest.
  private func checkBytes(_ proposal: Stage.Proposal, _ stage: Stage) async throws {
    let reply = try await stage.person("auditor").send(
      "GET", "/v1/proposals/\(proposal.id)/revisions/1", bytes: nil,
      fields: [("Accept", "application/vnd.countersign.revision+json")])
    #expect(reply.status == 200)
    #expect(reply.field("Content-Type") == "application/vnd.countersign.revision+json")
    #expect("sha256:" + SHA256.text(of: reply.bytes) == proposal.digest)
    #expect(try reply.json.canonicalBytes() == reply.bytes)
    // People and pools are replaced by ids before hashing.
    #expect(try reply.json["owner"].text == stage.id(of: "owner"))
    #expect(try reply.json["pools"][0].text == stage.dev.credentials.pools["demo"]?.id)
  }

  private func checkLease(_ answer: JSON, _ proposal: Stage.Proposal, term: Int64) throws {
    expectMembers(answer, ["lease", "worker", "token", "server_time"])
    let lease = answer["lease"]
    expectMembers(
      lease,
      [
        "id", "term", "rps", "interval_ns", "burst", "max_concurrency", "quota", "hosts",
        "path_prefixes", "issued_at", "expires_at", "expires_in_ms", "renew_in_ms",
        "enforcement_point", "evidence",
      ])
    expectMembers(answer["worker"], ["id", "name"])
    #expect(answer["worker"]["name"].text == proposal.name(of: "spider-1"))
    #expect(lease["term"].integer == term)
    #expect(lease["rps"].microRPS == 500_000)
    #expect(lease["interval_ns"].integer == 2_000_000_000)
    #expect(lease["hosts"] == [.string(proposal.host)])
    #expect(lease["path_prefixes"] == ["/prices/"])
    #expect(lease["enforcement_point"] == "demo")
    #expect(lease["evidence"] == "recorded")
    #expect((1...60_000).contains(lease["expires_in_ms"].integer ?? 0))
    #expect((1...30_000).contains(lease["renew_in_ms"].integer ?? 0))
  }

  /// Verified as an enforcement point would: with the published keys and nothing else.
  private func checkToken(
    _ answer: JSON, _ proposal: Stage.Proposal, _ stage: Stage
  ) async throws {
    let published = try await stage.nobody.get("/.well-known/jwks.json")
    #expect(published.field("Cache-Control") != "no-store")
    let keys = try published.json["keys"].elements.compactMap { VerifyingKey(jwk: $0) }
    let token = try answer["token"].requiredText
    let claims = try LeaseToken.verified(
      token, keys: Dictionary(uniqueKeysWithValues: keys.map { ($0.kid, $0) }))
    let lease = answer["lease"]
    #expect(claims.issuer == "http://countersign.test")
    #expect(claims.audience == "demo")
    #expect(claims.worker.text == answer["worker"]["id"].text)
    #expect(claims.lease.text == lease["id"].text)
    #expect(claims.term == 1)
    #expect(claims.proposal.text == proposal.id)
    #expect(claims.grant.text == proposal.grant)
    #expect(claims.digest.description == proposal.digest)
    #expect(claims.hosts == [proposal.host])
    #expect(claims.pathPrefixes == ["/prices/"])
    #expect(claims.methods == ["GET", "HEAD"])
    #expect(claims.rate.microRPS == 500_000)
    #expect(claims.rate.intervalNanoseconds == lease["interval_ns"].integer)
    #expect(claims.burst == lease["burst"].integer)
    #expect(claims.concurrency == lease["max_concurrency"].integer)
    #expect(claims.quota == lease["quota"].integer)
    let expires = try #require(Timestamp(try lease["expires_at"].requiredText))
    #expect(claims.expiresAt == expires.seconds)
    // Any byte changed: not genuine any more.
    let at = token.utf8.count / 2
    let changed = String(
      decoding: token.utf8.enumerated().map { $0.offset == at ? $0.element ^ 1 : $0.element },
      as: UTF8.self)
    #expect(throws: TokenError.self) {
      try LeaseToken.verified(
        changed, keys: Dictionary(uniqueKeysWithValues: keys.map { ($0.kid, $0) }))
    }
  }
}
