import CountersignTesting
import Domain
import Testing

@Suite("the budget under load", .inTurn)
struct BudgetTests {
  private static let quarter = Rate(microRPS: 250_000)

  @Test(
    "of 24 workers at once four get a quarter each, and twenty are told when to come back",
    arguments: Replicas.allCases)
  func twentyFourWorkers(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.own())
    let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
      for number in 1...24 {
        group.addTask {
          try await stage.lease(proposal, worker: "w\(number)", wants: BudgetTests.quarter)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let granted = try replies.filter { $0.status == 201 }.map { try $0.json["lease"] }
    #expect(granted.count == 4, "\(replies.map(\.status))")
    #expect(granted.compactMap { $0["rps"].microRPS }.reduce(0, +) == 1_000_000)
    #expect(granted.allSatisfy { $0["rps"].microRPS == 250_000 })
    #expect(granted.compactMap { $0["burst"].integer }.reduce(0, +) <= 4)
    #expect(granted.compactMap { $0["max_concurrency"].integer }.reduce(0, +) <= 4)
    let refused = replies.filter { $0.status != 201 }
    #expect(refused.count == 20)
    for reply in refused {
      let problem = try reply.problem(429, "no_capacity")
      let wait = try #require(reply.field("Retry-After").flatMap { Int($0) })
      #expect((1...64).contains(wait))
      #expect(problem["blocking"][0]["code"] == "no_capacity")
      #expect(problem["blocking"][0]["until"].text.flatMap { Timestamp($0) } != nil)
    }
  }

  @Test(
    "what a larger term took up stays taken, although a smaller one was given back",
    arguments: Replicas.allCases)
  func previousTermStays(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.own())
    let first = try await stage.lease(proposal, worker: "w1").json(201)["lease"]
    #expect(first["rps"].microRPS == 1_000_000)
    let lease = try first["id"].requiredText
    // Somebody waits, so that the next term leaves burst and concurrency for two.
    try await stage.lease(proposal, worker: "w2").problem(429, "no_capacity")
    let second = try await stage.renew(lease, term: 1, wants: BudgetTests.quarter).json(200)
    #expect(second["lease"]["rps"].microRPS == 250_000)
    #expect((second["lease"]["burst"].integer ?? 4) < 4)
    // Only the worker says that it stopped: the first token, 1 rps, is good at the gateway
    // until it runs out.
    _ = try await stage.giveBack(lease, term: 2, by: stage.pool).json(200)
    try await stage.lease(proposal, worker: "w2").problem(429, "no_capacity")
  }

