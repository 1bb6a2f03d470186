import Domain
import Testing

@Suite("the counter-offer")
struct CounterOfferTests {
  typealias Build = ReviewBuilder
  let now = Build.start.adding(seconds: 3_600)
  let legal = Build.signer(10, [.legalReviewer])
  let risk = Build.signer(11, [.riskReviewer])
  let requester = Build.signer(4, [.requester])
  let owner = Build.signer(1, [.businessOwner])

  private func signed(_ one: Conditions?, _ other: Conditions?) throws -> Review {
    try Build.review().after(.legalReviewer, by: legal, under: one, at: now)
      .after(.riskReviewer, by: risk, under: other, at: now)
  }

  private func offered(_ review: Review) throws -> (Review, CounterOffer, Allowance) {
    let draft = try #require(try review.counterDraft(assessment: Build.assessment(), at: now))
    let bytes = ContentBytes(bytes: try draft.json.canonicalBytes(), digest: Build.digest)
    let counter = review.countered(draft, bytes: bytes, by: Build.actor(risk), at: now)
    #expect(counter.entry.type == .counterOffered)
    #expect(EvidenceProfile.event.violations(in: .object(counter.entry.detail)).isEmpty)
    #expect(EvidenceProfile.content.violations(in: draft.json).isEmpty)
    let round = try #require(review.round)
    let countered = Round(
      id: round.id, proposal: round.proposal, n: round.n, revision: round.revision,
      revisionNumber: round.revisionNumber, digest: round.digest,
      policyVersion: round.policyVersion, tier: round.tier, seats: round.seats,
      openedBy: round.openedBy, openedAt: round.openedAt, respondBy: round.respondBy,
      decideBy: round.decideBy, recorded: .countered, decisions: round.decisions)
    return (
      Build.review(countered, signers: [legal, risk]), counter.subject,
      try Allowance(counter: try JSONParser.parse(bytes.bytes))
    )
  }

  @Test("is the field-wise minimum of all conditions, each number with whose it is (5)")
  func minimum() throws {
    let review = try signed(
      Build.conditions(
        maxRate: Rate(milliRPS: 300), dailyRequests: 50, windows: Build.hours("20:00", "24:00"),
        endsOn: "2026-12-31"),
      Build.conditions(
        maxRate: Rate(milliRPS: 400), burst: 1, dailyRequests: 40,
        windows: Build.hours("18:00", "22:00")))
    let (_, _, allowance) = try offered(review)
    let (one, other) = (review.liveApprovals[0].setter, review.liveApprovals[1].setter)
    let target = allowance.targets[0]
    #expect(target.maxRate == Limit(Rate(milliRPS: 300), setBy: one))
    #expect(target.burst == Limit(1, setBy: other))
    #expect(target.dailyRequests == Limit(40, setBy: other))
    #expect(target.maxConcurrency == Build.reviewed.allowance.targets[0].maxConcurrency)
    #expect(allowance.endsOn == Limit(try #require(LocalDate("2026-12-31")), setBy: one))
    #expect(target.windows.value == (try Build.hours("20:00", "22:00")))
    #expect(Decision.setters(in: target.windows.setBy) == review.liveApprovals.map(\.id))
  }

