import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("who decides (R4 to R8, R12, R19)")
struct EligibilityTests {
  private func codes(
    _ scene: ReviewScene, _ proposal: TestProposal, _ person: TestPerson, _ role: Role
  ) async throws -> [String] {
    try await refusalCodes { try await scene.decide(proposal, person, role) }
  }

  /// What the view says that somebody could do in a role.
  private func reasons(
    _ scene: ReviewScene, _ proposal: TestProposal, _ person: TestPerson, _ role: Role
  ) async throws -> [String]? {
    try await scene.show(proposal, as: person).canDecide.first { $0.role == role }?
      .reasons.map(\.code.rawValue)
  }

  @Test("requester also holds the risk role")
  func requesterHoldsRole() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      _ = try await scene.service.bootstrap(
        GiveRole(person: scene.requester.id, role: .riskReviewer))
      #expect(
        try await codes(scene, proposal, scene.requester, .riskReviewer) == ["self_decision"])
      #expect(
        try await reasons(scene, proposal, scene.requester, .riskReviewer) == ["self_decision"])
    }
  }

  @Test("requester renamed")
  func requesterRenamed() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      _ = try await scene.service.bootstrap(
        GiveRole(person: scene.requester.id, role: .riskReviewer))
      let renamed = ChangePerson.Input(name: "Somebody Else", active: nil, samePersonAs: nil)
      _ = try await scene.service.act(
        as: scene.administrator,
        ChangePerson(person: scene.requester.id, version: 1, input: .success(renamed)))
      #expect(
        try await codes(scene, proposal, scene.requester, .riskReviewer) == ["self_decision"])
    }
  }

  @Test("second account of the requester")
  func secondAccount() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let again = try await scene.service.makePerson(
        "pm-again", .riskReviewer, sameAs: scene.requester.id)
      #expect(try await codes(scene, proposal, again, .riskReviewer) == ["self_decision"])
      let editor = try await scene.service.makePerson(
        "legal-again", .riskReviewer, sameAs: scene.legal.id)
      _ = try await scene.revise(proposal, by: scene.legal) {
        $0.replacing("max_rps: 0.5", with: "max_rps: 0.4")
      }
      #expect(try await codes(scene, proposal, editor, .riskReviewer) == ["editor_decision"])
    }
  }

  @Test("two accounts of one person have one voice (R6)")
  func oneVoice() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let again = try await scene.service.makePerson(
        "legal-again", .riskReviewer, sameAs: scene.legal.id)
      let decision = try await scene.decide(proposal, scene.legal, .legalReviewer)
      #expect(
        try await codes(scene, proposal, again, .riskReviewer) == ["seat_taken_by_same_person"])
      // It is the same person who takes it back, and then signs in the other role.
      try await scene.retract(decision, by: again)
      try await scene.decide(proposal, again, .riskReviewer)
      #expect(
        try await codes(scene, proposal, scene.legal, .legalReviewer)
          == ["seat_taken_by_same_person"])
    }
  }

  @Test("reviewer edits then approves")
  func reviewerEdits() async throws {
    try await ReviewScene.with { scene, _ in
      let first = try await scene.submitted()
      let second = try await scene.revise(first, by: scene.legal) {
        $0.replacing("max_rps: 0.5", with: "max_rps: 0.4")
      }
      #expect(try await codes(scene, first, scene.legal, .legalReviewer) == ["editor_decision"])
      try await scene.submit(second)
      #expect(try await codes(scene, second, scene.legal, .legalReviewer) == ["editor_decision"])
      #expect(
        try await reasons(scene, second, scene.legal, .legalReviewer) == ["editor_decision"])
    }
  }

  @Test("an approval given before its signer became an editor does not count")
  func approvesThenEdits() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      _ = try await scene.revise(proposal, by: scene.legal) {
        $0.replacing("max_rps: 0.5", with: "max_rps: 0.4")
      }
      #expect(try await scene.show(proposal).seats.map(\.filledBy) == [nil, nil])
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      #expect(try await scene.show(proposal).status == .inReview)
      try await scene.decide(proposal, scene.both, .legalReviewer)
      #expect(try await scene.show(proposal).status == .approved)
    }
  }

  @Test("the owner, deputy or maintainer holds a deciding role")
  func parties() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      for person in [scene.owner, scene.deputy, scene.maintainer] {
        _ = try await scene.service.bootstrap(
          GiveRole(person: person.id, role: .riskReviewer))
        #expect(try await codes(scene, proposal, person, .riskReviewer) == ["party_decision"])
        #expect(
          try await reasons(scene, proposal, person, .riskReviewer) == ["party_decision"])
      }
    }
  }

  @Test("two hats: holding both roles fills one seat")
  func twoHats() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.both, .legalReviewer)
      #expect(
        try await codes(scene, proposal, scene.both, .riskReviewer)
          == ["already_decided", "seat_taken_by_same_person"])
      #expect(
        try await reasons(scene, proposal, scene.both, .riskReviewer)
          == ["already_decided", "seat_taken_by_same_person"])
    }
  }

  @Test("role removed between two approvals, then given back")
  func roleGivenBack() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      _ = try await scene.service.act(
        as: scene.administrator, TakeRole(person: scene.legal.id, role: .legalReviewer))
      _ = try await scene.service.bootstrap(
        GiveRole(person: scene.legal.id, role: .legalReviewer))
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      let view = try await scene.show(proposal)
      #expect(view.status == .inReview)
      #expect(view.seats.map(\.filledBy) == [nil, scene.risk.id])
      #expect(try await scene.decisions(proposal)[0].decision.standing == .void)
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      #expect(try await scene.show(proposal).status == .approved)
    }
  }

  @Test("role granted after approving never fills a seat")
  func roleGrantedLater() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      _ = try await scene.service.bootstrap(
        GiveRole(person: scene.legal.id, role: .riskReviewer))
      let view = try await scene.show(proposal)
      #expect(view.status == .inReview)
      #expect(view.seats.map(\.filledBy) == [scene.legal.id, nil])
      #expect(
        try await codes(scene, proposal, scene.legal, .riskReviewer)
          == ["already_decided", "seat_taken_by_same_person"])
    }
  }

  @Test("only one eligible legal person and it is the requester")
  func onlyLegalIsRequester() async throws {
    try await ReviewScene.with { scene, _ in
      _ = try await scene.service.bootstrap(
        GiveRole(person: scene.requester.id, role: .legalReviewer))
      for person in [scene.legal, scene.both] {
        _ = try await scene.service.act(
          as: scene.administrator, TakeRole(person: person.id, role: .legalReviewer))
      }
      let proposal = try await scene.proposed()
      #expect(
        try await refusalCodes { try await scene.submit(proposal) }
          == ["not_submittable", "seat_unfillable"])
    }
  }

  @Test("reviewer deactivated before finalisation: void; what waits for the seat shows it")
  func deactivatedBefore() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      let stopped = ChangePerson.Input(name: nil, active: false, samePersonAs: nil)
      _ = try await scene.service.act(
        as: scene.administrator,
        ChangePerson(person: scene.legal.id, version: 1, input: .success(stopped)))
      #expect(try await scene.show(proposal).seats.map(\.filledBy) == [nil, nil])
      let filter = ProposalFilter(
        status: nil, site: nil, owner: nil, awaiting: nil, tier: nil, words: [])
      let waiting = try await scene.service.look(
        as: scene.both,
        ListProposals(filter: filter, awaiting: .me, before: nil, limit: 10))
      #expect(waiting.count == 1)
      #expect(try await reasons(scene, proposal, scene.both, .legalReviewer) == [])
    }
  }

  @Test("reviewer deactivated after finalisation: stands, flagged")
  func deactivatedAfter() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      #expect(try await scene.show(proposal).seats.map(\.flag) == [nil, nil])
      let stopped = ChangePerson.Input(name: nil, active: false, samePersonAs: nil)
      _ = try await scene.service.act(
        as: scene.administrator,
        ChangePerson(person: scene.legal.id, version: 1, input: .success(stopped)))
      _ = try await scene.service.act(
        as: scene.administrator, TakeRole(person: scene.risk.id, role: .riskReviewer))
      let view = try await scene.show(proposal)
      #expect(view.status == .approved)
      #expect(view.seats.map(\.filledBy) == [scene.legal.id, scene.risk.id])
      #expect(view.seats.map(\.flag) == [.inactive, .roleLost])
      #expect(view.grantState == .active)
    }
  }

  @Test("a round that is not in review says why nobody can decide (R19)")
  func closedRounds() async throws {
    try await ReviewScene.with { scene, _ in
      let draft = try await scene.proposed { $0.replacing("Price", with: "Draft price") }
      #expect(try await reasons(scene, draft, scene.legal, .legalReviewer) == ["no_open_round"])
      let proposal = try await scene.submitted()
      #expect(
        try await reasons(scene, proposal, scene.requester, .legalReviewer)
          == ["self_decision", "role_not_held"])
      try await scene.decide(
        proposal, scene.legal, .legalReviewer, under: ReviewScene.conditions(burst: 1))
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      #expect(
        try await reasons(scene, proposal, scene.both, .legalReviewer) == ["round_closed"])
      try await scene.decline(proposal)
      #expect(
        try await reasons(scene, proposal, scene.both, .legalReviewer) == ["no_open_round"])
    }
  }
}
