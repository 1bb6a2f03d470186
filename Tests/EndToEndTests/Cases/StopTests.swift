import Domain
import Testing

@Suite("stops", .inTurn)
struct StopTests {
  @Test(
    "a lock stops grants, renewals and introspection at once", arguments: Replicas.allCases)
  func lockStops(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.polite())
    let held = try await stage.lease(proposal, worker: "w1", key: "lock-\(proposal.id)")
    let answer = try held.json(201)
    let lease = try answer["lease"]["id"].requiredText
    let token = try answer["token"].requiredText
    #expect(try await stage.introspect(token).json(200)["active"] == true)

    let placed = try await lock(stage, proposal, as: "legal")
    for replica in stage.replicas {
      let problem = try await replica.lease(proposal, worker: "w2").problem(423, "locked")
      #expect(problem["blocking"][0]["code"] == "locked")
      try await replica.renew(lease, term: 1).problem(423, "locked")
      #expect(try await replica.introspect(token).json(200) == ["active": false])
      // A stop wins over a replay.
      try await replica.lease(proposal, worker: "w1", key: "lock-\(proposal.id)").problem(
        423, "locked")
    }
    let view = try await stage.view(proposal)
    #expect(view["status"] == "approved")
    #expect(view["effective_status"] == "locked")
    #expect(view["blocking"].elements.contains { $0["code"] == "locked" })
    let live = try await stage.person("pm").get("/v1/locks/\(placed)/propagation").json(200)
    expectMembers(live, ["live_leases", "last_expiry", "enforcement_points"])
    #expect(live["live_leases"] == 1)
    #expect(live["last_expiry"] == answer["lease"]["expires_at"])