  @Test(
    "what the gateway gives back is free at once", arguments: Replicas.allCases)
  func gatewayReturnFrees(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.own())
    let first = try await stage.lease(proposal, worker: "w1").json(201)["lease"]
    try await stage.lease(proposal, worker: "w2").problem(429, "no_capacity")
    _ = try await stage.giveBack(
      try first["id"].requiredText, term: 1, by: stage.gateway
    ).json(200)
    let next = try await stage.lease(proposal, worker: "w2").json(201)["lease"]
    #expect(next["rps"].microRPS == 1_000_000)
  }

  @Test(
    "one term renewed eight times at once has one next term; under a key the answers are one",
    arguments: Replicas.allCases)
  func renewalsAtOnce(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.own())
    let lease = try await stage.lease(proposal, worker: "w1").json(201)["lease"]["id"].requiredText
    for key in [nil, "renew-\(lease)"] {
      let term: Int64 = key == nil ? 1 : 2
      let body: JSON = ["term": JSON(term), "usage": Content.usage()]
      let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
        for _ in 0..<8 {
          group.addTask {
            try await stage.pool.post("/v1/leases/\(lease)/renewals", body, key: key)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      var ends: Set<String> = []
      for reply in replies {
        if key != nil, reply.status == 409 {
          try reply.problem(409, "idempotency_in_progress")
          continue
        }
        let renewed = try reply.json(200)["lease"]
        #expect(renewed["term"].integer == term + 1)
        ends.insert(try renewed["expires_at"].requiredText)
      }
      #expect(ends.count == 1)
    }
  }

  @Test(
    "a renewal and a return whose answers are lost are the same when they are asked for again",
    arguments: Replicas.allCases)
  func lostAnswers(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.own())
    let lease = try await stage.lease(proposal, worker: "w1").json(201)["lease"]["id"].requiredText
    let pool = stage.pool
    for (path, term) in [("renewals", Int64(1)), ("returns", 2)] {
      let whole = "/v1/leases/\(lease)/\(path)"
      let body: JSON = ["term": JSON(term), "usage": Content.usage()]
      // The next call is the other one's turn.
      try await pool.abandon(whole, body, key: nil)
      let first = try await pool.post(whole, body).json(200)
      for replica in stage.replicas {
        let again = try await replica.pool.post(whole, body).json(200)
        #expect(again["lease"]["term"] == first["lease"]["term"])
        #expect(again["lease"]["expires_at"] == first["lease"]["expires_at"])
        #expect(again["frees_at"] == first["frees_at"])
      }
    }
    let stored = try await stage.secondConnection()
    let terms = try await offPool {
      try stored.rows("SELECT count(*) FROM lease_terms WHERE lease = '\(lease)'")
    }
    #expect(terms == [["2"]])
  }

  @Test(
    "one live lease per target and worker name; hosts outside the grant are refused",
    arguments: Replicas.allCases)
  func refusedLeases(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.approved(Content.own())
    let held = try await stage.lease(
      proposal, worker: "w1", wants: BudgetTests.quarter
    ).json(201)["lease"]
    let again = try await stage.lease(proposal, worker: "w1", wants: BudgetTests.quarter)
    let problem = try again.problem(409, "lease_exists")
    #expect(problem["blocking"][0]["until"] == held["expires_at"])
    #expect(again.field("Retry-After") != nil)
    let elsewhere: JSON = [
      "proposal": .string(proposal.id), "worker": "w2", "hosts": ["www.elsewhere.example"],
    ]
    try await stage.pool.post("/v1/leases", elsewhere).problem(403, "host_not_granted")
    let draft = try await stage.drafted(Content.own())
    try await stage.lease(draft, worker: "w1").problem(409, "no_grant")
    try await stage.pool.post(
      "/v1/leases", elsewhere.with("proposal", "prop_01arz3ndektsv4rrffq69g5fav")
    ).problem(404, "not_found")
  }

  @Test("what a smaller site keeps a budget from is left to the others of the outer site")
  func siteWithinSite() async throws {
    let stage = try await Stage.shared()
    let domain = String(Content.newHost().dropFirst("www.".count))
    for (host, rate) in [(domain, 4), ("inner.\(domain)", 1)] as [(String, Int)] {
      let ceiling: JSON = [
        "max_rps": JSON(rate), "burst": 16, "max_concurrency": 16, "daily_requests": 1_000_000,
        "windows": [],
      ]
      let site: JSON = [
        "operator_kind": "own", "ceiling": ceiling, "time_zone": .string(Content.quietZone),
      ]
      _ = try await stage.person("admin").send("PUT", "/v1/sites/\(host)", json: site).json(201)
    }
    // Each was granted 4 rps: half of the outer site each, if the inner one did not bear but one.
    let four = Rate(microRPS: 4_000_000)
    let inner = try await stage.approved(Content.own(host: "a.inner.\(domain)", rate: four))
    let outer = try await stage.approved(Content.own(host: "b.\(domain)", rate: four))
    let held = try await stage.lease(inner, worker: "w").json(201)["lease"]
    #expect(held["rps"].microRPS == 1_000_000)
    let rest = try await stage.lease(outer, worker: "w").json(201)["lease"]
    #expect(rest["rps"].microRPS == 3_000_000)
  }

  @Test(
    "sums hold at every instant of a run with renewals, returns, lost replies and locks",
    arguments: Replicas.allCases)
  func sumsHold(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let seed = UInt64.random(in: .min ... .max)
    print("seed of the run of leases: \(seed)")
    let domain = String(Content.newHost().dropFirst("www.".count))
    let ceiling: JSON = [
      "max_rps": 1.5, "burst": 6, "max_concurrency": 6, "daily_requests": 400, "windows": [],
    ]
    let site: JSON = [
      "operator_kind": "own", "ceiling": ceiling, "time_zone": .string(Content.quietZone),
    ]
    _ = try await stage.person("admin").send("PUT", "/v1/sites/\(domain)", json: site).json(201)
    // Two budgets of 1 rps each under one site of 1.5 rps.
    let proposals = [
      try await stage.approved(Content.own(host: "a.\(domain)")),
      try await stage.approved(Content.own(host: "b.\(domain)")),
    ]
    let watch = Occupancy(
      try await stage.secondConnection(), grants: proposals.map(\.grant))
    let seen = try await watch.watching {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<8 {
          var history = LeaseHistory(
            stage: stage, proposal: proposals[number % 2], number: number,
            random: SeededRandom(seed: seed &+ UInt64(number)))
          group.addTask { try await history.run(steps: 30) }
        }
        group.addTask { try await LeaseHistory.lockAndRelease(stage, proposals[0], times: 3) }
        try await group.waitForAll()
      }
    }
    #expect(seen.violations.isEmpty, "seed \(seed)")
    #expect(seen.looks > 20)
    print("looked \(seen.looks) times, at most \(seen.mostMicroRPS.values.sorted())")
  }
}

extension JSON: ExpressibleByFloatLiteral {
  /// For rates such as 0.5 in bodies of tests.
  public init(floatLiteral value: Double) {
    self = .number(JSONNumber(trustedLiteral: "\(value)"))
  }
}
