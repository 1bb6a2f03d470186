import CountersignTesting
import Domain
import Foundation
import HTTPTypes
import Testing
import Tokens

@Suite("calls on conditions and counter-offers")
struct CounterHandlersTests {
  /// A scene with calls, and a body for a decision under conditions.
  private static func decision(
    _ proposal: TestProposal, _ role: Role, _ conditions: JSON? = nil
  ) -> JSON {
    var body: JSONObject = [
      "revision_digest": JSON(proposal.digest), "role": .string(role.rawValue),
      "verdict": "approve",
    ]
    body["conditions"] = conditions
    return .object(body)
  }

  private static let slow: JSON = [
    "targets": [["index": 0, "max_rps": JSON(Rate(milliRPS: 100)), "burst": 1]],
    "note": "until we know their capacity",
  ]

  @Test("from conditions to a token: the counter-offer's digest goes all the way")
  func wholeWay() async throws {
    try await ReviewScene.with { scene, _ in
      let client = RouterClient(scene.service)
      let proposal = try await scene.submitted()
      let path = "/v1/proposals/1"
      let signed = try await client.call(
        .post, path + "/decisions", as: scene.legal.secret,
        Self.decision(proposal, .legalReviewer, Self.slow))
      #expect(signed.status == 201)
      #expect(signed["narrows"] == true)
      #expect(signed["conditions"] == Self.slow)
      let open = ProposalCalls(scene)
      let before = try await open.get(path, as: scene.risk)
      #expect(try before.text("allowance", "targets", "0", "max_rps") == "0.1")
      #expect(try before.json("seats", "0", "conditions") == Self.slow)
      _ = try await client.call(
        .post, path + "/decisions", as: scene.risk.secret,
        Self.decision(proposal, .riskReviewer))
      let view = try await open.get(path, as: scene.requester)
      #expect(try view.text("status") == "countered")
      #expect(try view.text("effective_status") == "countered")
      #expect(try view.json("allowance") == nil)
      let digest = try view.text("counter", "digest")
      #expect(Digest(digest) != nil)
      #expect(try view.text("digest") == proposal.digest.description)
      let setter = try view.json("counter", "set_by", "targets", "0", "max_rps", "decisions", "0")
      #expect(
        setter == [
          "id": signed["id"], "person": JSON(scene.legal.id), "role": "legal_reviewer",
        ])
      #expect(try view.text("counter", "set_by", "ends_on", "by") == "request")
      let seconds = try #require(
        Int64(try view.text("counter", "targets", "0", "projected_seconds")))
      #expect(seconds > 0)

