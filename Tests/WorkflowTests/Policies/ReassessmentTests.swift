import CountersignTesting
import Domain
import Postgres
import Testing
import Workflow

@Suite("a policy that comes into force while a round is open (R9)")
struct ReassessmentTests {
  typealias Proposal = (reference: ProposalReference, digest: Digest)

  static let seat = ReviewScene.adding(
    rule: """
        - id: N01
          text: "Everything takes the business owner"
          when: {answer: max_mrps, op: ge, value: 0}
          effect: {tier: T2}
          basis: []
      """)
  static let cap = ReviewScene.adding(
    rule: """
        - id: N02
          text: "Slowly"
          when: {answer: max_mrps, op: ge, value: 0}
          effect: {max_rps: 0.1}
          basis: []
      """)
  static let prohibition = ReviewScene.adding(
    rule: """
        - id: N03
          text: "Never"
          when: {answer: max_mrps, op: ge, value: 0}
          effect: {tier: X}
          basis: []
      """)

  private func due(_ scene: ReviewScene, _ limit: Int64 = 100) async throws -> [RoundID] {
    let now = try await scene.service.time().now
    return try await scene.service.database.read {
      (tx: borrowing Transaction) async throws -> [RoundID] in
      try await ReassessRound.due(at: now, limit: limit, in: tx)
    }
  }

  private func dueGrants(_ scene: ReviewScene, _ limit: Int64 = 100) async throws -> [GrantID] {
    let now = try await scene.service.time().now
    return try await scene.service.database.read {
      (tx: borrowing Transaction) async throws -> [GrantID] in
      try await ReassessGrant.due(at: now, limit: limit, in: tx)
    }
  }

  private func roles(_ view: ProposalView) -> [Role] { view.seats.map(\.role) }

  @Test("a tightened policy adds its seat at once; what was signed stands; the grant is by both")
  func tightened() async throws {
    try await ReviewScene.with { scene, _ in
      let second = try await scene.secondAdministrator()
      let business = try await scene.service.makePerson("business", .businessOwner)
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      try await scene.activate([Self.seat], with: second)
      let seen = try await scene.show(proposal, as: business)
      #expect(roles(seen) == [.legalReviewer, .riskReviewer, .businessOwner])
      #expect(seen.seats[0].filledBy == scene.legal.id)
      #expect(
        seen.canDecide.contains { $0.role == .businessOwner && $0.reasons.isEmpty })
      // No job has run: the last of the old seats does not approve.
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      #expect(try await scene.show(proposal).status == .inReview)
      try await scene.decide(proposal, business, .businessOwner)
      let done = try await scene.show(proposal)
      #expect(done.status == .approved)
      #expect(done.grant?.tier == .t2)
      let terms = String(decoding: try #require(done.grant).terms.bytes(), as: UTF8.self)
      #expect(terms.contains("policy 2: T2"))
      #expect(try await due(scene).isEmpty)
      #expect(try await dueGrants(scene).isEmpty)
    }
  }

  @Test("a loosened policy never helps an open round, nor one that loosens a tightening again")
  func loosened() async throws {
    try await ReviewScene.with { scene, _ in
      let second = try await scene.secondAdministrator()
      _ = try await scene.service.makePerson("business", .businessOwner)
      let proposal = try await scene.submitted {
        $0.replacing("dependants: false", with: "dependants: true")
      }
      let before = roles(try await scene.show(proposal))
      #expect(before.contains(.businessOwner))
      // R08 asked for it.
      try await scene.activate(
        [
          (
            "{answer: dependants, op: eq, value: true}",
            "{answer: dependants, op: eq, value: false}"
          )
        ], with: second)
      #expect(roles(try await scene.show(proposal)) == before)
      let fresh = try await scene.submitted {
        $0.replacing("dependants: false", with: "dependants: true")
      }
      #expect(!roles(try await scene.show(fresh)).contains(.businessOwner))
      try await scene.activate([Self.seat], with: second)
      #expect(roles(try await scene.show(fresh)).contains(.businessOwner))
      try await scene.activate([], with: second)
      #expect(roles(try await scene.show(fresh)).contains(.businessOwner))
      for round in try await due(scene) {
        _ = try await scene.service.bootstrap(ReassessRound(round: round))
      }
      #expect(roles(try await scene.show(fresh)).contains(.businessOwner))
      #expect(roles(try await scene.show(proposal)) == before)
    }
  }

