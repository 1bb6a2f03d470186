import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("rounds that are ended from several sides at once (R10)")
struct RoundRaceTests {
  private let narrow = ReviewScene.conditions(burst: 1)

  /// How many of these went through; every refusal is of a rule.
  private func succeeded(
    _ acts: [@Sendable () async throws -> Void]
  ) async throws -> (count: Int, codes: Set<String>) {
    try await withThrowingTaskGroup(of: [String].self) { group in
      for act in acts { group.addTask { try await refusalCodes(act) } }
      var (count, codes) = (0, Set<String>())
      for try await refused in group {
        if refused.isEmpty { count += 1 }
        codes.formUnion(refused)
      }
      return (count, codes)
    }
  }

  private func events(_ scene: ReviewScene, _ proposal: TestProposal) async throws -> [String] {
    try await scene.service.look(
      as: scene.requester, ShowTimeline(proposal: proposal.reference, after: nil, limit: 200)
    ).compactMap { entry in
      guard case .object(let event) = entry.event, case .string(let type)? = event["type"]
      else { return nil }
      return type
    }
  }

  @Test("two last approvals at once, 50 in parallel: one approved entry and one grant")
  func lastApprovals() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      let outcome = try await succeeded(
        (0..<50).map { index in
          {
            try await scene.decide(
              proposal, index % 2 == 0 ? scene.risk : scene.both, .riskReviewer)
          }
        })
      #expect(outcome.count == 1)
      #expect(try await scene.show(proposal).status == .approved)
      #expect(try await scene.grants().count == 1)
      #expect(try await events(scene, proposal).count { $0 == "proposal.approved" } == 1)
    }
  }

  @Test("two last approvals at once, 50 in parallel, under conditions: one counter-offer")
  func lastApprovalsCountered() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer, under: narrow)
      let outcome = try await succeeded(
        (0..<50).map { index in
          {
            try await scene.decide(
              proposal, index % 2 == 0 ? scene.risk : scene.both, .riskReviewer)
          }
        })
      #expect(outcome.count == 1)
      #expect(try await scene.show(proposal).status == .countered)
      #expect(try await scene.grants().isEmpty)
      #expect(try await events(scene, proposal).count { $0 == "counter.offered" } == 1)
      let accepted = try await succeeded(
        (0..<20).map { index in
          { try await scene.accept(proposal, by: index % 2 == 0 ? scene.owner : scene.requester) }
        })
      #expect(accepted.count == 1)
      #expect(accepted.codes == ["round_closed"])
      #expect(try await scene.grants().count == 1)
    }
  }

  @Test("accept, decline and withdraw at once, 30 times: one of them holds, the others are told")
  func answers() async throws {
    try await ReviewScene.with { scene, _ in
      var granted = 0
      for number in 0..<30 {
        let proposal = try await scene.submitted {
          $0.replacing("Price reference", with: "Price reference \(number)")
        }
        try await scene.decide(proposal, scene.legal, .legalReviewer, under: narrow)
        try await scene.decide(proposal, scene.risk, .riskReviewer)
        let digest = try await scene.show(proposal).numbers?.counter?.digest
        let outcome = try await succeeded(
          ([
            { try await scene.accept(proposal, by: scene.owner, echoing: digest) },
            { try await scene.decline(proposal) },
            { try await scene.withdraw(proposal) },
          ] as [@Sendable () async throws -> Void]).shuffled())
        #expect(outcome.count == 1, "\(outcome.codes)")
        let view = try await scene.show(proposal)
        #expect([.approved, .draft, .withdrawn].contains(view.status))
        #expect((view.grant != nil) == (view.status == .approved))
        granted += view.status == .approved ? 1 : 0
        #expect(outcome.codes.isSubset(of: ["round_closed", "no_open_round", "not_open"]))
      }
      #expect(try await scene.grants().count == granted)
    }
  }

  @Test("a retraction against the last approval, 30 times: never a grant that lacks a signature")
  func retractAgainstApprove() async throws {
    try await ReviewScene.with { scene, _ in
      for number in 0..<30 {
        let proposal = try await scene.submitted {
          $0.replacing("Price reference", with: "Price reference \(number)")
        }
        let first = try await scene.decide(proposal, scene.legal, .legalReviewer)
        async let retracted = refusalCodes { try await scene.retract(first, by: scene.legal) }
        async let approved = refusalCodes {
          try await scene.decide(proposal, scene.risk, .riskReviewer)
        }
        let outcome = try await (retracted: retracted, approved: approved)
        let view = try await scene.show(proposal)
        #expect(outcome.approved == [])
        if outcome.retracted.isEmpty {
          #expect(view.status == .inReview)
          #expect(view.grant == nil)
        } else {
          #expect(outcome.retracted == ["round_closed"])
          #expect(view.status == .approved)
          #expect(view.seats.map(\.filledBy) == [scene.legal.id, scene.risk.id])
        }
      }
    }
  }

  @Test("an acceptance against a lock: both hold, and nothing can be used")
  func acceptAgainstLock() async throws {
    try await ReviewScene.with { scene, _ in
      for number in 0..<10 {
        let proposal = try await scene.submitted {
          $0.replacing("Price reference", with: "Price reference \(number)")
        }
        try await scene.decide(proposal, scene.legal, .legalReviewer, under: narrow)
        try await scene.decide(proposal, scene.risk, .riskReviewer)
        guard case .id(let id) = proposal.reference else { return }
        async let accepted: Void = scene.accept(proposal)
        async let locked = scene.service.act(
          as: scene.maintainer,
          PlaceLock(input: .success(.init(scope: .proposal(id), reason: "captcha"))))
        _ = try await (accepted, locked)
        let view = try await scene.show(proposal)
        #expect(view.status == .approved)
        #expect(view.effectiveStatus == "locked")
        #expect(view.blocking.map(\.code) == [.locked])
      }
    }
  }

  /// What may happen to a signer while the counter-offer is accepted.
  enum Change: CaseIterable, Sendable {
    case roleTaken, stopped
  }

  @Test(
    "a signer lost while it is accepted: granted before, or not at all", arguments: Change.allCases)
  func acceptAgainstChange(change: Change) async throws {
    for _ in 0..<6 {
      try await ReviewScene.with { scene, _ in
        let proposal = try await scene.submitted()
        try await scene.decide(proposal, scene.legal, .legalReviewer, under: narrow)
        try await scene.decide(proposal, scene.risk, .riskReviewer)
        async let accepted = refusalCodes { try await scene.accept(proposal) }
        async let changed: Void = apply(change, in: scene)
        let codes = try await (accepted, changed).0
        let view = try await scene.show(proposal)
        #expect((view.status == .approved) == codes.isEmpty)
        if !codes.isEmpty { #expect(codes == ["signature_missing"]) }
        #expect((view.grant != nil) == codes.isEmpty)
      }
    }
  }

  private func apply(_ change: Change, in scene: ReviewScene) async throws {
    switch change {
    case .roleTaken:
      _ = try await scene.service.act(
        as: scene.administrator, TakeRole(person: scene.risk.id, role: .riskReviewer))
    case .stopped:
      let stopped = ChangePerson.Input(name: nil, active: false, samePersonAs: nil)
      _ = try await scene.service.act(
        as: scene.administrator,
        ChangePerson(person: scene.risk.id, version: 1, input: .success(stopped)))
    }
  }
}
