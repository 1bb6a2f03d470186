import Domain
import Testing
import Tokens

/// What only several processes can show; everything else that races is told by `Replicas` to run
/// across two.
@Suite("two replicas", .inTurn)
struct ReplicaTests {
  /// Two processes on a database of the test's own, which the test may stop and kill.
  private func withPair(
    _ body: (_ first: RunningServe, _ second: RunningServe, Stage) async throws -> Void
  ) async throws {
    try await RunningDev.withDatabase(on: try await RunningDev.shared.value) { dev in
      try await RunningServe.with(2, on: dev.credentials.databaseURL) { pair in
        let stage = Stage(dev: dev, isBusyMachine: true) { pair.map(\.baseURL) }
        try await body(pair[0], pair[1], stage)
      }
    }
  }

  @Test("each signs with its own key; both publish both, and accept what the other signed")
  func keys() async throws {
    try await withPair { first, second, stage in
      let (here, there) = (stage.replicas[0], stage.replicas[1])
      let proposal = try await stage.approved(Content.own())
      let quarter = Rate(microRPS: 250_000)
      var tokens: [String] = []
      for (worker, replica) in [("w1", here), ("w2", there)] {
        tokens.append(
          try await replica.lease(proposal, worker: worker, wants: quarter).json(201)["token"]
            .requiredText)
      }
      #expect(Set(try tokens.map(keyID)).count == 2)
      try await bothAccept(tokens, stage)

      // The first one stops and starts: what it signed stays genuine, and its key is the same.
      #expect(try await first.stop() == 0)
      #expect(try await there.introspect(tokens[0]).json(200)["active"] == true)
      try await first.start()
      tokens.append(
        try await here.lease(proposal, worker: "w3", wants: quarter).json(201)["token"]
          .requiredText)
      #expect(try keyID(tokens[2]) == keyID(tokens[0]))
      try await bothAccept(tokens, stage)
    }
  }

  /// Every token is honoured by both, and genuine by the keys that each publishes.
  private func bothAccept(_ tokens: [String], _ stage: Stage) async throws {
    var published: [JSON] = []
    for replica in stage.replicas {
      let set = try await replica.nobody.get("/.well-known/jwks.json").json
      published.append(set)
      let keys = set["keys"].elements.compactMap { VerifyingKey(jwk: $0) }
      #expect(keys.count == set["keys"].elements.count)
      let trusted = Dictionary(uniqueKeysWithValues: keys.map { ($0.kid, $0) })
      for token in tokens {
        _ = try LeaseToken.verified(token, keys: trusted)
        #expect(try await replica.introspect(token).json(200)["active"] == true)
      }
    }
    #expect(published[0] == published[1])
  }

  private func keyID(_ token: String) throws -> String {
    try (CompactJWS(token).header["kid"] ?? .null).requiredText
  }

  @Test("one is killed while workers ask both: the other goes on, and four leases are live")
  func kill() async throws {
    try await withPair { first, _, stage in
      let there = stage.replicas[1]
      let proposal = try await stage.approved(Content.own())
      let signed = try await stage.submitted(Content.own())
      _ = try await stage.replicas[0].decide(signed, as: "legal", "legal_reviewer").json(201)
      let early = try await stage.replicas[0].lease(
        proposal, worker: "early", wants: Rate(microRPS: 250_000)
      ).json(201)
      let watch = Occupancy(try await stage.secondConnection(), grants: [proposal.grant])
      let seen = try await watch.watching {
        try await self.askBoth(stage, proposal, killing: first)
      }
      #expect(seen.violations.isEmpty)
      #expect(seen.mostMicroRPS.values.contains(1_000_000))

      // What the dead one granted goes on at the other, and so does what was signed there.
      let lease = try early["lease"]["id"].requiredText
      let token = try early["token"].requiredText
      #expect(try await there.introspect(token).json(200)["active"] == true)
      #expect(try await there.renew(lease, term: 1).json(200)["lease"]["term"] == 2)
      _ = try await there.decide(signed, as: "risk", "risk_reviewer").json(201)
      #expect(try await there.view(signed)["status"] == "approved")
      try await first.start()
      let again = try await stage.replicas[0].renew(lease, term: 1).json(200)
      #expect(again["lease"]["term"] == 2)
      #expect(try await stage.replicas[0].renew(lease, term: 2).json(200)["lease"]["term"] == 3)
    }
  }

  /// Twenty-four workers ask, half of them at the one that dies; who got no answer asks again,
  /// under the same key, at the other one.
  private func askBoth(
    _ stage: Stage, _ proposal: Stage.Proposal, killing first: RunningServe
  ) async throws {
    let there = stage.replicas[1]
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<24 {
        let ask = { @Sendable (replica: Stage) in
          try await replica.lease(
            proposal, worker: "w\(number)", wants: Rate(microRPS: 250_000),
            key: "\(proposal.id)-\(number)")
        }
        group.addTask {
          var reply: Reply?
          do {
            reply = try await ask(stage.replicas[number % 2])
            if number == 6 { try await first.kill9() }
          } catch {
            print("worker \(number) got no answer: \(error)")
          }
          if let reply { return reply.status }
          var second = try await ask(there)
          // The dead one's transaction may not have been given up yet.
          while try second.status == 409 && second.json["code"] == "idempotency_in_progress" {
            second = try await ask(there)
          }
          return second.status
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses.count { $0 == 201 } == 3, "\(statuses)")
    #expect(statuses.count { $0 == 429 } == 21, "\(statuses)")
  }

  @Test("three first starts at once on an empty database: one identity, one policy, three keys")
  func firstStarts() async throws {
    let shared = try await RunningDev.shared.value
    try await RunningDev.withEmptyDatabase(on: shared) { url in
      let migrating = try RunningServe(databaseURL: url)
      defer { migrating.workplace.remove() }
      let migrated = try await migrating.commandLine(["migrate"])
      #expect(migrated.code == 0 && migrated.output.contains("applied 2 "))
      try await RunningServe.with(3, on: url) { replicas in
        var sets: [JSON] = []
        for replica in replicas {
          let client = Client(Rotation { [replica.baseURL] }, secret: nil)
          #expect(try await client.get("/readyz").status == 200)
          sets.append(try await client.get("/.well-known/jwks.json").json)
        }
        #expect(sets[0]["keys"].elements.count == 3)
        #expect(sets.allSatisfy { $0 == sets[0] })
        let second = try await offPool { try SecondConnection(url: url) }
        let counts = try await offPool {
          try second.rows(
            """
            SELECT (SELECT count(*) FROM service), (SELECT count(*) FROM policies),
              (SELECT count(*) FROM signing_keys)
            """)
        }
        #expect(counts == [["1", "1", "3"]])
      }
    }
  }
}
