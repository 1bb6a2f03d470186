import Domain
import Testing

@Suite("signatures at the same instant", .inTurn)
struct SignatureRaceTests {
  private static let approvals: [(name: String, role: String)] = [
    ("legal", "legal_reviewer"), ("legal2", "legal_reviewer"), ("both", "legal_reviewer"),
    ("risk", "risk_reviewer"), ("risk2", "risk_reviewer"), ("both", "risk_reviewer"),
  ]
  private static let roundCount = 5
  private static let duelCount = 100
  private static let duelsAtOnce = 4

  @Test(
    "of twelve approvals fired at once exactly two count, by two people, and make one grant",
    arguments: Replicas.allCases)
  func twelveApprovals(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let second = try await stage.secondConnection()
    for _ in 0..<SignatureRaceTests.roundCount {
      let proposal = try await stage.submitted(Content.polite())
      let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
        // Each of the six twice: with two processes, once at each.
        for replica in [stage.replicas[0], stage.replicas[stage.replicas.count - 1]] {
          for (name, role) in SignatureRaceTests.approvals {
            group.addTask { try await replica.decide(proposal, as: name, role) }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(replies.count == 12)
      #expect(replies.count { $0.status == 201 } == 2, "\(replies.map(\.status))")
      for reply in replies where reply.status != 201 {
        #expect(reply.status == 409, "\(reply.text)")
        let blocking = try reply.json["blocking"].elements.compactMap { $0["code"].text }
        #expect(!blocking.isEmpty)
      }
      let view = try await stage.view(proposal)
      #expect(view["status"] == "approved")
      let signers = view["seats"].elements.compactMap { $0["filled_by"].text }
      #expect(signers.count == 2 && Set(signers).count == 2)
      let decisions = try await stage.person("auditor").get(
        "/v1/proposals/\(proposal.id)/decisions"
      ).json(200)
      #expect(decisions["items"].elements.count == 2)
      let grants = try await offPool {
        try second.rows("SELECT id FROM grants WHERE proposal = '\(proposal.id)'")
      }
      #expect(grants == [[view["grant"]["id"].text ?? ""]])
    }
  }

  @Test(
    "of twelve people who approve at once two make the grant, one of each role",
    arguments: Replicas.allCases)
  func twelveSigners(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    var signers: [(person: Stage.Newcomer, role: String)] = []
    for number in 0..<12 {
      let role = number < 6 ? "legal_reviewer" : "risk_reviewer"
      signers.append((try await stage.newcomer("Signer \(number)", roles: [role]), role))
    }
    for _ in 0..<3 {
      let proposal = try await stage.submitted(Content.polite())
      let all = signers
      let accepted = try await withThrowingTaskGroup(of: String?.self) { group in
        for (person, role) in all {
          group.addTask {
            let reply = try await stage.decide(proposal, by: stage.holding(person.secret), role)
            guard reply.status != 201 else { return person.id }
            #expect(reply.status == 409, "\(reply.text)")
            return nil
          }
        }
        return try await group.reduce(into: [String]()) { found, id in
          if let id { found.append(id) }
        }
      }
      let view = try await stage.view(proposal)
      #expect(view["status"] == "approved")
      let seats = view["seats"].elements
      #expect(Set(seats.compactMap { $0["filled_by"].text }) == Set(accepted))
      #expect(accepted.count == 2)
      for seat in seats {
        let signer = all.first { $0.person.id == seat["filled_by"].text }
        #expect(signer?.role == seat["role"].text)
      }
    }
  }

  @Test(
    "approve against reject, a hundred times: a grant never stands beside a rejection",
    arguments: Replicas.allCases)
  func approveAgainstReject(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let second = try await stage.secondConnection()
    let outcomes = try await withThrowingTaskGroup(of: [String].self) { group in
      for lane in 0..<SignatureRaceTests.duelsAtOnce {
        group.addTask {
          var outcomes: [String] = []
          for duel in stride(
            from: lane, to: SignatureRaceTests.duelCount, by: SignatureRaceTests.duelsAtOnce)
          {
            outcomes.append(try await self.fight(stage, second, duel))
          }
          return outcomes
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(outcomes.count == SignatureRaceTests.duelCount)
    print("approved \(outcomes.count { $0 == "approved" }), rejected the rest")
  }

  /// One approval short of a grant, both verdicts at once; how it ended.
  private func fight(
    _ stage: Stage, _ second: SecondConnection, _ number: Int
  ) async throws -> String {
    let proposal = try await stage.submitted(Content.polite())
    _ = try await stage.decide(proposal, as: "legal", "legal_reviewer").json(201)
    async let rejection = stage.decide(proposal, as: "risk2", "risk_reviewer", "reject")
    async let approval = stage.decide(proposal, as: "risk", "risk_reviewer")
    let replies = [try await approval, try await rejection]
    #expect(replies.map(\.status).sorted() == [201, 409], "duel \(number)")
    let late = try #require(replies.first { $0.status == 409 })
    try late.problem(409, "round_closed")
    let status = try await stage.view(proposal)["status"].requiredText
    let expected = replies[0].status == 201 ? "approved" : "rejected"
    #expect(status == expected, "duel \(number)")
    let counts = try await offPool {
      try second.rows(
        """
        SELECT (SELECT count(*) FROM grants WHERE proposal = '\(proposal.id)'),
          (SELECT count(*) FROM decisions d JOIN rounds r ON r.id = d.round
           WHERE r.proposal = '\(proposal.id)' AND d.verdict = 'reject')
        """)
    }
    #expect(counts == [status == "approved" ? ["1", "0"] : ["0", "1"]], "duel \(number)")
    return status
  }

  @Test("a decision without, or with a stale digest, by the requester, or in a foreign role fails")
  func refusedDecisions() async throws {
    let stage = try await Stage.shared()
    let proposal = try await stage.submitted(Content.polite())
    let path = "/v1/proposals/\(proposal.id)/decisions"
    let missing = try await stage.person("legal").post(
      path, ["role": "legal_reviewer", "verdict": "approve"]
    ).problem(400, "invalid_body")
    #expect(missing["errors"][0]["pointer"] == "/revision_digest")
    #expect(missing["errors"][0]["code"] == "required")
    var stale = proposal
    stale = Stage.Proposal(
      id: stale.id, number: stale.number, digest: "sha256:" + String(repeating: "0", count: 64),
      host: stale.host)
    let answer = try await stage.decide(stale, as: "legal", "legal_reviewer").problem(
      409, "stale_digest")
    #expect(answer["current_digest"].text == proposal.digest)
    try await stage.decide(proposal, as: "pm", "legal_reviewer").problem(403, "self_decision")
    try await stage.decide(proposal, as: "owner", "business_owner").problem(
      403, "party_decision")
    try await stage.decide(proposal, as: "risk", "legal_reviewer").problem(403, "role_not_held")
    try await stage.decide(proposal, as: "security", "security_reviewer").problem(
      409, "no_such_seat")
    let body: JSON = [
      "revision_digest": .string(proposal.digest), "role": "legal_reviewer",
      "verdict": "reject",
    ]
    try await stage.person("legal").post(path, body).problem(400, "reason_required")
    try await stage.pool.post(path, body.with("reason", "no")).problem(403, "non_human")
    let conditions = try await stage.person("legal").post(
      path,
      body.with("verdict", "approve")
        .with("conditions", ["targets": [["index": 7, "burst": 1]], "note": "slower"])
    ).problem(400, "invalid_body")
    #expect(conditions["errors"][0]["pointer"] == "/conditions/targets/0/index")
    let view = try await stage.view(proposal)
    #expect(view["status"] == "in_review")
    #expect(view["seats"].elements.allSatisfy { $0["filled_by"] == .null })
  }
}
