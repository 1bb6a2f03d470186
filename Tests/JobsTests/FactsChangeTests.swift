import CountersignTesting
import Domain
import Jobs
import Postgres
import Testing
import Workflow

@Suite("a site that is changed while a round is open")
struct FactsChangeTests {
  /// Platforms in the public interest take the business owner.
  static let platform = ReviewScene.adding(
    rule: """
        - id: N01
          text: "A platform in the public interest takes the business owner"
          when: {answer: operator_kind, op: eq, value: public_interest_platform}
          effect: {tier: T2}
          basis: []
      """)

  private func roles(_ view: ProposalView) -> [Role] { view.seats.map(\.role) }

  private func queue(_ scene: ReviewScene, of person: TestPerson) async throws -> Int {
    let all = ProposalFilter(
      status: nil, site: nil, owner: nil, awaiting: nil, tier: nil, words: [])
    return try await scene.service.look(
      as: person, ListProposals(filter: all, awaiting: .me, before: nil, limit: 10)
    ).count
  }

  private func runner(_ scene: ReviewScene) -> JobRunner {
    JobRunner(
      service: scene.service, handlers: [RoundReassessment()], chores: [],
      logger: TestDatabase.quiet)
  }

  @Test("stricter: its seat is there at once, the job brings it to the queue, the grant has it")
  func stricter() async throws {
    try await ReviewScene.with { scene, _ in
      let second = try await scene.secondAdministrator()
      let business = try await scene.service.makePerson("business", .businessOwner)
      try await scene.activate([Self.platform], with: second)
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      try await scene.put(kind: .publicInterestPlatform)
      let seen = try await scene.show(proposal, as: business)
      #expect(roles(seen) == [.legalReviewer, .riskReviewer, .businessOwner])
      #expect(seen.seats[0].filledBy == scene.legal.id)
      #expect(seen.canDecide.contains { $0.role == .businessOwner && $0.reasons.isEmpty })
      #expect(try await queue(scene, of: business) == 0)
      #expect(try await runner(scene).work() == 1)
      #expect(try await queue(scene, of: business) == 1)
      // A correction that changes nothing for the round: looked at again, and nothing recorded.
      try await scene.put(rate: 3_000_000, kind: .publicInterestPlatform, version: 1)
      #expect(try await runner(scene).work() == 1)
      let story = try await scene.service.look(
        as: scene.legal, ShowTimeline(proposal: proposal.reference, after: nil, limit: 50))
      let types = story.compactMap { entry -> String? in
        guard case .object(let event) = entry.event, case .string(let type)? = event["type"]
        else { return nil }
        return type
      }
      #expect(types.count { $0 == "round.reassessed" } == 1)
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      #expect(try await scene.show(proposal).status == .inReview)
      try await scene.decide(proposal, business, .businessOwner)
      let done = try await scene.show(proposal)
      #expect(done.status == .approved)
      #expect(done.grant?.tier == .t2)
    }
  }

  @Test("without any job the last of the old seats does not approve, and the view says who must")
  func withoutJob() async throws {
    try await ReviewScene.with { scene, _ in
      let second = try await scene.secondAdministrator()
      let business = try await scene.service.makePerson("business", .businessOwner)
      try await scene.activate([Self.platform], with: second)
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      try await scene.put(kind: .publicInterestPlatform)
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      let view = try await scene.show(proposal)
      #expect(view.status == .inReview)
      #expect(view.seats.first { $0.filledBy == nil }?.role == .businessOwner)
      try await scene.decide(proposal, business, .businessOwner)
      #expect(try await scene.show(proposal).status == .approved)
    }
  }

  @Test("prohibited by a site it cannot be approved and says why; put right it goes on")
  func prohibited() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      try await scene.put(kind: .stateOrgan)
      let view = try await scene.show(proposal, as: scene.risk)
      #expect(view.blocking.first == .tierProhibited(rules: ["R03"]))
      #expect(
        view.canDecide.first { $0.role == .riskReviewer }?.reasons.map(\.code.rawValue)
          == ["tier_prohibited"])
      #expect(
        try await refusalCodes { try await scene.decide(proposal, scene.risk, .riskReviewer) }
          == ["tier_prohibited"])
      #expect(try await runner(scene).work() == 1)
      // It was a mistake.
      try await scene.put(kind: .privateCompany, version: 1)
      #expect(try await scene.show(proposal).blocking.map(\.code.rawValue) == ["no_grant"])
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      #expect(try await scene.show(proposal).status == .approved)
    }
  }

  @Test("a lower ceiling is in the numbers before anybody signs, and in the grant")
  func lowerCeiling() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.put(rate: 100_000)
      let limit = try #require(
        try await scene.show(proposal).numbers?.allowance.targets.first?.maxRate)
      #expect(limit.value == Rate(microRPS: 100_000))
      #expect(limit.setBy.contains("site"))
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      // What is loosened again does not help what was read.
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      let terms = String(
        decoding: try #require(try await scene.show(proposal).grant).terms.bytes(), as: UTF8.self)
      #expect(terms.contains("\"max_rps\":0.1"))
    }
  }

  @Test("a site put beside the last approval: either its seat was signed or the grant stands still")
  func race() async throws {
    try await ReviewScene.with { scene, _ in
      let second = try await scene.secondAdministrator()
      _ = try await scene.service.makePerson("business", .businessOwner)
      try await scene.activate([Self.platform], with: second)
      var version: Int64?
      for _ in 0..<8 {
        let proposal = try await scene.submitted()
        try await scene.decide(proposal, scene.legal, .legalReviewer)
        let at = version
        async let put: Void = scene.put(kind: .publicInterestPlatform, version: at)
        async let decided = refusalCodes {
          try await scene.decide(proposal, scene.risk, .riskReviewer)
        }
        _ = try await (put, decided)
        let view = try await scene.show(proposal)
        if view.status == .approved {
          #expect(view.grantState == .suspended)
        } else {
          #expect(roles(view).contains(.businessOwner))
        }
        try await scene.put(kind: .privateCompany, version: (version ?? 0) + 1)
        version = (version ?? 0) + 2
      }
    }
  }
}
