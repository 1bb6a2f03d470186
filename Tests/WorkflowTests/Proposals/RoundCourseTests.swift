import CountersignTesting
import Domain
import Postgres
import Testing
import Workflow

@Suite("the course of a round: retractions, revisions, deadlines")
struct RoundCourseTests {
  private let cheaper: @Sendable (String) -> String = {
    $0.replacing("max_rps: 0.5", with: "max_rps: 0.4")
  }

  @Test("R11: a retracted approval opens its seat and brings nothing back; its signer decides anew")
  func retraction() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let first = try await scene.decide(proposal, scene.legal, .legalReviewer)
      #expect(
        try await refusalCodes { try await scene.retract(first, by: scene.risk) }
          == ["not_allowed"])
      try await scene.retract(first, by: scene.legal)
      #expect(
        try await refusalCodes { try await scene.retract(first, by: scene.legal) }
          == ["decision_spent"])
      #expect(try await scene.show(proposal).seats.map(\.filledBy) == [nil, nil])
      let second = try await scene.decide(proposal, scene.legal, .legalReviewer)
      #expect(second.attempt == 2)
      try await scene.retract(second, by: scene.legal)
      #expect(try await scene.show(proposal).seats.map(\.filledBy) == [nil, nil])
      // One person, one live decision: free again to sign in the other role.
      try await scene.decide(proposal, scene.both, .legalReviewer)
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      #expect(try await scene.show(proposal).status == .approved)
      let all = try await scene.decisions(proposal).map(\.decision.standing)
      #expect(all == [.retracted, .retracted, .live, .live])
      let last = try await scene.decisions(proposal)[3].decision
      #expect(
        try await refusalCodes { try await scene.retract(last, by: scene.risk) }
          == ["round_closed"])
    }
  }

  @Test("R11: a retraction while a counter-offer waits leaves it without its quorum")
  func retractionOfCountered() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(
        proposal, scene.legal, .legalReviewer, under: ReviewScene.conditions(burst: 1))
      let risk = try await scene.decide(proposal, scene.risk, .riskReviewer)
      try await scene.retract(risk, by: scene.risk)
      #expect(try await scene.show(proposal).status == .countered)
      #expect(
        try await refusalCodes { try await scene.accept(proposal) } == ["signature_missing"])
      #expect(
        try await refusalCodes { try await scene.decide(proposal, scene.risk, .riskReviewer) }
          == ["round_closed"])
      #expect(try await scene.grants().isEmpty)
      try await scene.decline(proposal)
      #expect(try await scene.show(proposal).status == .draft)
    }
  }

  @Test("a retraction repeated under the same key answers the same")
  func retractionRepeated() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let decision = try await scene.decide(proposal, scene.legal, .legalReviewer)
      let form = AnswerForm<Decision>(
        accepted: { StoredAnswer(status: 201, bytes: Array($0.id.text.utf8)) },
        refused: { _ in StoredAnswer(status: 409, bytes: []) })
      func retract() async throws -> Outcome<Decision> {
        try await scene.service.perform(
          for: scene.legal.calls("/v1/retractions", key: "k1"), storing: form
        ) { _ in RetractDecision(decision: decision.id, reason: .success(nil)) }
      }
      guard case .done = try await retract(), case .replayed(let answer) = try await retract()
      else {
        Issue.record("not done once and replayed once")
        return
      }
      #expect(answer.status == 201)
    }
  }

  @Test("transition 12: decisions of a superseded round stay visible as stale, with the diff")
  func superseded() async throws {
    try await ReviewScene.with { scene, _ in
      let first = try await scene.submitted()
      let old = try await scene.decide(first, scene.legal, .legalReviewer)
      #expect(try await scene.show(first).stale == nil)
      let second = try await scene.revise(first) {
        cheaper($0).replacing("Price reference", with: "Reference of prices")
          .replacing("burst: 2", with: "burst: 3")
      }
      #expect(try await scene.show(first).stale == nil)
      try await scene.submit(second)
      let stale = try #require(try await scene.show(second).stale)
      #expect(stale.round.recorded == .superseded)
      #expect(stale.round.decisions.map(\.id) == [old.id])
      let effects = stale.staleness.diff.entries.map {
        "\($0.pointer) \($0.effect.rawValue)"
      }
      #expect(
        Set(effects) == [
          "/title neutral", "/targets/0/max_rps narrows", "/targets/0/burst widens",
        ])
      let listed = try await scene.decisions(second)
      #expect(listed.map { $0.staleness?.revision } == [1])
      #expect(listed[0].staleness?.diff.entries.count == 3)
      #expect(try await scene.show(second).seats.map(\.filledBy) == [nil, nil])
      #expect(
        try await refusalCodes { try await scene.retract(old, by: scene.legal) }
          == ["round_closed"])
      try await scene.decide(second, scene.legal, .legalReviewer)
      #expect(try await scene.decisions(second).map { $0.staleness == nil } == [false, true])
    }
  }

  @Test("same digest submitted again while in review: no_change")
  func sameDigest() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      #expect(try await refusalCodes { try await scene.submit(proposal) } == ["no_change"])
      try await scene.decide(proposal, scene.risk, .riskReviewer, .requestChanges)
      #expect(try await refusalCodes { try await scene.submit(proposal) } == ["no_change"])
      #expect(try await scene.show(proposal).status == .changesRequested)
    }
  }

  @Test("revert of r2 to r1's content: a new round, and old decisions do not count")
  func revert() async throws {
    try await ReviewScene.with { scene, _ in
      let first = try await scene.submitted()
      try await scene.decide(first, scene.legal, .legalReviewer)
      let second = try await scene.revise(first, cheaper)
      try await scene.submit(second)
      let third = try await scene.revise(second) { $0 }
      #expect(third.digest == first.digest)
      try await scene.submit(third)
      let view = try await scene.show(third)
      #expect(view.round?.n == 3)
      #expect(view.revision.n == 3)
      #expect(view.seats.map(\.filledBy) == [nil, nil])
      #expect(view.stale?.staleness.diff.entries == [])
      try await scene.decide(third, scene.risk, .riskReviewer)
      #expect(try await scene.show(third).status == .inReview)
      try await scene.decide(third, scene.legal, .legalReviewer)
      #expect(try await scene.show(third).status == .approved)
    }
  }

  @Test("new revision while a grant is active: another round, and the grant stands meanwhile")
  func besideGrant() async throws {
    try await ReviewScene.with { scene, _ in
      let first = try await scene.submitted()
      try await scene.decide(first, scene.legal, .legalReviewer)
      try await scene.decide(first, scene.risk, .riskReviewer)
      let grant = try #require(try await scene.show(first).grant).standing.id
      let second = try await scene.revise(first, cheaper)
      try await scene.submit(second)
      let view = try await scene.show(second)
      #expect(view.status == .inReview)
      #expect(view.effectiveStatus == "in_review")
      #expect(view.grant?.standing.id == grant)
      #expect(view.grantState == .active)
      #expect(view.blocking == [])
      #expect(view.stale?.round.recorded == .approved)
      try await scene.decide(second, scene.legal, .legalReviewer, .reject)
      #expect(try await scene.show(second).grantState == .active)
      #expect(try await refusalCodes { try await scene.submit(second) } == ["digest_rejected"])
    }
  }

  @Test("transition 10: a lapse is recorded once, by nobody's call, and only when it is due")
  func lapse() async throws {
    try await ReviewScene.with { scene, clock in
      let open = try await scene.submitted()
      let withdrawn = try await scene.submitted { $0.replacing("Price", with: "Other price") }
      try await scene.withdraw(withdrawn)
      let round = try #require(try await scene.show(open).round?.id)
      func due() async throws -> [RoundID] {
        try await scene.service.look(as: scene.requester, DueLapses())
      }
      #expect(try await due() == [])
      #expect(try await scene.service.bootstrap(RecordLapse(round: round)) == false)
      clock.runAhead(seconds: 14 * 86_400 + 60)
      #expect(try await due() == [round])
      #expect(
        try await refusalCodes { try await scene.decide(open, scene.legal, .legalReviewer) }
          == ["lapsed"])
      let recorded = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<8 {
          group.addTask { try await scene.service.bootstrap(RecordLapse(round: round)) }
        }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(recorded == 1)
      #expect(try await due() == [])
      #expect(try await scene.show(open).status == .lapsed)
      let timeline = try await scene.service.look(
        as: scene.requester, ShowTimeline(proposal: open.reference, after: nil, limit: 50))
      #expect(timeline.count == 3)
    }
  }
}

/// The list that the chore reads.
private struct DueLapses: Query {
  func run(by act: Act, in tx: borrowing Transaction) async throws -> [RoundID] {
    try await RecordLapse.due(at: act.now, limit: 10, in: tx)
  }
}
