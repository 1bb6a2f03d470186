import CountersignTesting
import Domain
import Ledger
import Testing

@Suite("calls on proposals")
struct ProposalHandlersTests {
  @Test("the main job through the API, from YAML to a grant")
  func mainJob() async throws {
    try await ReviewScene.with { scene, _ in
      let calls = ProposalCalls(scene)
      let yaml = try scene.yaml()
      let assessed = try await calls.post(
        "/v1/assessments", yaml, as: scene.legal, type: "application/yaml")
      #expect(assessed.status == 200)
      #expect(try assessed.text("tier") == "T1")
      #expect(try assessed.text("seats", "0", "eligible", "0") == scene.legal.id.text)
      #expect(try assessed.text("caps", "0", "set_by", "max_rps") == "request")
      let made = try await calls.post(
        "/v1/proposals", yaml, as: scene.requester, type: "application/yaml")
      #expect(made.status == 201)
      #expect(try made.text("digest") == assessed.text("digest"))
      let id = try made.text("id")
      #expect(made.headers["location"] == "/v1/proposals/\(id)")
      let digest = try made.text("digest")
      let round = try await calls.post(
        "/v1/proposals/1/submissions", ["revision_digest": .string(digest)],
        as: scene.requester)
      #expect(round.status == 201)
      #expect(try round.text("status") == "in_review")
      for (person, role) in [(scene.legal, "legal_reviewer"), (scene.risk, "risk_reviewer")] {
        let decision = try await calls.post(
          "/v1/proposals/\(id)/decisions",
          ["revision_digest": .string(digest), "role": .string(role), "verdict": "approve"],
          as: person)
        #expect(decision.status == 201)
        #expect(try decision.text("auth", "level") == "token")
      }
      let view = try await calls.get("/v1/proposals/1", as: scene.owner)
      #expect(try view.text("effective_status") == "active")
      #expect(try view.text("seats", "0", "filled_by") == scene.legal.id.text)
      let grant = try view.text("grant", "id")
      let shown = try await calls.get("/v1/grants/\(grant)", as: scene.owner)
      #expect(try shown.text("budgets", "0", "max_rps") == "0.5")
      #expect(try shown.json("build_digests") == .null)
      #expect(try shown.json("blocking") == [])
      let revoked = try await calls.post(
        "/v1/grants/\(grant)/revocations", ["reason": "captcha"], as: scene.risk)
      #expect(revoked.status == 201)
      #expect(try revoked.text("status") == "revoked")
    }
  }

  @Test("the exact bytes of a revision are those that the digest covers")
  func exactBytes() async throws {
    try await ReviewScene.with { scene, _ in
      let calls = ProposalCalls(scene)
      let proposal = try await scene.proposed()
      let exact = try await calls.get(
        "/v1/proposals/1/revisions/1", as: scene.legal,
        accept: "application/vnd.countersign.revision+json")
      #expect(exact.headers["content-type"] == "application/vnd.countersign.revision+json")
      #expect(Digest.sha256(of: exact.bytes) == proposal.digest)
      let shown = try await calls.get("/v1/proposals/1/revisions/1", as: scene.legal)
      #expect(try shown.text("content", "title") == "Price reference from www.example.com")
      let list = try await calls.get("/v1/proposals/1/revisions", as: scene.legal)
      #expect(try list.text("items", "0", "digest") == proposal.digest.description)
      #expect(try await calls.get("/v1/proposals/1/revisions/2", as: scene.legal).status == 404)
      // Sent back as JSON with ids in it, the content has the same digest.
      let content = try #require(try shown.json("content"))
      let again = try await calls.post(
        "/v1/proposals", ["content": content], as: scene.requester)
      #expect(try again.text("digest") == proposal.digest.description)
    }
  }

