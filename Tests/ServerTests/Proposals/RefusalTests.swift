import CountersignTesting
import Domain
import HTTPTypes
import Testing
import Workflow

/// What a legal team asks first: that each of these is refused, and with which code.
@Suite("what the API refuses, each with its stable code")
struct RefusalTests {
  /// A round in review and calls on it; nothing that is refused may leave anything in it.
  private struct Desk {
    let scene: ReviewScene
    let client: RouterClient
    let proposal: TestProposal

    /// Runs the body on the first proposal of an empty service.
    static func with(
      _ body: (Desk, ManualClock) async throws -> Void
    ) async throws {
      try await ReviewScene.with { scene, clock in
        let proposal = try await scene.submitted()
        try await body(
          Desk(scene: scene, client: RouterClient(scene.service), proposal: proposal), clock)
      }
    }

    func decide(
      _ person: TestPerson, _ role: Role, digest: Digest? = nil, conditions: JSON? = nil
    ) async throws -> RouterClient.Reply {
      var body: JSONObject = [
        "revision_digest": JSON(digest ?? proposal.digest), "role": .string(role.rawValue),
        "verdict": "approve",
      ]
      body["conditions"] = conditions
      return try await client.call(
        .post, "/v1/proposals/1/decisions", as: person.secret, .object(body))
    }

    /// Gives a role past the two administrators, as an importer would.
    func give(_ person: TestPerson, _ role: Role) async throws {
      _ = try await scene.service.bootstrap(GiveRole(person: person.id, role: role))
    }

