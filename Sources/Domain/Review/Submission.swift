/// What a submission is judged by: the newest revision, the rounds before, the policy's say and
/// the people there are.
package struct Submission: Sendable {
  package let proposal: ProposalID
  package let revision: RevisionID
  package let revisionNumber: Int64
  /// Of the newest revision.
  package let digest: Digest
  package let content: ProposalContent
  package let assessment: Assessment
  package let policyVersion: Int64
  package let respondWithinDays: Int64
  package let parties: Parties
  /// Accounts named in the content and the requester, with what they are.
  package let partyAccounts: [(part: String, signer: Signer)]
  /// All rounds of the proposal, oldest first.
  package let rounds: [Round]
  /// Digest of the counter-offer that waits for an answer, if one does.
  package let counter: Digest?
  /// Active holders of deciding roles.
  package let candidates: [Signer]

  package init(
    proposal: ProposalID, revision: RevisionID, revisionNumber: Int64, digest: Digest,
    content: ProposalContent, assessment: Assessment, policyVersion: Int64,
    respondWithinDays: Int64, parties: Parties,
    partyAccounts: [(part: String, signer: Signer)], rounds: [Round],
    counter: Digest? = nil, candidates: [Signer]
  ) {
    self.proposal = proposal
    self.revision = revision
    self.revisionNumber = revisionNumber
    self.digest = digest
    self.content = content
    self.assessment = assessment
    self.policyVersion = policyVersion
    self.respondWithinDays = respondWithinDays
    self.parties = parties
    self.partyAccounts = partyAccounts
    self.rounds = rounds
    self.counter = counter
    self.candidates = candidates
  }

  /// Opens a round (lifecycle transition 2), or says everything that stands against it.
  ///
  /// - Parameter echoed: the digest that the submitter read.
  package func opened(
    echoing echoed: Digest, by signer: Signer, actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<Round> {
    try Refusals.check(callRefusals(echoed, signer, at: now))
    let reasons = contentRefusals(at: now)
    if !reasons.isEmpty { throw Refusals(.notSubmittable, because: reasons) }
    let round = Round(
      id: RoundID.make(at: now), proposal: proposal, n: Int64(rounds.count) + 1,
      revision: revision, revisionNumber: revisionNumber, digest: digest,
      policyVersion: policyVersion, tier: assessment.tier, seats: assessment.roles,
      openedBy: signer.person, openedAt: now,
      respondBy: now.adding(seconds: respondWithinDays * 86_400),
      decideBy: now.adding(seconds: assessment.decideWithinDays * 86_400),
      recorded: .inReview, decisions: [])
    return Ruling(
      round,
      round.entry(
        .proposalSubmitted, by: actor, at: now,
        detail: [
          "policy": JSON(policyVersion), "tier": .string(round.tier.description),
          "seats": .array(round.seats.map { .string($0.rawValue) }),
          "decide_by": JSON(round.decideBy),
        ]))
  }

  /// The round that a new one takes the place of (lifecycle transition 12); nil when none is
  /// open.
  package func superseded(by actor: Actor, at now: Timestamp) -> Ruling<Round>? {
    guard let round = rounds.last, round.recorded == .inReview,
      round.status(at: now) == .inReview
    else { return nil }
    return Ruling(
      round.with(state: .superseded), round.entry(.roundSuperseded, by: actor, at: now))
  }

  /// The last round, where its time ran out before anybody recorded it (transition 10).
  package func lapsed(by actor: Actor, at now: Timestamp) -> Ruling<Round>? {
    rounds.last?.lapsed(by: actor, at: now)
  }

  private func callRefusals(_ echoed: Digest, _ signer: Signer, at now: Timestamp) -> [Refusal] {
    var found: [Refusal] = []
    if !parties.mayActFor(signer.identity) {
      found.append(.notAllowed(act: "submit", who: "the requester or the owner"))
    }
    if echoed != digest { found.append(.staleDigest(current: digest)) }
    if rounds.contains(where: { $0.digest == digest && $0.recorded == .rejected }) {
      found.append(.digestRejected(digest))
    }
    if let last = rounds.last, last.digest == digest {
      switch last.status(at: now) {
      // A declined counter-offer (`draft`) is answered by a new revision (transition 7).
      case .inReview, .countered, .approved, .changesRequested, .draft: found.append(.noChange)
      case .rejected, .lapsed, .withdrawn, .superseded: break
      }
    } else if rounds.last?.status(at: now) == .countered, let counter {
      found.append(.counterPending(counter))
    }
    return found
  }

  private func contentRefusals(at now: Timestamp) -> [Refusal] {
    var found = assessment.refusals
    let seating = Seating(roles: assessment.roles, candidates: candidates, parties: parties)
    found += seating.unfillable.map { .seatUnfillable($0) }
    if parties.owner == parties.deputy {
      found.append(.contentIncomplete(part: "deputy: another person than the owner"))
    }
    if content.targets.contains(where: { $0.zone.dayEnd(content.endsOn) <= now }) {
      found.append(.contentIncomplete(part: "ends_on: a day that is not over"))
    }
    found += partyAccounts.filter { !$0.signer.active }
      .map { .partyInactive(part: $0.part, person: $0.signer.person.text) }
    return found
  }
}