    // Released by two, what is still live goes on.
    _ = try await release(stage, placed, as: "risk").json(202)
    for replica in stage.replicas {
      try await replica.renew(lease, term: 1).problem(423, "locked")
    }
    _ = try await release(stage, placed, as: "legal2").json(200)
    for replica in stage.replicas {
      #expect(try await replica.introspect(token).json(200)["active"] == true)
    }
    #expect(try await stage.renew(lease, term: 1).json(200)["lease"]["term"] == 2)
  }

  @Test(
    "releasing a lock takes two people, one of them with a role of the one who locked",
    arguments: Replicas.allCases)
  func releaseTakesTwo(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.polite())
    let placed = try await lock(stage, proposal, as: "legal")
    let first = try await release(stage, placed, as: "risk").json(202)
    #expect(first["status"] == "awaiting_second")
    try await release(stage, placed, as: "risk").problem(403, "same_person")
    try await release(stage, placed, as: "security").problem(403, "release_needs_role")
    let requester = try await release(stage, placed, as: "pm").json
    #expect(requester["status"] == 403, "\(requester)")
    let owner = try await release(stage, placed, as: "owner").json
    #expect(owner["status"] == 403, "\(owner)")
    try await stage.lease(proposal, worker: "w1").problem(423, "locked")
    // The one who locked may be one of the two.
    let second = try await release(stage, placed, as: "legal").json(200)
    #expect(second["status"] == "released")
    try await release(stage, placed, as: "legal2").problem(409, "lock_released")
    _ = try await stage.lease(proposal, worker: "w1").json(201)
    let list = try await stage.person("auditor").get("/v1/locks?active=true&limit=200").json(200)
    #expect(!list["items"].elements.contains { $0["id"].text == placed })
  }

  @Test(
    "a lock on the grant, the site or the worker stops the lease that it covers",
    arguments: ["grant", "site", "worker"], Replicas.allCases)
  func scopes(kind: String, on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.polite())
    let answer = try await stage.lease(proposal, worker: "w1").json(201)
    let lease = try answer["lease"]["id"].requiredText
    let worker = try answer["worker"]["id"].requiredText
    let id =
      switch kind {
      case "grant": proposal.grant
      case "worker": worker
      // A site lock covers every host under it.
      default: String(proposal.host.dropFirst("www.".count))
      }
    // Whoever locks what the proposal's owner runs: the operator is its maintainer.
    let name = kind == "grant" || kind == "worker" ? "pm" : "operator"
    _ = try await stage.person(name).post(
      "/v1/locks",
      ["scope": ["kind": .string(kind), "id": .string(id)], "reason": "it gets slower"]
    ).json(201)
    let token = try answer["token"].requiredText
    for replica in stage.replicas {
      try await replica.renew(lease, term: 1).problem(423, "locked")
      #expect(try await replica.introspect(token).json(200) == ["active": false])
    }
  }

  @Test(
    "a lock on everything or on the pool stops every lease, and nothing before it is released",
    arguments: Replicas.allCases)
  func everything(on replicas: Replicas) async throws {
    try await Stage.with(replicas) { stage in
      let pool = stage.dev.credentials.pools["demo"]?.id ?? ""
      let scopes: [JSON] = [
        ["kind": "everything"], ["kind": "pool", "id": .string(pool)],
      ]
      let proposal = try await stage.approved(Content.polite())
      let token = try await stage.lease(proposal, worker: "w1").json(201)["token"].requiredText
      for scope in scopes {
        let lock = try await stage.person("operator").post(
          "/v1/locks", ["scope": scope, "reason": "a test"]
        ).json(201)["id"].requiredText
        for replica in stage.replicas {
          try await replica.lease(proposal, worker: "w2").problem(423, "locked")
          #expect(try await replica.introspect(token).json(200) == ["active": false])
        }
        // People still propose and sign; only workers stop.
        _ = try await stage.submitted(Content.polite())
        _ = try await release(stage, lock, as: "legal").json(202)
        for replica in stage.replicas {
          try await replica.lease(proposal, worker: "w2").problem(423, "locked")
        }
        _ = try await release(stage, lock, as: "operator").json(200)
        for replica in stage.replicas {
          #expect(try await replica.introspect(token).json(200)["active"] == true)
        }
      }
    }
  }

  @Test("only operators and deciding roles lock a site or everything")
  func wideLocks() async throws {
    let stage = try await Stage.shared()
    let body: JSON = ["scope": ["kind": "everything"], "reason": "panic"]
    let refused = try await stage.person("pm").post("/v1/locks", body).json
    #expect(refused["status"] == 403)
    try await stage.pool.post("/v1/locks", body).problem(403, "non_human")
  }

  @Test(
    "one reviewer revokes a grant in one call", arguments: Replicas.allCases)
  func revocation(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.polite())
    let answer = try await stage.lease(proposal, worker: "w1").json(201)
    let lease = try answer["lease"]["id"].requiredText
    let path = "/v1/grants/\(proposal.grant)/revocations"
    let pool = try await stage.pool.post(path, ["reason": "no"]).json
    #expect(pool["status"] == 403)
    let revoked = try await stage.person("risk2").post(path, ["reason": "They complained."])
    #expect((200...201).contains(revoked.status), "\(revoked.text)")
    let token = try answer["token"].requiredText
    for replica in stage.replicas {
      try await replica.renew(lease, term: 1).problem(409, "grant_revoked")
      try await replica.lease(proposal, worker: "w2").problem(409, "grant_revoked")
      #expect(try await replica.introspect(token).json(200) == ["active": false])
    }
    let view = try await stage.view(proposal)
    #expect(view["status"] == "approved")
    #expect(view["effective_status"] == "revoked")
    try await stage.person("legal").post(path, ["reason": "again"]).problem(
      409, "grant_revoked")
  }

  private func lock(
    _ stage: Stage, _ proposal: Stage.Proposal, as name: String
  ) async throws -> String {
    let placed = try await stage.person(name).post(
      "/v1/locks",
      [
        "scope": ["kind": "proposal", "id": .string(proposal.id)],
        "reason": "Their site got slow.",
      ]
    ).json(201)
    #expect(placed["status"] == "active")
    #expect(placed["scope"] == ["kind": "proposal", "id": .string(proposal.id)])
    return try placed["id"].requiredText
  }

  private func release(_ stage: Stage, _ lock: String, as name: String) async throws -> Reply {
    try await stage.person(name).post(
      "/v1/locks/\(lock)/releases", ["reason": "It is over."])
  }
}
