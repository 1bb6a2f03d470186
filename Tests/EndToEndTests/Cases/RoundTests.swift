import Domain
import Testing

@Suite("rounds", .inTurn)
struct RoundTests {
  private static let duelCount = 30

  @Test(
    "the same draft submitted eight times at once opens one round", arguments: Replicas.allCases)
  func submissionsAtOnce(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.drafted(Content.polite())
    let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
      for _ in 0..<8 { group.addTask { try await submit(proposal, stage) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(replies.count { $0.status == 201 } == 1)
    for reply in replies where reply.status != 201 { try reply.problem(409, "no_change") }
  }

  @Test(
    "the last approval against a withdrawal, thirty times: one of them wins, wholly",
    arguments: Replicas.allCases)
  func approvalAgainstWithdrawal(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let second = try await stage.secondConnection()
    for duel in 0..<RoundTests.duelCount {
      let proposal = try await stage.submitted(Content.polite())
      _ = try await stage.decide(proposal, as: "legal", "legal_reviewer").json(201)
      async let approval = stage.decide(proposal, as: "risk", "risk_reviewer")
      async let withdrawal = stage.person("owner").post(
        "/v1/proposals/\(proposal.id)/withdrawals", ["reason": "Not needed any more."])
      let (approved, withdrawn) = (try await approval, try await withdrawal)
      #expect([approved, withdrawn].count { $0.status < 300 } == 1, "duel \(duel)")
      #expect([approved, withdrawn].count { $0.status == 409 } == 1, "duel \(duel)")
      let status = try await stage.view(proposal)["status"].text
      #expect(status == (approved.status == 201 ? "approved" : "withdrawn"), "duel \(duel)")
      let grants = try await offPool {
        try second.rows("SELECT count(*) FROM grants WHERE proposal = '\(proposal.id)'")
      }
      #expect(grants == [[approved.status == 201 ? "1" : "0"]], "duel \(duel)")
    }
  }

  @Test(
    "the last approval against a new text: the grant is of what was signed, or there is none",
    arguments: Replicas.allCases)
  func approvalAgainstNewText(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let second = try await stage.secondConnection()
    for duel in 0..<10 {
      let content = Content.polite()
      let proposal = try await stage.submitted(content)
      _ = try await stage.decide(proposal, as: "legal", "legal_reviewer").json(201)
      let added = try await stage.person("pm").post(
        "/v1/proposals/\(proposal.id)/revisions",
        ["content": content.replacing(["targets", "0", "max_rps"], with: 0.25)]
      ).json(201)
      let next = Stage.Proposal(
        id: proposal.id, number: proposal.number, digest: try added["digest"].requiredText,
        host: proposal.host)
      async let approval = stage.decide(proposal, as: "risk", "risk_reviewer")
      async let submission = submit(next, stage)
      let (approved, submitted) = (try await approval, try await submission)
      if approved.status != 201 { try approved.problem(409, "stale_digest") }
      _ = try submitted.json(201)
      let grants = try await offPool {
        try second.rows(
          """
          SELECT 'sha256:' || encode(digest, 'hex') FROM grants
          WHERE proposal = '\(proposal.id)'
          """)
      }
      #expect(grants == (approved.status == 201 ? [[proposal.digest]] : []), "duel \(duel)")
      // Either way the new text is under review; what was granted stands meanwhile.
      let view = try await stage.view(next)
      #expect(view["status"] == "in_review", "duel \(duel)")
      #expect((view["grant"]["id"] != .null) == (approved.status == 201), "duel \(duel)")
      #expect(view["seats"].elements.allSatisfy { $0["filled_by"] == .null }, "duel \(duel)")
    }
  }

  @Test(
    "a decision whose answer was lost is there; under its key the repeat is a replay",
    arguments: Replicas.allCases)
  func lostAnswer(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let proposal = try await stage.submitted(Content.polite())
    let legal = stage.person("legal")
    let path = "/v1/proposals/\(proposal.id)/decisions"
    let body: JSON = [
      "revision_digest": .string(proposal.digest), "role": "legal_reviewer",
      "verdict": "approve",
    ]
    let key = "decision-\(proposal.id)"
    // What follows is the other one's turn.
    try await legal.abandon(path, body, key: key)
    var reply = try await legal.post(path, body, key: key)
    while try reply.status == 409 && reply.json["code"] == "idempotency_in_progress" {
      reply = try await legal.post(path, body, key: key)
    }
    let decision = try reply.json(201)
    let list = try await legal.get(path).json(200)
    #expect(list["items"].elements.map { $0["id"] } == [decision["id"]])
    try await stage.decide(proposal, as: "legal", "legal_reviewer").problem(
      409, "already_decided")
  }

  @Test(
    "a new revision supersedes the round; whoever wrote it never decides; nothing is laundered",
    arguments: Replicas.allCases)
  func revisions(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let content = Content.polite()
    let first = try await stage.submitted(content)
    _ = try await stage.decide(first, as: "risk", "risk_reviewer").json(201)
    let slower = content.replacing(["targets", "0", "max_rps"], with: 0.25)
    let path = "/v1/proposals/\(first.id)"
    let added = try await stage.person("legal2").post(
      path + "/revisions", ["content": slower]
    ).json(201)
    let second = Stage.Proposal(
      id: first.id, number: first.number, digest: try added["digest"].requiredText,
      host: first.host)
    let draft = try await stage.view(first)
    #expect(draft["digest"].text == first.digest)
    #expect(draft["draft_revision"] == ["n": 2, "digest": .string(second.digest)])
    let diff = try await stage.person("risk").get(
      path + "/revisions/2/diff?against=1"
    ).json(200)
    #expect("\(diff)".contains("/targets/0/max_rps"))

    _ = try await submit(second, stage).json(201)
    let stale = try await stage.decide(first, as: "legal", "legal_reviewer").problem(
      409, "stale_digest")
    #expect(stale["current_digest"].text == second.digest)
    try await stage.decide(second, as: "legal2", "legal_reviewer").problem(
      403, "editor_decision")
    // The approval of the first round does not count here.
    #expect(try await stage.view(first)["seats"].elements.allSatisfy { $0["filled_by"] == .null })
    _ = try await stage.decide(second, as: "legal", "legal_reviewer", "reject").json(201)
    #expect(try await stage.view(first)["status"] == "rejected")
    try await submit(second, stage).problem(409, "digest_rejected")

    // Back to the text of the first revision: a new round, in which nobody has signed.
    let back = try await stage.person("pm").post(
      path + "/revisions", ["content": content]
    ).json(201)
    #expect(back["digest"].text == first.digest)
    _ = try await submit(first, stage).json(201)
    try await stage.decide(first, as: "legal2", "legal_reviewer").problem(
      403, "editor_decision")
    _ = try await stage.decide(first, as: "legal", "legal_reviewer").json(201)
    #expect(try await stage.view(first)["status"] == "in_review")
    _ = try await stage.decide(first, as: "risk2", "risk_reviewer").json(201)
    #expect(try await stage.view(first)["status"] == "approved")
  }

  @Test(
    "changes requested: the same text is no answer, a new revision is", arguments: Replicas.allCases
  )
  func changesRequested(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let content = Content.polite()
    let proposal = try await stage.submitted(content)
    _ = try await stage.decide(
      proposal, as: "both", "risk_reviewer", "request_changes"
    ).json(201)
    #expect(try await stage.view(proposal)["status"] == "changes_requested")
    try await stage.decide(proposal, as: "legal", "legal_reviewer").problem(409, "round_closed")
    try await submit(proposal, stage).problem(409, "no_change")
    let added = try await stage.person("pm").post(
      "/v1/proposals/\(proposal.id)/revisions",
      ["content": content.replacing(["purpose"], with: "Compare prices, once a week.")]
    ).json(201)
    let next = Stage.Proposal(
      id: proposal.id, number: proposal.number, digest: try added["digest"].requiredText,
      host: proposal.host)
    _ = try await submit(next, stage).json(201)
    _ = try await stage.decide(next, as: "both", "legal_reviewer").json(201)
    try await stage.decide(next, as: "both", "risk_reviewer").problem(409, "already_decided")
    _ = try await stage.decide(next, as: "risk", "risk_reviewer").json(201)
    #expect(try await stage.view(next)["status"] == "approved")
  }

  @Test("what cannot be submitted is told with every reason at once")
  func notSubmittable() async throws {
    let stage = try await Stage.shared()
    let copied = Content.polite()
      .replacing(["answers", "alternatives"], with: "exists_not_examined")
      .replacing(["answers", "code_provenance"], with: "inherited_unknown")
      .replacing(["targets", "0", "answers", "circumvents_measures"], with: true)
    let proposal = try await stage.drafted(copied)
    let problem = try await submit(proposal, stage).problem(422, "not_submittable")
    let codes = problem["blocking"].elements.compactMap { $0["code"].text }
    #expect(codes.contains("tier_prohibited"))
    #expect(codes.count { $0 == "block_submit" } == 2, "\(codes)")
    #expect(try await stage.view(proposal)["status"] == "draft")
    let dry = try await stage.person("pm").post(
      "/v1/assessments", ["content": copied]
    ).json(200)
    expectMembers(
      dry,
      [
        "tier", "digest", "rules", "required_roles", "seats", "caps", "blocks", "unverified",
        "longest_validity_days",
      ], optional: ["assessed_on", "requires", "policy", "sources"])
    #expect(dry["tier"] == "X")
    #expect(dry["digest"].text == proposal.digest)
  }

  private func submit(_ proposal: Stage.Proposal, _ stage: Stage) async throws -> Reply {
    try await stage.person("pm").post(
      "/v1/proposals/\(proposal.id)/submissions",
      ["revision_digest": .string(proposal.digest)])
  }
}