    /// Expects a refusal with all its reasons, and that nothing was decided by it.
    func expect(
      _ reply: RouterClient.Reply, _ status: Int, _ codes: String..., decisions: Int = 0,
      sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
      #expect(reply.status == status, "\(reply.json)", sourceLocation: sourceLocation)
      #expect(reply.text("code") == codes.first, sourceLocation: sourceLocation)
      #expect(
        reply.fields["content-type"] == "application/problem+json", sourceLocation: sourceLocation)
      #expect(RefusalTests.codes(reply) == codes, sourceLocation: sourceLocation)
      let stored = try await scene.decisions(proposal)
      #expect(stored.count == decisions, sourceLocation: sourceLocation)
      #expect(try await scene.grants().isEmpty, sourceLocation: sourceLocation)
    }
  }

  /// The codes of every reason in `blocking`, as they stand there.
  private static func codes(_ reply: RouterClient.Reply) -> [String] {
    guard case .array(let reasons) = reply["blocking"] else { return [] }
    return reasons.compactMap { reason in
      guard case .object(let members) = reason, case .string(let code)? = members["code"] else {
        return nil
      }
      return code
    }
  }

  @Test("self decision: 403 self_decision, also renamed, also by a second account")
  func selfDecision() async throws {
    try await Desk.with { desk, _ in
      let requester = desk.scene.requester
      try await desk.give(requester, .riskReviewer)
      try await desk.expect(
        try await desk.decide(requester, .riskReviewer), 403, "self_decision")
      let renamed = ChangePerson.Input(name: "Somebody Else", active: nil, samePersonAs: nil)
      _ = try await desk.scene.service.act(
        as: desk.scene.administrator,
        ChangePerson(person: requester.id, version: 1, input: .success(renamed)))
      try await desk.expect(
        try await desk.decide(requester, .riskReviewer), 403, "self_decision")
      let again = try await desk.scene.service.makePerson(
        "pm-again", .riskReviewer, sameAs: requester.id)
      try await desk.expect(try await desk.decide(again, .riskReviewer), 403, "self_decision")
    }
  }

  @Test("party decision: 403 party_decision for owner, deputy and maintainer")
  func partyDecision() async throws {
    try await Desk.with { desk, _ in
      for party in [desk.scene.owner, desk.scene.deputy, desk.scene.maintainer] {
        try await desk.give(party, .legalReviewer)
        try await desk.expect(
          try await desk.decide(party, .legalReviewer), 403, "party_decision")
      }
    }
  }

  @Test("editor decision after a revert: 403 editor_decision")
  func editorDecision() async throws {
    try await Desk.with { desk, _ in
      let scene = desk.scene
      let theirs = try await scene.revise(desk.proposal, by: scene.legal) {
        $0.replacing("max_rps: 0.5", with: "max_rps: 0.4")
      }
      try await scene.submit(theirs)
      let back = try await scene.revise(theirs) { $0 }
      try await scene.submit(back)
      #expect(back.digest == desk.proposal.digest)
      try await desk.expect(
        try await desk.decide(scene.legal, .legalReviewer), 403, "editor_decision")
    }
  }

  @Test("two hats: 409 already_decided, and the seat is taken by the same person")
  func twoHats() async throws {
    try await Desk.with { desk, _ in
      #expect(try await desk.decide(desk.scene.both, .legalReviewer).status == 201)
      try await desk.expect(
        try await desk.decide(desk.scene.both, .riskReviewer), 409, "already_decided",
        "seat_taken_by_same_person", decisions: 1)
    }
  }

  @Test("stale digest: 409 stale_digest with the current one")
  func staleDigest() async throws {
    try await Desk.with { desk, _ in
      let scene = desk.scene
      let next = try await scene.revise(desk.proposal) {
        $0.replacing("max_rps: 0.5", with: "max_rps: 0.4")
      }
      try await scene.submit(next)
      let stale = try await desk.decide(scene.legal, .legalReviewer)
      try await desk.expect(stale, 409, "stale_digest")
      #expect(stale["current_digest"] == JSON(next.digest))
    }
  }

  @Test("missing digest: 400 invalid_body, required at /revision_digest")
  func missingDigest() async throws {
    try await Desk.with { desk, _ in
      let reply = try await desk.client.call(
        .post, "/v1/proposals/1/decisions", as: desk.scene.legal.secret,
        ["role": "legal_reviewer", "verdict": "approve"])
      #expect(reply.status == 400)
      #expect(reply.text("code") == "invalid_body")
      guard case .array(let errors) = reply["errors"], case .object(let error)? = errors.first
      else {
        Issue.record("no errors: \(reply.json)")
        return
      }
      #expect(errors.count == 1)
      #expect(error["pointer"] == "/revision_digest" && error["code"] == "required")
      #expect(try await desk.scene.decisions(desk.proposal).isEmpty)
    }
  }

  @Test("widening condition: 422 condition_widens")
  func widening() async throws {
    try await Desk.with { desk, _ in
      let reply = try await desk.decide(
        desk.scene.legal, .legalReviewer,
        conditions: ["targets": [["index": 0, "max_rps": JSON(Rate(milliRPS: 501))]]])
      try await desk.expect(reply, 422, "condition_widens")
    }
  }

  @Test("disjoint conditions: 409 conditions_incompatible")
  func disjoint() async throws {
    try await Desk.with { desk, _ in
      func hours(_ start: JSON, _ end: JSON) -> JSON {
        ["targets": [["index": 0, "windows": [["days": "all", "start": start, "end": end]]]]]
      }
      let first = try await desk.decide(
        desk.scene.legal, .legalReviewer, conditions: hours("00:00", "06:00"))
      #expect(first.status == 201)
      let reply = try await desk.decide(
        desk.scene.risk, .riskReviewer, conditions: hours("06:00", "12:00"))
      try await desk.expect(reply, 409, "conditions_incompatible", decisions: 1)
    }
  }

  @Test("late decision: 409 lapsed, from decide_by on")
  func late() async throws {
    try await Desk.with { desk, clock in
      #expect(try await desk.decide(desk.scene.legal, .legalReviewer).status == 201)
      clock.set(to: try #require(try await desk.scene.show(desk.proposal).round).decideBy)
      try await desk.expect(
        try await desk.decide(desk.scene.risk, .riskReviewer), 409, "lapsed", decisions: 1)
    }
  }

  @Test("release of a lock by one person twice: 202, then 403 same_person, also second account")
  func releaseTwice() async throws {
    try await Desk.with { desk, _ in
      let legal = desk.scene.legal
      guard case .id(let proposal) = desk.proposal.reference else { return }
      let lock = try await desk.client.call(
        .post, "/v1/locks", as: legal.secret,
        ["scope": ["kind": "proposal", "id": JSON(proposal)], "reason": "captcha"])
      #expect(lock.status == 201)
      let path = "/v1/locks/\(try #require(lock.text("id")))/releases"
      let half = try await desk.client.call(.post, path, as: legal.secret, ["reason": "over"])
      #expect(half.status == 202 && half.text("status") == "awaiting_second")
      let again = try await desk.scene.service.makePerson(
        "legal-again", .riskReviewer, sameAs: legal.id)
      for person in [legal, again] {
        let reply = try await desk.client.call(.post, path, as: person.secret, ["reason": "over"])
        try await desk.expect(reply, 403, "same_person")
      }
      #expect(try await desk.scene.show(desk.proposal).effectiveStatus == "locked")
    }
  }

  @Test("a deciding role given by one administrator: 202 awaiting_second, and nothing changes")
  func roleByOne() async throws {
    try await Desk.with { desk, _ in
      let lawyer = try await desk.scene.service.makePerson("new-lawyer")
      let path = "/v1/people/\(lawyer.id)/roles/legal_reviewer"
      let again = try await desk.scene.service.makePerson(
        "admin-again", .administrator, sameAs: desk.scene.administrator.id)
      for administrator in [desk.scene.administrator, desk.scene.administrator, again] {
        let reply = try await desk.client.call(.put, path, as: administrator.secret)
        #expect(reply.status == 202)
        #expect(reply.text("status") == "awaiting_second")
        let shown = try await desk.client.call(
          .get, "/v1/people/\(lawyer.id)", as: desk.scene.administrator.secret)
        #expect(shown["roles"] == [])
        try await desk.expect(
          try await desk.decide(lawyer, .legalReviewer), 403, "role_not_held")
      }
    }
  }
}
