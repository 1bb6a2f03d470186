import CountersignTesting
import Domain
import Ledger
import Testing

@Suite("calls on policies, and the papers of a proposal")
struct PolicyHandlersTests {
  @Test("propose, read back exactly, compare, activate by two")
  func life() async throws {
    try await ReviewScene.with { scene, _ in
      let calls = ProposalCalls(scene)
      let second = try await scene.secondAdministrator()
      let changed = try ReviewScene.policy(changing: [("max_rps: 2\n", "max_rps: 1\n")])
      let made = try await calls.post(
        "/v1/policies", ["policy": changed.json], as: scene.administrator)
      #expect(made.status == 201)
      #expect(try made.text("version") == "2")
      #expect(try made.text("status") == "proposed")
      #expect(made.headers["location"] == "/v1/policies/2")
      let exact = try await calls.get(
        "/v1/policies/2", as: scene.legal, accept: "application/vnd.countersign.policy+json")
      #expect(Digest.sha256(of: exact.bytes).description == (try made.text("digest")))
      let shown = try await calls.get("/v1/policies/2", as: scene.legal)
      #expect(try shown.text("policy", "tiers", "1", "max_rps") == "1")
      let diff = try await calls.get("/v1/policies/2/diff", as: scene.legal)
      #expect(try diff.text("effect") == "tightens")
      #expect(try diff.text("entries", "0", "id") == "T1")
      let path = "/v1/policies/2/activations"
      let first = try await calls.post(path, text: "", as: scene.administrator)
      #expect(first.status == 202)
      #expect(try first.text("status") == "awaiting_second")
      let again = try await calls.post(path, [:], as: scene.administrator)
      #expect(again.status == 403)
      #expect(try again.text("code") == "same_person")
      let wrong = try await calls.post(
        path, ["digest": .string("sha256:" + String(repeating: "0", count: 64))], as: second)
      #expect(wrong.status == 409)
      #expect(try wrong.text("code") == "stale_digest")
      let done = try await calls.post(
        path, ["digest": .string(try made.text("digest"))], as: second)
      #expect(done.status == 200)
      #expect(try done.text("status") == "active")
      let late = try await calls.post(path, [:], as: second)
      #expect(late.status == 409)
      #expect(try late.text("code") == "policy_superseded")
      let list = try await calls.get("/v1/policies", as: scene.legal)
      #expect(try list.text("items", "0", "status") == "active")
      #expect(try list.text("items", "1", "status") == "superseded")
      #expect(try await calls.get("/v1/policies/7", as: scene.legal).status == 404)
      #expect(try await calls.get("/v1/policies/x", as: scene.legal).status == 404)
    }
  }