      let wrong = try await client.call(
        .post, path + "/counter_acceptances", as: scene.requester.secret,
        ["counter_digest": JSON(proposal.digest)])
      #expect(wrong.status == 409)
      #expect(wrong["code"] == "stale_digest")
      #expect(wrong["current_digest"] == .string(digest))
      let missing = try await client.call(
        .post, path + "/counter_acceptances", as: scene.requester.secret, [:])
      #expect(missing.status == 400)
      let accepted = try await client.call(
        .post, path + "/counter_acceptances", as: scene.requester.secret,
        ["counter_digest": .string(digest)], key: "a1")
      #expect(accepted.status == 201)
      #expect(accepted["status"] == "approved")
      let again = try await client.call(
        .post, path + "/counter_acceptances", as: scene.requester.secret,
        ["counter_digest": .string(digest)], key: "a1")
      #expect(again.status == 201)
      #expect(again.fields["idempotency-replayed"] == "true")
      #expect(try await Self.tokenDigest(scene, client) == .string(digest))
    }
  }

  /// The digest in the token of a lease on the first proposal.
  private static func tokenDigest(
    _ scene: ReviewScene, _ client: RouterClient
  ) async throws -> JSON? {
    let key = try await client.call(
      .post, "/v1/pools/\(scene.pool)/keys", as: scene.administrator.secret, [:])
    guard let text = key.text("secret"), let secret = Secret(parsing: text) else { return nil }
    let lease = try await client.call(
      .post, "/v1/leases", as: secret,
      ["proposal": "1", "worker": "spider-1", "hosts": ["www.example.com"]])
    #expect(lease.status == 201, "\(lease.json)")
    let token = try #require(lease.text("token"))
    var payload = String(token.split(separator: ".")[1])
      .replacing("-", with: "+").replacing("_", with: "/")
    payload += String(repeating: "=", count: (4 - payload.utf8.count % 4) % 4)
    let bytes = try #require(Data(base64Encoded: payload))
    guard case .object(let claims) = try JSONParser.parse(Array(bytes)) else { return nil }
    return claims["digest"]
  }

  @Test("a widening condition is 422 with every pointer in errors and blocking")
  func widening() async throws {
    try await ReviewScene.with { scene, _ in
      let calls = ProposalCalls(scene)
      let proposal = try await scene.submitted()
      let refused = try await calls.post(
        "/v1/proposals/1/decisions",
        Self.decision(
          proposal, .legalReviewer,
          ["targets": [["index": 0, "max_rps": 3, "max_workers": 9]], "ends_on": "2099-01-01"]),
        as: scene.legal)
      #expect(refused.status == 422)
      #expect(
        try refused.problem()
          == "condition_widens /conditions/targets/0/max_rps condition_widens"
          + " /conditions/targets/0/max_workers condition_widens"
          + " /conditions/ends_on condition_widens")
      #expect(
        try refused.text("blocking", "1", "subject") == "/conditions/targets/0/max_workers")
    }
  }

  @Test("incompatible conditions are 409 naming the other decision, told to both, and replayed")
  func incompatible() async throws {
    try await ReviewScene.with { scene, _ in
      let client = RouterClient(scene.service)
      let proposal = try await scene.submitted()
      func hours(_ start: JSON, _ end: JSON) -> JSON {
        ["targets": [["index": 0, "windows": [["days": "all", "start": start, "end": end]]]]]
      }
      let first = try await client.call(
        .post, "/v1/proposals/1/decisions", as: scene.legal.secret,
        Self.decision(proposal, .legalReviewer, hours("00:00", "06:00")))
      for replayed in [nil, "true"] as [String?] {
        let refused = try await client.call(
          .post, "/v1/proposals/1/decisions", as: scene.risk.secret,
          Self.decision(proposal, .riskReviewer, hours("06:00", "12:00")), key: "k1")
        #expect(refused.status == 409)
        #expect(refused["code"] == "conditions_incompatible")
        guard case .array(let blocking) = refused["blocking"],
          case .object(let reason)? = blocking.first
        else {
          Issue.record("no reason")
          return
        }
        #expect(reason["subject"] == first["id"])
        #expect(refused.fields["idempotency-replayed"] == replayed)
      }
      let view = try await ProposalCalls(scene).get("/v1/proposals/1", as: scene.legal)
      #expect(try view.text("conflicts", "0", "person") == scene.risk.id.text)
      #expect(try view.json("conflicts", "0", "with") == [first["id"]])
      guard case .array(let conflicts)? = try view.json("conflicts") else { return }
      #expect(conflicts.count == 1)
    }
  }

  @Test("a retraction and a decline need no body, and take a reason")
  func withoutBody() async throws {
    try await ReviewScene.with { scene, _ in
      let client = RouterClient(scene.service)
      let proposal = try await scene.submitted()
      let decision = try await scene.decide(proposal, scene.legal, .legalReviewer)
      let path = "/v1/decisions/\(decision.id)/retractions"
      let unknown = try await client.call(
        .post, path, as: scene.legal.secret, ["because": "wrong site"])
      #expect(unknown.status == 400)
      let other = try await client.call(.post, path, as: scene.risk.secret)
      #expect(other.status == 403)
      let retracted = try await client.call(
        .post, path, as: scene.legal.secret, ["reason": "wrong site"])
      #expect(retracted.status == 201)
      #expect(retracted["void"] == "retracted")
      let again = try await client.call(.post, path, as: scene.legal.secret)
      #expect(again["code"] == "decision_spent")
      let nobody = try await client.call(
        .post, "/v1/decisions/dec_00000000000000000000000000/retractions",
        as: scene.legal.secret)
      #expect(nobody.status == 404)
      let early = try await client.call(
        .post, "/v1/proposals/1/counter_declines", as: scene.requester.secret)
      #expect(early.status == 409)
      #expect(early["code"] == "no_counter_offer")
      try await scene.decide(
        proposal, scene.legal, .legalReviewer, under: ReviewScene.conditions(burst: 1))
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      let declined = try await client.call(
        .post, "/v1/proposals/1/counter_declines", as: scene.owner.secret)
      #expect(declined.status == 201)
      #expect(declined["status"] == "draft")
    }
  }

  @Test("stale decisions are listed with their revision and the diff")
  func stale() async throws {
    try await ReviewScene.with { scene, _ in
      let calls = ProposalCalls(scene)
      let first = try await scene.submitted()
      try await scene.decide(first, scene.legal, .legalReviewer)
      let second = try await scene.revise(first) {
        $0.replacing("max_rps: 0.5", with: "max_rps: 0.4")
      }
      try await scene.submit(second)
      try await scene.decide(second, scene.risk, .riskReviewer)
      let list = try await calls.get("/v1/proposals/1/decisions", as: scene.legal)
      #expect(try list.json("items", "0", "stale") == true)
      #expect(try list.text("items", "0", "revision") == "1")
      #expect(try list.text("items", "0", "diff", "0", "effect") == "narrows")
      #expect(try list.json("items", "1", "stale") == false)
      #expect(try list.json("items", "1", "diff") == nil)
      let view = try await calls.get("/v1/proposals/1", as: scene.legal)
      #expect(try view.text("stale", "status") == "superseded")
      #expect(try view.text("stale", "diff", "0", "pointer") == "/targets/0/max_rps")
    }
  }
}
