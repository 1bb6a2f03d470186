import Domain
import Testing

@Suite("deciding")
struct DecideTests {
  typealias Build = ReviewBuilder
  let now = Build.start.adding(seconds: 3_600)
  let legal = Build.signer(10, [.legalReviewer])
  let risk = Build.signer(11, [.riskReviewer])
  let both = Build.signer(12, [.legalReviewer, .riskReviewer])

  private func refusals(
    _ review: Review, _ verdict: Verdict, _ signer: Signer?, at instant: Timestamp? = nil
  ) -> [String] {
    let found = review.refusals(of: verdict, by: signer, at: instant ?? now)
    return found.isEmpty ? [] : Refusals(found).all.map(\.code.rawValue)
  }

  @Test("an eligible reviewer approves, and the entry names role and digest")
  func approves() throws {
    let ruling = try Build.review().decided(
      Build.verdict(.legalReviewer), by: legal, actor: Build.actor(legal), at: now)
    #expect(ruling.subject.state == .inReview)
    #expect(ruling.subject.decision.authLevel == "token")
    #expect(ruling.entry.type == .decisionApproved)
    #expect(ruling.entry.role == .legalReviewer)
    #expect(ruling.entry.object.digest == Build.digest)
  }

  @Test("request_changes and reject close the round")
  func closes() throws {
    for (verdict, state) in [
      (Decision.Verdict.requestChanges, RoundState.changesRequested), (.reject, .rejected),
    ] {
      let ruling = try Build.review().decided(
        Build.verdict(.riskReviewer, verdict), by: risk, actor: Build.actor(risk), at: now)
      #expect(ruling.subject.state == state)
      #expect(ruling.subject.decision.seat == nil)
    }
  }

  @Test(
    "whose proposal it is does not decide on it",
    arguments: [
      (4, 4, ["self_decision"]), (50, 4, ["self_decision"]), (40, 40, ["editor_decision"]),
      (1, 1, ["party_decision"]), (2, 2, ["party_decision"]), (3, 3, ["party_decision"]),
      (51, 1, ["party_decision"]),
    ])
  func excluded(number: Int, identity: Int, codes: [String]) {
    let signer = Build.signer(number, [.legalReviewer], identity: identity)
    #expect(refusals(Build.review(), Build.verdict(.legalReviewer), signer) == codes)
  }

  @Test("a service credential does not decide")
  func nonHuman() {
    #expect(refusals(Build.review(), Build.verdict(.legalReviewer), nil) == ["non_human"])
  }

  @Test("the role must be held, by an active account")
  func role() {
    let review = Build.review()
    #expect(refusals(review, Build.verdict(.riskReviewer), legal) == ["role_not_held"])
    let gone = Build.signer(10, [.legalReviewer], active: false)
    #expect(refusals(review, Build.verdict(.legalReviewer), gone) == ["role_not_held"])
    let counsel = Build.signer(13, [.generalCounsel])
    #expect(refusals(review, Build.verdict(.generalCounsel), counsel) == ["no_such_seat"])
  }

  @Test("without an open round nobody decides")
  func state() {
    let verdict = Build.verdict(.legalReviewer)
    #expect(refusals(Build.review(nil), verdict, legal) == ["no_open_round"])
    for state in RoundState.allCases where !state.isOpen && state != .draft && state != .lapsed {
      #expect(refusals(Build.review(Build.round(state)), verdict, legal) == ["round_closed"])
    }
  }

  @Test("a decision at decide_by comes too late, one microsecond before it does not")
  func late() {
    let end = Build.round().decideBy
    let verdict = Build.verdict(.legalReviewer)
    #expect(refusals(Build.review(), verdict, legal, at: end) == ["lapsed"])
    #expect(refusals(Build.review(), verdict, legal, at: end.adding(microseconds: -1)) == [])
  }

  @Test("a stale digest is refused with the current one")
  func staleDigest() {
    let verdict = Build.verdict(.legalReviewer, digest: .zero)
    #expect(
      Build.review().refusals(of: verdict, by: legal, at: now)
        == [.staleDigest(current: Build.digest)])
  }

  @Test("one person decides once, in one role, with all their accounts")
  func oncePerPerson() throws {
    let review = try Build.review().after(.legalReviewer, by: both, at: now)
    #expect(
      refusals(review, Build.verdict(.riskReviewer), both)
        == ["already_decided", "seat_taken_by_same_person"])
    #expect(refusals(review, Build.verdict(.legalReviewer), both) == ["already_decided"])
    let second = Build.signer(60, [.riskReviewer], identity: 12)
    #expect(
      refusals(review, Build.verdict(.riskReviewer), second) == ["seat_taken_by_same_person"])
  }

  @Test("a filled seat takes no second approval, but anybody of the role may still reject")
  func filledSeat() throws {
    let review = try Build.review().after(.legalReviewer, by: legal, at: now)
    let other = Build.signer(14, [.legalReviewer])
    #expect(refusals(review, Build.verdict(.legalReviewer), other) == ["seat_filled"])
    #expect(refusals(review, Build.verdict(.legalReviewer, .reject), other) == [])
  }

  @Test("all reasons are told at once, in order of precedence")
  func allReasons() {
    let requester = Build.signer(4, [])
    let verdict = Build.verdict(.generalCounsel, digest: .zero)
    #expect(
      refusals(Build.review(), verdict, requester)
        == ["self_decision", "role_not_held", "stale_digest", "no_such_seat"])
  }

  @Test("an approval whose signer lost the role is void, and the seat can be filled again")
  func roleLost() throws {
    let review = try Build.review().after(.legalReviewer, by: legal, at: now)
    let without = Build.review(review.round, signers: [Build.signer(10, [])])
    #expect(without.approval(of: .legalReviewer) == nil)
    let other = Build.signer(14, [.legalReviewer])
    let ruling = try without.decided(
      Build.verdict(.legalReviewer), by: other, actor: Build.actor(other), at: now)
    #expect(ruling.subject.voided == review.round?.decisions.map(\.id))
    #expect(ruling.subject.decision.seat == 2)
  }

  @Test("a role given back after the approval does not revive it; the person decides anew")
  func roleGivenBack() throws {
    let review = try Build.review().after(.legalReviewer, by: legal, at: now)
    let back = Build.signer(10, [.legalReviewer], since: now.adding(seconds: 1))
    let again = Build.review(review.round, signers: [back])
    #expect(again.approval(of: .legalReviewer) == nil)
    let ruling = try again.decided(
      Build.verdict(.legalReviewer), by: back, actor: Build.actor(back),
      at: now.adding(seconds: 2))
    #expect(ruling.subject.decision.attempt == 2)
  }
}
