import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("Signers that change while the last signature is given")
struct SignerRaceTests {
  /// What may happen to the first signer at the same instant.
  enum Change: CaseIterable, Sendable {
    case roleTaken, stopped, linkedToRequester, linkedToCosigner
  }

  @Test("the round is approved before the change or not at all", arguments: Change.allCases)
  func race(change: Change) async throws {
    for _ in 0..<6 {
      try await ReviewScene.with { scene, _ in
        let proposal = try await scene.submitted()
        try await scene.decide(proposal, scene.legal, .legalReviewer)
        async let changed: Void = apply(change, in: scene)
        async let decided: Void = signLast(proposal, in: scene)
        _ = try await (changed, decided)
        let view = try await scene.show(proposal)
        let decisions = try await scene.service.look(
          as: scene.risk, ListDecisions(proposal: proposal.reference, after: nil, limit: 10))
        if view.status != .approved {
          #expect(view.status == .inReview)
          #expect(decisions.contains { $0.decision.standing == .void } || decisions.count == 1)
        }
      }
    }
  }

  /// The signature; a refusal because the change came first is right, an error is not.
  private func signLast(
    _ proposal: (reference: ProposalReference, digest: Digest), in scene: ReviewScene
  ) async throws {
    do {
      try await scene.decide(proposal, scene.risk, .riskReviewer)
    } catch is Refusals {
      return
    }
  }

  private func apply(_ change: Change, in scene: ReviewScene) async throws {
    let signer = scene.legal.id
    switch change {
    case .roleTaken:
      _ = try await scene.service.act(
        as: scene.administrator, TakeRole(person: signer, role: .legalReviewer))
    case .stopped:
      try await patch(scene, .init(name: nil, active: false, samePersonAs: nil))
    case .linkedToRequester:
      try await patch(scene, .init(name: nil, active: nil, samePersonAs: scene.requester.id))
    case .linkedToCosigner:
      try await patch(scene, .init(name: nil, active: nil, samePersonAs: scene.risk.id))
    }
  }

  private func patch(_ scene: ReviewScene, _ input: ChangePerson.Input) async throws {
    _ = try await scene.service.act(
      as: scene.administrator,
      ChangePerson(person: scene.legal.id, version: 1, input: .success(input)))
  }
}
