import CountersignTesting
import Domain
import Testing
import Workflow

/// The rows of the lifecycle's table that belong to a round; those of grants are in `Grants/`.
@Suite("transitions of a round, by their number in the table")
struct TransitionTests {
  private let cheaper: @Sendable (String) -> String = {
    $0.replacing("max_rps: 0.5", with: "max_rps: 0.4")
  }

  @Test("transition 1: a requester makes a draft, with owner and maintainer named")
  func draft() async throws {
    try await ReviewScene.with { scene, _ in
      for (line, pointer) in [
        ("owner: \(scene.owner.email)\n", "/owner"),
        ("  person: \(scene.maintainer.email)\n", "/maintainer/person"),
      ] {
        await #expect {
          try await scene.proposed { text in
            #expect(text.contains(line))
            return text.replacing(line, with: "")
          }
        } throws: { error in
          (error as? InvalidBody)?.errors.map { "\($0.pointer) \($0.code.rawValue)" }
            == ["\(pointer) required"]
        }
      }
      let document = try scene.document()
      #expect(
        try await refusalCodes {
          _ = try await scene.service.act(as: scene.legal, CreateProposal(document: document))
        } == ["role_missing"])
      let proposal = try await scene.proposed()
      let view = try await scene.show(proposal)
      #expect(view.status == .draft)
      #expect(view.round == nil && view.grant == nil)
      #expect(view.proposal.requester == scene.requester.id)
      #expect(
        try await refusalCodes { try await scene.decide(proposal, scene.legal, .legalReviewer) }
          == ["no_open_round"])
    }
  }

  @Test("transition 2: the requester echoes the digest, and a round opens with its deadlines")
  func submitted() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.proposed()
      let other = try await scene.revise(proposal, cheaper)
      #expect(try await refusalCodes { try await scene.submit(proposal) } == ["stale_digest"])
      #expect(
        try await refusalCodes { try await scene.submit(other, by: scene.legal) }
          == ["not_allowed"])
      #expect(try await scene.show(proposal).round == nil)
      try await scene.submit(other)
      let view = try await scene.show(other)
      let round = try #require(view.round)
      #expect(view.status == .inReview)
      #expect(round.digest == other.digest && round.policyVersion == 1)
      #expect(round.seats == [.legalReviewer, .riskReviewer])
      #expect(round.respondBy == round.openedAt.adding(seconds: 2 * 86_400))
      #expect(round.decideBy == round.openedAt.adding(seconds: 14 * 86_400))
    }
  }

  @Test("transition 2: capacity that nobody knows is granted at the floor rate and no more")
  func unknownCapacity() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted {
        $0.replacing("capacity_evidence: measured_baseline", with: "capacity_evidence: none")
      }
      let allowance = try #require(try await scene.show(proposal).numbers?.allowance.targets[0])
      #expect(allowance.maxRate.value == Rate(milliRPS: 200))
      #expect(allowance.maxRate.setBy == "R25")
    }
  }

  @Test("transition 2: a prohibited finding refuses submission")
  func prohibited() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.proposed {
        $0.replacing("circumvents_measures: false", with: "circumvents_measures: true")
      }
      #expect(
        try await refusalCodes { try await scene.submit(proposal) }
          == ["not_submittable", "tier_prohibited"])
      #expect(try await scene.show(proposal).status == .draft)
    }
  }

  @Test("transition 3: an approval counts its seat, and the round stays in review")
  func approvedOnce() async throws {
    for conditions in [nil, ReviewScene.conditions(burst: 1)] {
      try await ReviewScene.with { scene, _ in
        let proposal = try await scene.submitted()
        let stale = (reference: proposal.reference, digest: Digest.zero)
        #expect(
          try await refusalCodes { try await scene.decide(stale, scene.legal, .legalReviewer) }
            == ["stale_digest"])
        #expect(try await scene.show(proposal).seats.map(\.filledBy) == [nil, nil])
        try await scene.decide(proposal, scene.legal, .legalReviewer, under: conditions)
        let view = try await scene.show(proposal)
        #expect(view.status == .inReview && view.grant == nil)
        #expect(view.seats.map(\.filledBy) == [scene.legal.id, nil])
        let burst = view.numbers?.allowance.targets[0].burst.value
        #expect(burst == (conditions == nil ? 2 : 1))
        #expect(
          try await refusalCodes { try await scene.decide(proposal, scene.both, .legalReviewer) }
            == ["seat_filled"])
      }
    }
  }

  @Test("transition 4: every seat by another person; the same transaction makes the grant")
  func quorum() async throws {
    try await TestDatabase.with { database, url in
      let scene = try await ReviewScene(try await TestService.make(on: database))
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.both, .riskReviewer)
      #expect(try await scene.show(proposal).status == .inReview)
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      let view = try await scene.show(proposal)
      #expect(view.status == .approved)
      #expect(view.seats.map(\.filledBy) == [scene.legal.id, scene.both.id])
      let grant = try #require(view.grant)
      #expect(grant.standing.digest == proposal.digest)
      let together = try AdministrationConnection(url: url).run(
        """
        SELECT g.id FROM grants g
        JOIN transitions t ON t.object = g.round AND t.to_state = 'approved'
        JOIN decisions d ON d.round = g.round AND d.role = 'legal_reviewer'
        WHERE g.xmin = t.xmin AND d.xmin = t.xmin
        """)
      #expect(together == [[grant.standing.id.text]])
    }
  }

  @Test("transition 8: changes requested close the round; only a new revision goes on")
  func changesRequested() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      try await scene.decide(proposal, scene.risk, .riskReviewer, .requestChanges)
      #expect(try await scene.show(proposal).status == .changesRequested)
      #expect(try await scene.decisions(proposal).last?.decision.reason == "because")
      #expect(
        try await refusalCodes { try await scene.decide(proposal, scene.both, .riskReviewer) }
          == ["round_closed"])
      #expect(try await refusalCodes { try await scene.withdraw(proposal) } == ["not_open"])
      #expect(try await refusalCodes { try await scene.submit(proposal) } == ["no_change"])
      let next = try await scene.revise(proposal, cheaper)
      try await scene.submit(next)
      let view = try await scene.show(next)
      #expect(view.status == .inReview)
      #expect(view.seats.map(\.filledBy) == [nil, nil])
    }
  }

  @Test("transition 9: anybody eligible rejects, also beside a filled seat; final for that digest")
  func rejected() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      #expect(
        try await refusalCodes {
          try await scene.decide(proposal, scene.maintainer, .legalReviewer, .reject)
        } == ["party_decision", "role_not_held"])
      try await scene.decide(proposal, scene.both, .legalReviewer, .reject)
      #expect(try await scene.show(proposal).status == .rejected)
      #expect(
        try await refusalCodes { try await scene.decide(proposal, scene.risk, .riskReviewer) }
          == ["round_closed"])
      #expect(try await refusalCodes { try await scene.submit(proposal) } == ["digest_rejected"])
      let next = try await scene.revise(proposal, cheaper)
      try await scene.submit(next)
      let back = try await scene.revise(next) { $0 }
      #expect(back.digest == proposal.digest)
      #expect(try await refusalCodes { try await scene.submit(back) } == ["digest_rejected"])
      #expect(try await scene.show(next).status == .inReview)
    }
  }

  @Test("transition 11: requester or owner withdraws what is open; nobody else, and not twice")
  func withdrawn() async throws {
    try await ReviewScene.with { scene, _ in
      for (index, person) in [scene.requester, scene.owner].enumerated() {
        let proposal = try await scene.submitted {
          $0.replacing("Price reference", with: "Price reference \(index)")
        }
        for other in [scene.deputy, scene.maintainer, scene.legal, scene.administrator] {
          #expect(
            try await refusalCodes { try await scene.withdraw(proposal, by: other) }
              == ["not_allowed"])
        }
        try await scene.withdraw(proposal, by: person)
        #expect(try await scene.show(proposal).status == .withdrawn)
        #expect(
          try await refusalCodes { try await scene.decide(proposal, scene.legal, .legalReviewer) }
            == ["round_closed"])
        #expect(try await refusalCodes { try await scene.withdraw(proposal) } == ["not_open"])
      }
    }
  }
}