  @Test("every mistake of a policy is told at its place in the body")
  func mistakes() async throws {
    try await ReviewScene.with { scene, _ in
      let calls = ProposalCalls(scene)
      let empty = try await calls.post("/v1/policies", ["policy": [:]], as: scene.administrator)
      #expect(empty.status == 400)
      #expect(try empty.problem().contains("/policy/rules") == false)
      #expect(try empty.problem().contains("/policy/tiers required"))
      guard case .object(var policy) = ReviewScene.policy.json,
        case .array(var rules)? = policy["rules"], case .object(var rule) = rules[0]
      else { return }
      rule["basis"] = ["CN-NONE"]
      rule["colour"] = "red"
      rules[0] = .object(rule)
      policy["rules"] = .array(rules)
      let wrong = try await calls.post(
        "/v1/policies", ["policy": .object(policy)], as: scene.administrator)
      #expect(
        try wrong.problem()
          == "invalid_body /policy/rules/0/basis/0 invalid_format /policy/rules/0/colour "
          + "unknown_member")
      let nobody = try await calls.post(
        "/v1/policies", ["policy": ReviewScene.policy.json], as: scene.legal)
      #expect(nobody.status == 403)
      #expect(try nobody.text("code") == "role_missing")
    }
  }

  @Test("a proposal is evaluated by any policy, with the sources that its rules cite")
  func evaluate() async throws {
    try await ReviewScene.with { scene, _ in
      let calls = ProposalCalls(scene)
      _ = try await scene.proposed()
      let now = try await calls.post("/v1/assessments", ["proposal": "1"], as: scene.legal)
      #expect(now.status == 200)
      #expect(try now.text("tier") == "T1")
      #expect(try now.text("policy") == "1")
      #expect(try now.text("sources", "0", "id") == "CN-NDSR-18")
      #expect(try now.text("sources", "0", "article_zh") == "第十八条")
      #expect(try now.text("rules", "0", "text_zh") == "目标属于第三方")
      let stricter = try ReviewScene.policy(changing: [("max_rps: 2\n", "max_rps: 0.1\n")])
      let tried = try await calls.post(
        "/v1/assessments", ["proposal": "1", "policy": stricter.json], as: scene.legal)
      #expect(try tried.text("caps", "0", "max_rps") == "0.1")
      #expect(try tried.json("policy") == .null)
      let missing = try await calls.post(
        "/v1/assessments", ["proposal": "1", "policy_version": 4], as: scene.legal)
      #expect(missing.status == 404)
    }
  }

  @Test("the impact assessment: forms, languages, the same bytes for everybody")
  func impact() async throws {
    try await ReviewScene.with { scene, _ in
      let calls = ProposalCalls(scene)
      _ = try await scene.submitted {
        $0.replacing("title: Price", with: "title: <script>alert(1)</script> Price")
      }
      let path = "/v1/proposals/1/impact-assessment"
      let html = try await calls.get(path, as: scene.legal, accept: "text/html")
      #expect(html.status == 200)
      #expect(html.headers["content-type"] == "text/html; charset=utf-8")
      #expect(html.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
      #expect(html.headers["content-language"] == "en")
      let text = String(decoding: html.bytes, as: UTF8.self)
      #expect(text.contains("&lt;script&gt;") && !text.contains("<script"))
      #expect(text.contains("0.5 %"))
      #expect(try await calls.get(path, as: scene.risk).bytes == html.bytes)
      let chinese = try await calls.get(path + "?lang=zh", as: scene.risk, accept: "text/markdown")
      #expect(chinese.headers["content-type"] == "text/markdown; charset=utf-8")
      #expect(chinese.headers["content-language"] == "zh-CN")
      #expect(String(decoding: chinese.bytes, as: UTF8.self).contains("《网络数据安全管理条例》"))
      let facts = try await calls.get(path, as: scene.risk, accept: "application/json")
      #expect(try facts.text("schema") == "countersign.impact-assessment/v1")
      let digest = Digest.sha256(of: facts.bytes).description
      #expect(text.contains(digest))
      #expect(try await calls.get(path + "?revision=9", as: scene.risk).status == 404)
      #expect(try await calls.get(path + "?lang=fr", as: scene.risk).status == 400)
      #expect(
        try await calls.get("/v1/proposals/9/impact-assessment", as: scene.risk).status == 404)
    }
  }

  @Test("the timeline tells of proposal, grant and stops, with names, page by page")
  func timeline() async throws {
    try await ReviewScene.with { scene, _ in
      let calls = ProposalCalls(scene)
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      for scope: JSON in [["kind": "everything"], ["kind": "site", "id": "www.example.com"]] {
        let lock = try await calls.post(
          "/v1/locks", ["scope": scope, "reason": "captcha"], as: scene.maintainer)
        #expect(lock.status == 201)
      }
      let other = try await calls.post(
        "/v1/locks", ["scope": ["kind": "site", "id": "www.other.example"], "reason": "no"],
        as: scene.maintainer)
      #expect(other.status == 201)
      var types: [String] = []
      var names: Set<String> = []
      var path = "/v1/proposals/1/timeline?limit=2"
      for _ in 0..<20 {
        let page = try await calls.get(path, as: scene.owner)
        #expect(page.status == 200)
        guard case .array(let items)? = try page.json("items") else { break }
        for case .object(let item) in items {
          if case .string(let type)? = item["type"] { types.append(type) }
          if case .string(let name)? = item["actor_name"] { names.insert(name) }
        }
        guard case .string(let cursor)? = try page.json("next_cursor") else { break }
        path = "/v1/proposals/1/timeline?limit=2&cursor=\(cursor)"
      }
      #expect(
        types == [
          "proposal.created", "proposal.submitted", "decision.approved", "decision.approved",
          "proposal.approved", "grant.created", "lock.placed", "lock.placed",
        ])
      #expect(names == ["pm", "legal", "risk", "maintainer"])
      let bad = try await calls.get("/v1/proposals/1/timeline?cursor=!!", as: scene.owner)
      #expect(bad.status == 400)
    }
  }
}