  @Test("is made only when some condition narrows; equal numbers approve at once")
  func narrowsNothing() throws {
    let equal = Build.conditions(maxRate: Build.reviewed.allowance.targets[0].maxRate.value)
    let assessment = try Build.assessment()
    let same = try signed(equal, nil)
    #expect(try same.counterDraft(assessment: assessment, at: now) == nil)
    #expect(
      same.approved(assessment: assessment, by: Build.actor(risk), at: now)?.subject.digest
        == Build.digest)
    let narrower = try signed(equal, Build.conditions(burst: 1))
    #expect(narrower.approved(assessment: assessment, by: Build.actor(risk), at: now) == nil)
    #expect(try narrower.counterDraft(assessment: assessment, at: now) != nil)
    let half = try Build.review().after(
      .legalReviewer, by: legal, under: Build.conditions(burst: 1), at: now)
    #expect(try half.counterDraft(assessment: assessment, at: now) == nil)
  }

  @Test("the requester and the owner answer it, by its digest, while it waits (6, 7)")
  func answers() throws {
    let (review, counter, _) = try offered(signed(Build.conditions(burst: 1), nil))
    func codes(
      _ review: Review, _ signer: Signer, echoing digest: Digest? = Build.digest,
      at instant: Timestamp? = nil
    ) -> [String] {
      do throws(Refusals) {
        _ = try review.openCounter(
          counter, toBe: .accepted, echoing: digest, by: signer, at: instant ?? now)
        return []
      } catch {
        return error.all.map(\.code.rawValue)
      }
    }
    #expect(codes(review, requester) == [])
    #expect(codes(review, owner) == [])
    #expect(codes(review, Build.signer(2, [])) == ["not_allowed"])
    #expect(codes(review, legal) == ["not_allowed"])
    #expect(codes(review, requester, echoing: .zero) == ["stale_digest"])
    let end = Build.round().decideBy
    #expect(codes(review, requester, at: end) == ["lapsed"])
    #expect(codes(review, requester, at: end.adding(microseconds: -1)) == [])
    #expect(codes(Build.review(), requester) == ["no_counter_offer"])
    #expect(codes(Build.review(nil), requester) == ["no_open_round"])
    for (state, code) in [
      (RoundState.approved, "round_closed"), (.withdrawn, "round_closed"),
      (.superseded, "round_closed"), (.draft, "no_open_round"),
    ] {
      #expect(codes(Build.review(Build.round(state)), requester) == [code])
    }
  }

  @Test("accepted it is granted under its own digest, with its numbers")
  func accepted() throws {
    let (review, counter, allowance) = try offered(
      signed(Build.conditions(burst: 1, endsOn: "2026-12-20"), nil))
    let open = try review.openCounter(
      counter, toBe: .accepted, echoing: counter.digest, by: requester, at: now)
    let assessment = try Build.assessment()
    let (answer, approval) = try review.accepted(
      open, offering: allowance, assessment: assessment, actor: Build.actor(requester), at: now)
    #expect(answer.entry.type == .counterAccepted)
    #expect(approval.subject.decisions.map(\.role) == [.legalReviewer, .riskReviewer])
    let grant = try Grant.created(
      from: approval.subject, content: Build.reviewed.content, assessment: assessment,
      by: Build.actor(requester), at: now
    ).subject
    #expect(grant.digest == counter.digest)
    #expect(grant.budgets[0].burst == 1)
    #expect(grant.budgets[0].setBy["burst"] == .string(review.liveApprovals[0].setter))
    #expect(grant.budgets[0].setBy["ends_at"] == .string(review.liveApprovals[0].setter))
    #expect(grant.endsAt == Timestamp("2026-12-20T16:00:00Z"))
  }

  @Test(
    "a signature that does not count any more keeps it from being accepted (R8)",
    arguments: [
      Build.signer(11, []), Build.signer(11, [.riskReviewer], active: false),
      Build.signer(11, [.riskReviewer], since: Build.start.adding(seconds: 3_601)),
      Build.signer(11, [.riskReviewer], identity: 4),
    ])
  func signatureLost(changed: Signer) throws {
    let (review, counter, allowance) = try offered(signed(nil, Build.conditions(burst: 1)))
    let now = Build.review(review.round, signers: [legal, changed])
    let open = try now.openCounter(
      counter, toBe: .accepted, echoing: nil, by: requester, at: self.now)
    #expect(throws: Refusals(.signatureMissing(.riskReviewer))) {
      try now.accepted(
        open, offering: allowance, assessment: Build.assessment(),
        actor: Build.actor(requester), at: self.now)
    }
  }

  @Test("facts that ask for another seat, or that are prohibited now, keep it from being accepted")
  func stricterFacts() throws {
    let (review, counter, allowance) = try offered(signed(nil, Build.conditions(burst: 1)))
    let open = try review.openCounter(
      counter, toBe: .accepted, echoing: nil, by: requester, at: now)
    func refusal(_ changes: [String: JSON?]) throws -> Refusal? {
      let assessment = try Build.assessment(changes)
      do throws(Refusals) {
        _ = try review.accepted(
          open, offering: allowance, assessment: assessment,
          actor: Build.actor(requester), at: now)
        return nil
      } catch {
        return error.first
      }
    }
    #expect(try refusal([:]) == nil)
    #expect(
      try refusal(["targets/0/answers/enumerates": true]) == .signatureMissing(.businessOwner))
    #expect(
      try refusal(["targets/0/answers/circumvents_measures": true])?.code == .tierProhibited)
  }

  @Test("a retracted approval opens its seat, and in a countered round keeps it open (R11)")
  func retracted() throws {
    let review = try signed(nil, Build.conditions(burst: 1))
    let decision = review.liveApprovals[1]
    let ruling = try review.retracted(
      decision, by: risk, actor: Build.actor(risk), at: now)
    #expect(ruling.subject.decision.standing == .retracted)
    #expect(ruling.entry.type == .decisionRetracted)
    func refusals(_ review: Review, _ decision: Decision, _ signer: Signer) -> [String] {
      do throws(Refusals) {
        _ = try review.retracted(decision, by: signer, actor: Build.actor(signer), at: now)
        return []
      } catch {
        return error.all.map(\.code.rawValue)
      }
    }
    let second = Build.signer(60, [], identity: 11)
    #expect(refusals(review, decision, second) == [])
    #expect(refusals(review, decision, legal) == ["not_allowed"])
    #expect(refusals(review, ruling.subject.decision, risk) == ["decision_spent"])
    let (countered, _, _) = try offered(review)
    #expect(refusals(countered, decision, risk) == [])
    for state in RoundState.allCases where !state.isOpen && state != .draft && state != .lapsed {
      let closed = Build.review(Build.round(state), signers: [risk])
      #expect(refusals(closed, decision, risk) == ["round_closed"])
    }
    let late = try #require(review.round).decideBy
    #expect(throws: Refusals(.lapsed(at: late))) {
      try review.retracted(decision, by: risk, actor: Build.actor(risk), at: late)
    }
  }

  @Test("what a site has loosened since the snapshot is not granted (R9)")
  func loosened() throws {
    let lower = try Build.reviewed(of: ["targets/0/max_rps": JSON(Rate(milliRPS: 100))])
    let review = Build.review(try signed(nil, nil).round, signers: [legal, risk], reviewed: lower)
    let approval = try #require(
      review.approved(assessment: Build.assessment(), by: Build.actor(risk), at: now))
    #expect(approval.subject.allowance.targets[0].maxRate.value == Rate(milliRPS: 100))
  }

  @Test("a snapshot gives back the numbers that it showed")
  func snapshot() throws {
    for changes: [String: JSON?] in [
      [:], ["targets/0/answers/costly_endpoints": true],
      ["targets/0/answers/enumerates": true],
      ["targets/0/windows": [["days": ["mon"], "start": "22:00", "end": "06:00"]]],
    ] {
      let assessment = try Build.assessment(changes)
      let content = try ContentBuilder.content(changes)
      let shown = JSON.object(assessment.json)
      let stored = try JSONParser.parse(try shown.canonicalBytes())
      #expect(
        try Allowance(snapshot: stored, of: content) == Allowance(of: content, by: assessment))
    }
  }
}