  @Test("what is prohibited since cannot be approved, says why, and can be rejected")
  func prohibited() async throws {
    try await ReviewScene.with { scene, _ in
      let second = try await scene.secondAdministrator()
      let proposal = try await scene.submitted()
      try await scene.activate([Self.prohibition], with: second)
      let view = try await scene.show(proposal, as: scene.legal)
      #expect(view.status == .inReview)
      #expect(view.blocking.first == .tierProhibited(rules: ["N03"]))
      #expect(
        view.canDecide.first { $0.role == .legalReviewer }?.reasons.map(\.code.rawValue)
          == ["tier_prohibited"])
      #expect(
        try await refusalCodes { try await scene.decide(proposal, scene.legal, .legalReviewer) }
          == ["tier_prohibited"])
      try await scene.decide(proposal, scene.legal, .legalReviewer, .reject)
      #expect(try await scene.show(proposal).status == .rejected)
      #expect(try await due(scene).isEmpty)
    }
  }

  @Test("the job finds every open round, in batches, once, wherever it was stopped")
  func batches() async throws {
    try await ReviewScene.with { scene, _ in
      let second = try await scene.secondAdministrator()
      var open: [Proposal] = []
      for _ in 0..<7 { open.append(try await scene.submitted()) }
      let withdrawn = try await scene.submitted()
      _ = try await scene.service.act(
        as: scene.requester,
        WithdrawProposal(proposal: withdrawn.reference, reason: .success("no")))
      #expect(try await due(scene).isEmpty)
      try await scene.activate([Self.seat, Self.cap], with: second)
      #expect(try await due(scene).count == 7)
      var done: [RoundID] = []
      while let batch = Optional(try await due(scene, 3)), !batch.isEmpty {
        // Of every batch the last is left over, as if the process had ended.
        for round in batch.prefix(max(1, batch.count - 1)) {
          #expect(
            try await scene.service.bootstrap(ReassessRound(round: round))?.count == 3)
          done.append(round)
        }
      }
      #expect(Set(done).count == 7 && done.count == 7)
      _ = try await scene.service.bootstrap(ReassessRound(round: done[0]))
      for proposal in open {
        let story = try await scene.service.look(
          as: scene.legal, ShowTimeline(proposal: proposal.reference, after: nil, limit: 50))
        let types = story.compactMap { entry -> String? in
          guard case .object(let event) = entry.event, case .string(let type)? = event["type"]
          else { return nil }
          return type
        }
        #expect(types.filter { $0 == "round.reassessed" }.count == 1)
      }
    }
  }

  @Test(
    "an activation beside the last approval: never a grant that the new policy was not held against"
  )
  func race() async throws {
    try await ReviewScene.with { scene, _ in
      let second = try await scene.secondAdministrator()
      for turn in 0..<6 {
        let proposal = try await scene.submitted()
        try await scene.decide(proposal, scene.legal, .legalReviewer)
        let policy = try ReviewScene.policy(
          changing: turn % 2 == 0 ? [Self.seat] : [Self.seat, Self.cap])
        let proposed = try await scene.service.act(
          as: scene.administrator, ProposePolicy(policy: .success(policy)))
        _ = try await scene.service.act(
          as: scene.administrator,
          ActivatePolicy(version: proposed.version, digest: .success(nil)))
        async let activated = scene.service.act(
          as: second, ActivatePolicy(version: proposed.version, digest: .success(nil)))
        async let decided = refusalCodes {
          try await scene.decide(proposal, scene.risk, .riskReviewer)
        }
        _ = try await (activated, decided)
        let view = try await scene.show(proposal)
        if view.status == .approved {
          // It came first, so the job will find its grant, unless its round had the seat already.
          let grant = try #require(view.grant?.standing.id)
          let isDue = try await dueGrants(scene).contains(grant)
          #expect(isDue || roles(view).contains(.businessOwner))
        } else {
          #expect(roles(view).contains(.businessOwner))
        }
        // For the next turn the policy is as mild as at first, for new rounds.
        try await scene.activate([], with: second)
      }
    }
  }

  @Test("grants: too much is suspended with its cause, more duty is flagged, less is nothing")
  func grants() async throws {
    try await ReviewScene.with { scene, _ in
      let second = try await scene.secondAdministrator()
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      let grant = try #require(try await scene.show(proposal).grant?.standing.id)
      func reassess() async throws -> GrantReassessment? {
        #expect(try await dueGrants(scene) == [grant])
        let found = try await scene.service.bootstrap(ReassessGrant(grant: grant))
        #expect(try await dueGrants(scene).isEmpty)
        #expect(try await scene.service.bootstrap(ReassessGrant(grant: grant)) == nil)
        return found
      }
      try await scene.activate([("max_rps: 2\n", "max_rps: 3\n")], with: second)
      #expect(try await reassess()?.outcome == .unchanged)
      try await scene.activate(
        [
          (
            "windows: []\n    evidence_before_token: false\n    requires: []\n  - tier: T2",
            "windows: []\n    evidence_before_token: false\n    requires: [on_call]\n  - tier: T2"
          )
        ],
        with: second)
      let flagged = try await reassess()
      #expect(flagged?.outcome == .flagged)
      #expect(flagged?.findings.map(\.code) == ["requires"])
      #expect(try await scene.show(proposal).grantState == .active)
      try await scene.activate([Self.cap], with: second)
      let suspended = try await reassess()
      #expect(suspended?.outcome == .suspended)
      #expect(suspended?.findings.map(\.code) == ["max_rps"])
      #expect(suspended?.findings.map(\.subject) == ["0.1"])
      let view = try await scene.service.look(as: scene.legal, ShowGrant(grant: grant)).view
      #expect(view.state == .suspended)
      #expect(view.blocking == [.grantSuspended(cause: .policyTightened)])
      #expect(view.reassessment?.policy == 4)
      try await scene.activate([Self.seat, Self.cap], with: second)
      #expect(
        try await reassess()?.findings.map(\.code)
          == ["seat_missing", "max_concurrency", "windows", "tier_raised"])
      try await scene.activate([Self.prohibition], with: second)
      #expect(try await reassess()?.findings.first?.code == "tier_prohibited")
    }
  }
}
