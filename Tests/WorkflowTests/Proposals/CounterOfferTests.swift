import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("a counter-offer, from conditions to grant")
struct CounterOfferTests {
  private let slow = ReviewScene.conditions(maxRate: Rate(milliRPS: 100), dailyRequests: 500)

  /// A round that legal signed under conditions and risk without.
  private func countered(_ scene: ReviewScene) async throws -> TestProposal {
    let proposal = try await scene.submitted()
    try await scene.decide(proposal, scene.legal, .legalReviewer, under: slow)
    try await scene.decide(proposal, scene.risk, .riskReviewer)
    return proposal
  }

  private func numbers(_ grant: GrantView) -> JSON {
    guard case .object(let terms) = grant.grant.terms, case .array(let budgets)? = terms["budgets"]
    else { return .null }
    return budgets[0]
  }

  @Test("transitions 5 and 6: some condition narrows; accepted by digest the numbers are granted")
  func accepted() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await countered(scene)
      let view = try await scene.show(proposal)
      #expect(view.status == .countered)
      #expect(try await scene.grants().isEmpty)
      let counter = try #require(view.numbers?.counter)
      let offered = try #require(view.numbers?.offered)
      #expect(counter.digest != proposal.digest)
      #expect(counter.answer == nil)
      #expect(offered.targets[0].maxRate.value == Rate(milliRPS: 100))
      let decision = try await scene.decisions(proposal)[0].decision
      #expect(offered.targets[0].dailyRequests == Limit(500, setBy: decision.setter))
      #expect(
        try await refusalCodes { try await scene.accept(proposal, echoing: proposal.digest) }
          == ["stale_digest"])
      #expect(
        try await refusalCodes { try await scene.accept(proposal, by: scene.legal) }
          == ["not_allowed"])
      try await scene.accept(proposal, by: scene.owner)
      #expect(try await scene.show(proposal).status == .approved)
      #expect(try await scene.show(proposal).numbers?.counter?.answer == .accepted)
      let grant = try #require(try await scene.grants().first)
      #expect(grant.grant.standing.digest == counter.digest)
      guard case .object(let budget) = numbers(grant), case .object(let setBy)? = budget["set_by"]
      else {
        Issue.record("no budget")
        return
      }
      #expect(budget["max_rps"] == JSON(Rate(milliRPS: 100)))
      #expect(budget["daily_requests"] == 500)
      #expect(setBy["max_rps"] == .string(decision.setter))
      #expect(setBy["burst"] == "request")
      #expect(
        try await refusalCodes { try await scene.accept(proposal) } == ["round_closed"])
      #expect(try await refusalCodes { try await scene.decline(proposal) } == ["round_closed"])
    }
  }

  @Test("transition 7: declined it is a draft until another revision is submitted")
  func declined() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await countered(scene)
      let next = try await scene.revise(proposal) { $0.replacing("rps: 0.5", with: "rps: 0.1") }
      #expect(
        try await refusalCodes { try await scene.submit(next) } == ["counter_pending"])
      #expect(
        try await refusalCodes { try await scene.decline(proposal, by: scene.risk) }
          == ["not_allowed"])
      try await scene.decline(proposal)
      let view = try await scene.show(proposal)
      #expect(view.status == .draft)
      #expect(view.effectiveStatus == "draft")
      #expect(view.numbers?.counter?.answer == .declined)
      #expect(
        try await refusalCodes { try await scene.accept(proposal, by: scene.owner) }
          == ["no_open_round"])
      #expect(try await refusalCodes { try await scene.decline(proposal) } == ["no_open_round"])
    }
  }

  @Test("conditions that narrow nothing approve at once, and stand in the record")
  func narrowsNothing() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let allowed = try #require(try await scene.show(proposal).numbers?.allowance)
      let equal = ReviewScene.conditions(
        maxRate: allowed.targets[0].maxRate.value,
        windows: allowed.targets[0].windows.value, endsOn: allowed.endsOn.value)
      try await scene.decide(proposal, scene.legal, .legalReviewer, under: equal)
      try await scene.decide(proposal, scene.risk, .riskReviewer, under: equal)
      #expect(try await scene.show(proposal).status == .approved)
      #expect(try await scene.grants().first?.grant.standing.digest == proposal.digest)
      let decisions = try await scene.decisions(proposal).map(\.decision)
      #expect(decisions.map(\.conditions) == [equal, equal])
      #expect(decisions.map(\.narrows) == [false, false])
    }
  }

  @Test("a widening condition is refused with every pointer, and nothing is decided (R5)")
  func widening() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let wide = ReviewScene.conditions(maxRate: Rate.most, burst: 10_000)
      do {
        try await scene.decide(proposal, scene.legal, .legalReviewer, under: wide)
        Issue.record("taken")
      } catch let refusals as Refusals {
        #expect(
          refusals.all.map(\.subject) == [
            "/conditions/targets/0/max_rps", "/conditions/targets/0/burst",
          ])
      }
      #expect(try await scene.decisions(proposal).isEmpty)
    }
  }

  @Test("0.001 req/s condition: allowed, with the projected duration")
  func slowest() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(
        proposal, scene.legal, .legalReviewer,
        under: ReviewScene.conditions(maxRate: Rate(microRPS: 1_000)))
      let numbers = try #require(try await scene.show(proposal).numbers)
      #expect(numbers.allowance.targets[0].maxRate.value == Rate(microRPS: 1_000))
      let content = numbers.reviewed.content
      let seconds = try #require(
        numbers.allowance.targets[0].projectedSeconds(
          for: content.targets[0], days: content.days))
      let asked =
        content.targets[0].totalRequests ?? content.targets[0].dailyRequests * content.days
      #expect(seconds >= asked * 1_000)
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      try await scene.accept(proposal)
      #expect(try await scene.grants().count == 1)
    }
  }

  @Test("disjoint window conditions: refused, and both sides see it")
  func disjoint() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let allowed = try #require(try await scene.show(proposal).numbers?.allowance.targets[0])
      let windows = allowed.windows.value.windows
      let range = try #require(allowed.windows.value.minutes.first)
      #expect(range.count > 2, "\(windows)")
      func minute(_ start: Int) throws -> WindowSet {
        let day = try #require(Weekday(rawValue: start / 1_440))
        return WindowSet([
          try Window(
            days: [day], start: ClockTime(minute: start % 1_440),
            end: ClockTime(minute: start % 1_440 + 1))
        ])
      }
      let first = ReviewScene.conditions(windows: try minute(range.lowerBound))
      let second = ReviewScene.conditions(windows: try minute(range.lowerBound + 1))
      let decision = try await scene.decide(
        proposal, scene.legal, .legalReviewer, under: first)
      do {
        try await scene.decide(proposal, scene.risk, .riskReviewer, under: second)
        Issue.record("taken")
      } catch let refusals as Refusals {
        #expect(refusals.all == [.conditionsIncompatible(target: 0, with: decision.id)])
        #expect(refusals.first.subject == decision.id.text)
      }
      #expect(try await scene.decisions(proposal).count == 1)
      let seen = try #require(try await scene.show(proposal, as: scene.legal).numbers?.conflicts)
      #expect(seen.map(\.person) == [scene.risk.id])
      #expect(seen.map(\.conditions) == [second])
      #expect(seen.map(\.with) == [[decision.id]])
      // Told, they talk: the first takes hers back, and the conflict is over.
      try await scene.retract(decision, by: scene.legal)
      #expect(try await scene.show(proposal).numbers?.conflicts == [])
      try await scene.decide(proposal, scene.risk, .riskReviewer, under: second)
      try await scene.decide(proposal, scene.legal, .legalReviewer, under: second)
      #expect(try await scene.show(proposal).status == .countered)
    }
  }

  @Test("a signer who lost the role while it waited: nobody can accept, the round starts anew (R8)")
  func signerLost() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await countered(scene)
      _ = try await scene.service.act(
        as: scene.administrator, TakeRole(person: scene.risk.id, role: .riskReviewer))
      #expect(
        try await refusalCodes { try await scene.accept(proposal) } == ["signature_missing"])
      _ = try await scene.service.bootstrap(
        GiveRole(person: scene.risk.id, role: .riskReviewer))
      // Given back it does not revive what was signed before.
      #expect(
        try await refusalCodes { try await scene.accept(proposal) } == ["signature_missing"])
      #expect(try await scene.show(proposal).seats.map(\.filledBy) == [scene.legal.id, nil])
      try await scene.withdraw(proposal)
      try await scene.submit(proposal)
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      #expect(try await scene.show(proposal).status == .approved)
      #expect(try await scene.grants().count == 1)
    }
  }

  @Test("transitions 10 and 11 from countered: it lapses at decide_by, or is withdrawn")
  func lapsesOrIsWithdrawn() async throws {
    try await ReviewScene.with { scene, clock in
      let withdrawn = try await countered(scene)
      try await scene.withdraw(withdrawn, by: scene.owner)
      #expect(try await scene.show(withdrawn).status == .withdrawn)
      #expect(try await refusalCodes { try await scene.accept(withdrawn) } == ["round_closed"])
      let late = try await scene.submitted { $0.replacing("Price", with: "Later price") }
      try await scene.decide(late, scene.legal, .legalReviewer, under: slow)
      try await scene.decide(late, scene.risk, .riskReviewer)
      clock.runAhead(seconds: 14 * 86_400 + 60)
      #expect(try await scene.show(late).status == .lapsed)
      #expect(try await refusalCodes { try await scene.accept(late) } == ["lapsed"])
      #expect(try await refusalCodes { try await scene.decline(late) } == ["lapsed"])
      #expect(try await refusalCodes { try await scene.withdraw(late) } == ["not_open"])
      try await scene.submit(late)
      #expect(try await scene.show(late).status == .inReview)
    }
  }

  @Test("a site that was lowered while it waited is granted lower still")
  func siteLowered() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await countered(scene)
      let facts = SiteFacts(
        operatorKind: .privateCompany,
        ceiling: Ceiling(
          maxRPS: Rate(milliRPS: 50), burst: 8, maxConcurrency: 8, dailyRequests: 100_000,
          windows: .always),
        timeZone: "Asia/Shanghai", aliases: [], contact: nil, notes: nil)
      _ = try await scene.service.act(
        as: scene.administrator,
        PutSite(host: try Host("example.com"), version: nil, input: .success(facts)))
      try await scene.accept(proposal)
      guard case .object(let budget) = numbers(try #require(try await scene.grants().first)) else {
        Issue.record("no budget")
        return
      }
      #expect(budget["max_rps"] == JSON(Rate(milliRPS: 50)))
    }
  }
}