  @Test("what is wrong with a body is told at its place in the body")
  func badBodies() async throws {
    try await ReviewScene.with { scene, _ in
      let calls = ProposalCalls(scene)
      let proposal = try await scene.submitted()
      let shown = try await calls.get("/v1/proposals/1/revisions/1", as: scene.legal)
      guard case .object(var content)? = try shown.json("content") else { return }
      content["owner"] = "nobody@test.example"
      content["extra"] = 1
      let made = try await calls.post(
        "/v1/proposals", ["content": .object(content)], as: scene.requester)
      #expect(made.status == 400)
      #expect(
        try made.problem()
          == "invalid_body /content/owner unknown_id /content/extra unknown_member")
      let digest = JSON(proposal.digest)
      let decisions: [(JSON, String)] = [
        (
          ["role": "legal_reviewer", "verdict": "approve"],
          "invalid_body /revision_digest required"
        ),
        (
          ["revision_digest": digest, "role": "legal_reviewer", "verdict": "reject"],
          "reason_required /reason required"
        ),
        (
          [
            "revision_digest": digest, "role": "legal_reviewer", "verdict": "approve",
            "conditions": ["targets": [["index": 0, "max_rps": 0]]],
          ], "invalid_body /conditions/targets/0/max_rps out_of_range"
        ),
        (
          [
            "revision_digest": digest, "role": "legal_reviewer", "verdict": "reject",
            "reason": "no", "conditions": ["targets": []],
          ], "invalid_body /conditions out_of_range"
        ),
        (
          [
            "revision_digest": digest, "role": "legal_reviewer", "verdict": "approve",
            "conditions": ["targets": [["index": 1, "max_rps": 1]]],
          ], "invalid_body /conditions/targets/0/index out_of_range"
        ),
        (
          ["revision_digest": digest, "role": "emperor", "verdict": "approve"],
          "invalid_body /role invalid_format"
        ),
      ]
      for (body, expected) in decisions {
        let reply = try await calls.post(
          "/v1/proposals/1/decisions", body, as: scene.legal)
        #expect(reply.status == 400)
        #expect(try reply.problem() == expected)
      }
      let text = try await calls.post("/v1/assessments", text: "{\"content\":", as: scene.legal)
      #expect(try text.problem() == "invalid_body /content malformed")
      let reason = try await calls.post(
        "/v1/proposals/1/withdrawals", ["reason": " "], as: scene.requester)
      #expect(try reason.problem() == "reason_required /reason required")
    }
  }

  @Test("a refusal has its code, all reasons and the current digest")
  func refusals() async throws {
    try await ReviewScene.with { scene, _ in
      let calls = ProposalCalls(scene)
      let proposal = try await scene.submitted()
      let stale = try await calls.post(
        "/v1/proposals/1/decisions",
        [
          "revision_digest": JSON(Digest.zero), "role": "legal_reviewer",
          "verdict": "approve",
        ], as: scene.legal)
      #expect(stale.status == 409)
      #expect(try stale.text("code") == "stale_digest")
      #expect(try stale.text("current_digest") == proposal.digest.description)
      let own = try await calls.post(
        "/v1/proposals/1/decisions",
        [
          "revision_digest": JSON(proposal.digest), "role": "legal_reviewer",
          "verdict": "approve",
        ], as: scene.requester)
      #expect(own.status == 403)
      #expect(try own.text("blocking", "1", "code") == "role_not_held")
      let again = try await calls.post(
        "/v1/proposals/1/submissions", ["revision_digest": JSON(proposal.digest)],
        as: scene.requester)
      #expect(try again.text("code") == "no_change")
      for target in ["/v1/proposals/2", "/v1/proposals/01", "/v1/proposals/prop_x"] {
        #expect(try await calls.get(target, as: scene.legal).status == 404)
      }
    }
  }

  @Test("lists page by cursor and refuse queries that mean nothing")
  func lists() async throws {
    try await ReviewScene.with { scene, _ in
      let calls = ProposalCalls(scene)
      for number in 1...3 {
        _ = try await scene.proposed { $0.replacing("Price", with: "Price \(number)") }
      }
      let first = try await calls.get("/v1/proposals?limit=2&status=draft", as: scene.legal)
      #expect(try first.text("items", "0", "number") == "3")
      let cursor = try first.text("next_cursor")
      let second = try await calls.get(
        "/v1/proposals?limit=2&status=draft&cursor=\(cursor)", as: scene.legal)
      #expect(try second.text("items", "0", "number") == "1")
      #expect(try second.json("next_cursor") == .null)
      for query in ["status=odd", "tier=T9", "awaiting=you", "owner=me", "site=a b", "q="] {
        let reply = try await calls.get(
          "/v1/proposals?\(query.replacing(" ", with: "%20"))", as: scene.legal)
        #expect(reply.status == 400, "\(query)")
        #expect(try reply.text("code") == "invalid_query")
      }
      let timeline = try await calls.get("/v1/proposals/1/timeline", as: scene.legal)
      #expect(try timeline.text("items", "0", "type") == "proposal.created")
      #expect(try timeline.text("items", "0", "object", "revision") == "1")
      let policies = try await calls.get("/v1/policies", as: scene.legal)
      #expect(try policies.text("items", "0", "version") == "1")
    }
  }
}
