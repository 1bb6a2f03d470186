import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("What people do with a grant")
struct GrantChangeTests {
  private let target = { (rate: Int64) in
    TargetConditions(index: 0, maxRate: Rate(microRPS: rate))
  }

  @Test("13: a ceiling lowered during the review lowers the number, set by the site")
  func ceiling() async throws {
    try await ReviewScene.with { review, clock in
      let proposal = try await review.submitted()
      try await review.decide(proposal, review.legal, .legalReviewer)
      try await review.put(rate: 100_000)
      try await review.decide(proposal, review.risk, .riskReviewer)
      let grant = try #require(try await review.show(proposal).grant)
      guard case .object(let terms) = grant.terms, case .array(let budgets)? = terms["budgets"],
        case .object(let budget)? = budgets.first, case .object(let setBy)? = budget["set_by"]
      else { throw GrantScene.NoGrant() }
      #expect(budget["max_rps"] == JSON(Rate(microRPS: 100_000)))
      #expect(setBy["max_rps"] == "site:www.example.com")
    }
  }

  @Test("15: after harm two people resume, as the first time; the second lifts it")
  func harm() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      let review = scene.review
      #expect(
        try await scene.refusedResumption(review.legal) == ["not_suspended"])
      try await scene.suspend(.breaker)
      for party in [review.requester, review.owner, review.maintainer] {
        let codes = try await scene.refusedResumption(party)
        #expect(codes.contains("not_allowed"))
      }
      let first = try await scene.resume(review.legal)
      #expect(first.awaitsSecond && first.view.state == .suspended)
      #expect(
        try await scene.refusedResumption(review.legal) == ["same_person"])
      #expect(try await scene.refusedLease("a") == [.grantSuspended(cause: .breaker)])
      let second = try await scene.resume(review.risk)
      #expect(!second.awaitsSecond && second.view.state == .active)
      #expect(second.view.blocking.isEmpty)
      #expect(try await scene.refusedLease("a").isEmpty)
      #expect(
        try await scene.events() == [
          "grant.created", "grant.activated", "grant.suspended", "grant.resumption_signed",
          "grant.resumed",
        ])
    }
  }

  @Test("15: cause by cause: each takes the role that owns it, the last one lifts the suspension")
  func causeByCause() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      try await scene.suspend(.policyTightened, "1")
      try await scene.suspend(.attestationMissed)
      let legal = try await scene.resume(scene.review.legal)
      #expect(legal.view.blocking == [.grantSuspended(cause: .attestationMissed)])
      #expect(
        try await scene.refusedResumption(scene.review.legal)
          == ["role_missing"])
      #expect(try await scene.resume(scene.review.risk).view.state == .active)
    }
  }

  @Test("site upgraded to government while active: suspended at once, and only a round helps")
  func siteUpgraded() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      _ = try await scene.lease("a")
      try await scene.review.put(rate: 2_000_000, kind: .privateCompany)
      #expect(try await scene.show().state == .active)
      try await scene.review.put(rate: 2_000_000, kind: .stateOrgan, version: 1)
      #expect(try await scene.refusedLease("b") == [.grantSuspended(cause: .siteUpgraded)])
      #expect(
        try await scene.refusedResumption(scene.review.legal)
          == ["grant_suspended"])
      // It was a mistake: the fact that the round knew holds again.
      try await scene.review.put(rate: 2_000_000, kind: .privateCompany, version: 2)
      #expect(try await scene.resume(scene.review.legal).view.state == .active)
    }
  }

  @Test("R3: the requester narrows at once and alone; anything wider is refused by its pointer")
  func narrows() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      let held = try await scene.lease("a", wish: 400_000)
      for person in [scene.review.legal, scene.review.maintainer] {
        #expect(
          try await refusalCodes { _ = try await scene.narrow(target(100_000), as: person) }
            == ["not_allowed"])
      }
      let wider = TargetConditions(index: 0, maxRate: Rate(microRPS: 600_000), burst: 3)
      let answer = try await outcome { try await scene.narrow(wider) }
      #expect(throws: Refusals.self) { try answer.get() }
      if case .failure(let refusals) = answer {
        #expect(
          refusals.all == [
            .conditionWidens(pointer: "/targets/0/max_rps"),
            .conditionWidens(pointer: "/targets/0/burst"),
          ])
      }
      let narrowing = try await scene.narrow(target(100_000))
      // The lease that is out keeps its term, and no longer.
      #expect(narrowing.effectiveAt == held.lease.freesAt)
      let renewed = try await scene.renew(held.lease)
      #expect(renewed.lease.term.portion.rate.microRPS == 100_000)
      #expect(try await scene.refusedLease("b").map(\.code) == [.noCapacity])
      await #expect(throws: InvalidBody.self) { try await scene.narrow(target(100_000)) }
      #expect(try await scene.epochs() == [])
      let owner = try await scene.narrow(
        target(50_000), as: scene.review.owner, isImmediate: true)
      #expect(owner.n == 2)
      #expect(try await scene.epochs() == ["narrowing"], "tokens that are out are void at once")
      guard case .object(let terms) = try await scene.show().grant.terms,
        case .array(let budgets)? = terms["budgets"], case .object(let budget)? = budgets.first,
        case .object(let setBy)? = budget["set_by"]
      else { throw GrantScene.NoGrant() }
      #expect(budget["max_rps"] == JSON(Rate(microRPS: 50_000)))
      #expect(setBy["max_rps"] == "narrowing 2" && setBy["burst"] == "request")
    }
  }

  @Test("R3: an earlier last day ends the grant earlier, hours that go end with the last token")
  func narrowsTime() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      let held = try await scene.lease("a")
      let now = try await scene.service.time().now
      let last = now.utcDate.adding(days: 3)
      let narrowing = try await scene.narrow(endsOn: last)
      #expect(narrowing.effectiveAt == held.lease.freesAt)
      #expect(try await scene.show().grant.standing.endsAt == narrowing.endsAt)
      scene.clock.runAhead(seconds: 5 * 86_400)
      #expect(try await scene.show().state == .ended)
      #expect(try await scene.refusedLease("b").first?.code == .grantEnded)
      #expect(
        try await refusalCodes { _ = try await scene.narrow(endsOn: last) } == ["grant_ended"])
    }
  }

  @Test("17: new revision while a grant is active: the old one makes room, its leases count on")
  func replaced() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      let held = try await scene.lease("a", wish: 400_000)
      let new = try await scene.replaced { $0.replacing("max_rps: 0.5", with: "max_rps: 0.45") }
      #expect(try await scene.show().state == .replaced)
      #expect(try await scene.show(new).state == .active)
      let refused = try await outcome { try await scene.renew(held.lease) }
      guard case .failure(let refusals) = refused else {
        Issue.record("a lease of a replaced grant was renewed")
        return
      }
      #expect(refusals.all.map(\.code).contains(.grantEnded))
      let next = try await scene.lease("b", wish: nil)
      #expect(next.lease.grant == new)
      #expect(next.lease.term.portion.rate.microRPS == 50_000)
      scene.clock.runAhead(seconds: 70)
      let more = try await scene.lease("c", wish: nil)
      #expect(more.lease.term.portion.rate.microRPS == 450_000)
    }
  }

  @Test("17: a grant that starts later takes the place then; revoked before, the old one goes on")
  func replacedLater() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      let later = { (text: String) in text.replacing("starts_on: today", with: "starts_on: +3d") }
      let first = try await scene.replaced(later)
      #expect(try await scene.show().state == .active)
      #expect(try await scene.show(first).state == .scheduled)
      let second = try await scene.replaced {
        later($0).replacing("max_rps: 0.5", with: "max_rps: 0.4")
      }
      #expect(try await scene.show(first).state == .replaced)
      #expect(try await scene.show().grant.replacedBy == second)
      #expect(try await scene.refusedLease("a").isEmpty)
      _ = try await scene.service.act(
        as: scene.review.legal, RevokeGrant(grant: second, reason: .success("not after all")))
      #expect(try await scene.show().grant.replacedBy == nil)
      let third = try await scene.replaced {
        later($0).replacing("max_rps: 0.5", with: "max_rps: 0.3")
      }
      scene.clock.runAhead(seconds: 4 * 86_400)
      #expect(try await scene.show().state == .replaced)
      #expect(try await scene.show(third).state == .active)
      #expect(try await scene.lease("b").lease.grant == third)
      #expect(try await scene.catchUp() == 2)
      #expect(try await scene.events().last == "grant.replaced")
    }
  }

  @Test("16: a scheduled and a suspended grant are revoked too, by one person")
  func revoked() async throws {
    try await GrantScene.with({ $0.replacing("starts_on: today", with: "starts_on: +2d") }) {
      (scene: GrantScene) async throws in
      let view = try await scene.service.act(
        as: scene.review.owner, RevokeGrant(grant: scene.grant, reason: .success("no")))
      #expect(view.state == .revoked)
    }
    try await GrantScene.with { (scene: GrantScene) async throws in
      let held = try await scene.lease("a")
      try await scene.suspend(.breaker)
      let view = try await scene.service.act(
        as: scene.review.legal, RevokeGrant(grant: scene.grant, reason: .success("no")))
      #expect(view.state == .revoked && view.causes.isEmpty)
      #expect(
        try await refusalCodes { _ = try await scene.renew(held.lease) }.first
          == "grant_revoked")
    }
  }

  @Test("R14: the real use is shown against what was granted, with the smaller number")
  func usage() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      let held = try await scene.lease("a")
      _ = try await scene.renew(held.lease, requests: 3)
      let usage = try await scene.service.look(
        as: scene.review.risk, ShowGrantUsage(grant: scene.grant))
      let target = try #require(usage.targets.first)
      #expect(target.requests == 3 && target.mostInADay == 3 && target.proposedDailyRequests == 3)
      #expect(target.granted.maxRate.microRPS == 500_000)
      #expect(target.proposedRate?.microRPS == 50_000)
      #expect(target.reserved > 3)
    }
  }
}
