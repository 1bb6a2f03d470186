import Domain
import Testing

@Suite("approval and grant")
struct ApproveTests {
  typealias Build = ReviewBuilder
  let now = Build.start.adding(seconds: 3_600)
  let legal = Build.signer(10, [.legalReviewer])
  let risk = Build.signer(11, [.riskReviewer])

  private func signed() throws -> Review {
    try Build.review().after(.legalReviewer, by: legal, at: now)
      .after(.riskReviewer, by: risk, at: now)
  }

  @Test("every seat signed by another person approves")
  func quorum() throws {
    let assessment = try Build.assessment()
    let one = try Build.review().after(.legalReviewer, by: legal, at: now)
    #expect(one.approved(assessment: assessment, by: Build.actor(legal), at: now) == nil)
    let ruling = try #require(
      try signed().approved(assessment: assessment, by: Build.actor(risk), at: now))
    #expect(ruling.subject.round.recorded == .approved)
    #expect(ruling.subject.decisions.map(\.role) == [.legalReviewer, .riskReviewer])
    #expect(ruling.entry.type == .proposalApproved)
  }

  @Test(
    "a signer who is no longer eligible does not count",
    arguments: [
      Build.signer(10, []), Build.signer(10, [.legalReviewer], active: false),
      Build.signer(10, [.legalReviewer], since: Build.start.adding(seconds: 3_601)),
      Build.signer(10, [.legalReviewer], identity: 4),
    ])
  func lostEligibility(changed: Signer) throws {
    let review = Build.review(try signed().round, signers: [changed, risk])
    let assessment = try Build.assessment()
    #expect(review.approved(assessment: assessment, by: Build.actor(risk), at: now) == nil)
  }

  @Test("accounts of one human being found out later do not make two")
  func sameIdentity() throws {
    let one = Build.signer(11, [.riskReviewer], identity: 10)
    let decisions = try #require(try signed().round).decisions
    let merged = decisions.map { decision in
      Decision(
        id: decision.id, round: decision.round, person: decision.person,
        identity: Build.person(10), role: decision.role, verdict: decision.verdict,
        digest: decision.digest, reason: nil, decidedAt: decision.decidedAt,
        authMethod: decision.authMethod, authLevel: decision.authLevel,
        attempt: decision.attempt, seat: decision.seat, standing: .live)
    }
    let review = Build.review(Build.round(decisions: merged), signers: [legal, one])
    let assessment = try Build.assessment()
    #expect(review.approved(assessment: assessment, by: Build.actor(one), at: now) == nil)
  }

  @Test("facts that ask for more seats than the round has do not approve")
  func moreSeats() throws {
    let stricter = try Build.assessment(["targets/0/answers/enumerates": true])
    #expect(try signed().approved(assessment: stricter, by: Build.actor(risk), at: now) == nil)
  }

  @Test("nothing is approved at decide_by")
  func late() throws {
    let end = Build.round().decideBy
    let assessment = try Build.assessment()
    #expect(try signed().approved(assessment: assessment, by: Build.actor(risk), at: end) == nil)
  }

  private func grant(_ changes: [String: JSON?] = [:], at instant: Timestamp) throws -> Grant {
    let assessment = try Build.assessment(changes)
    let content = try ContentBuilder.content(changes)
    var review = Build.review(Build.round(seats: assessment.roles))
    for (index, role) in assessment.roles.enumerated() {
      review = try review.after(role, by: Build.signer(30 + index, [role]), at: Build.start)
    }
    let approval = try #require(
      review.approved(
        assessment: assessment, by: Build.actor(risk), at: Build.start.adding(seconds: 1)))
    return try Grant.created(
      from: approval.subject, content: content, assessment: assessment,
      by: Build.actor(risk), at: instant
    ).subject
  }

  @Test("a grant starts at local midnight of starts_on, or at the approval if that is later")
  func start() throws {
    let midnight = try #require(Timestamp("2026-11-30T16:00:00Z"))
    let early = try grant(at: midnight.adding(seconds: -5))
    #expect(early.budgets[0].startsAt == midnight)
    let late = try grant(at: midnight.adding(seconds: 5))
    #expect(late.startsAt == midnight.adding(seconds: 5))
  }

  @Test("a grant ends with ends_on in the target's zone, or with the tier's validity")
  func end() throws {
    let asked = try grant(at: now)
    #expect(asked.endsAt == Timestamp("2027-02-28T16:00:00Z"))
    #expect(asked.budgets[0].setBy["ends_at"] == "request")
    let t3 = try grant(["targets/0/answers/enumerates": true], at: now)
    #expect(t3.endsAt == now.adding(seconds: 30 * 86_400))
    #expect(t3.budgets[0].setBy["ends_at"] == "T3")
    #expect(t3.budgets[0].windows == DefaultPolicy.policy.terms(of: .t3).windows)
  }

  @Test("the numbers are those of the caps, divided by the cost weight and rounded down")
  func numbers() throws {
    let budget = try grant(
      ["targets/0/answers/costly_endpoints": true, "targets/0/daily_requests": 19],
      at: now
    ).budgets[0]
    #expect(budget.maxRate == Rate(milliRPS: 50))
    #expect(budget.dailyRequests == 1)
    #expect(budget.setBy["cost_weight"] == "R28")
    #expect(budget.hosts == ["www.example.com", "*.shop.example.com"])
    #expect(budget.evidenceExpiresAt == Timestamp("2027-05-01T16:00:00Z"))
    #expect(budget.totalRequests == 90)
  }

  @Test("an approval after the last day makes no grant")
  func tooLate() throws {
    let end = try #require(Timestamp("2027-02-28T16:00:00Z"))
    #expect(throws: Refusals(.grantEnded(at: end))) { try grant(at: end) }
  }

  @Test("one of requester, owner, operator or a deciding role revokes a grant, once")
  func revocation() throws {
    func standing(_ recorded: GrantState) -> GrantStanding {
      GrantStanding(
        id: ContentBuilder.id(GrantKind.self, 1), proposal: Build.proposal,
        digest: Build.digest, startsAt: Build.start,
        instants: GrantInstants(endsAt: Build.start.adding(seconds: 86_400)),
        recorded: recorded, recordedAt: Build.start)
    }
    for signer in [
      Build.signer(4, []), Build.signer(1, []), Build.signer(20, [.operator]), legal,
    ] {
      let ruling = try standing(.scheduled).revoked(
        by: signer, parties: Build.parties, actor: Build.actor(signer), at: now)
      #expect(ruling.entry.type == .grantRevoked)
    }
    let stranger = Build.signer(21, [.auditor])
    #expect(throws: Refusals.self) {
      try standing(.scheduled).revoked(
        by: stranger, parties: Build.parties, actor: Build.actor(stranger), at: now)
    }
    #expect(throws: Refusals(.grantRevoked(at: Build.start))) {
      try standing(.revoked).revoked(
        by: legal, parties: Build.parties, actor: Build.actor(legal), at: now)
    }
  }
}
