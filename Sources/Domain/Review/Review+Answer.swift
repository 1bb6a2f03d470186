/// A counter-offer that somebody may answer now.
package struct OpenCounter: Hashable, Sendable {
  package let offer: CounterOffer
  fileprivate let round: Round
  fileprivate let signer: Signer
}

extension Review {
  /// The counter-offer, if this person may answer it now; everything that stands against it
  /// otherwise.
  ///
  /// - Parameters:
  ///   - counter: of the newest round; nil when none was made.
  ///   - answer: what it is to be.
  ///   - echoed: the digest that the caller read; nil where they need not name one.
  package func openCounter(
    _ counter: CounterOffer?, toBe answer: CounterAnswer, echoing echoed: Digest?,
    by signer: Signer, at now: Timestamp
  ) throws(Refusals) -> OpenCounter {
    var found: [Refusal] = []
    if !parties.mayActFor(signer.identity) {
      found.append(.notAllowed(act: answer.act, who: "the requester or the owner"))
    }
    switch status(at: now) {
    case .countered: break
    case .inReview: found.append(.noCounterOffer(status: RoundState.inReview.rawValue))
    default: found += stateRefusals(at: now)
    }
    if let counter, let echoed, echoed != counter.digest {
      found.append(.staleDigest(current: counter.digest))
    }
    try Refusals.check(found)
    guard let round, let counter else { preconditionFailure("a countered round has an offer") }
    return OpenCounter(offer: counter, round: round, signer: signer)
  }

  /// Takes a counter-offer up (lifecycle transition 6). That is no approval: every signature must
  /// still stand, of somebody still in the role.
  ///
  /// - Parameters:
  ///   - offered: the numbers in its bytes.
  ///   - assessment: as for `approved`; numbers that a site has lowered since are granted lower.
  package func accepted(
    _ counter: OpenCounter, offering offered: Allowance, assessment: Assessment, actor: Actor,
    at now: Timestamp
  ) throws(Refusals) -> (answer: Ruling<AnsweredCounter>, approval: Ruling<Approval>) {
    try Refusals.check(missingSignatures(assessment))
    guard let decisions = signatures(assessment) else {
      preconditionFailure("no signature is missing")
    }
    let approval = approval(
      of: counter.round, by: decisions, digest: counter.offer.digest,
      granting: offered.lowered(to: allowance(by: assessment)), actor: actor, at: now,
      counter: counter.offer)
    return (counter.answered(.accepted, by: actor, at: now), approval)
  }

  /// Turns a counter-offer down (lifecycle transition 7): a new revision goes on.
  package func declined(
    _ counter: OpenCounter, actor: Actor, at now: Timestamp
  ) -> Ruling<AnsweredCounter> {
    counter.answered(.declined, by: actor, at: now)
  }
}

extension OpenCounter {
  fileprivate func answered(
    _ answer: CounterAnswer, by actor: Actor, at now: Timestamp
  ) -> Ruling<AnsweredCounter> {
    Ruling(
      AnsweredCounter(
        counter: offer, answer: answer, person: signer.person, identity: signer.identity,
        round: answer == .declined ? round.with(state: .draft) : round),
      round.entry(
        answer.event, by: actor, at: now,
        detail: ["counter": JSON(offer.id), "counter_digest": JSON(offer.digest)]))
  }
}

extension CounterAnswer {
  fileprivate var act: String {
    switch self {
    case .accepted: "accept a counter-offer"
    case .declined: "decline a counter-offer"
    }
  }

  fileprivate var event: EventType {
    switch self {
    case .accepted: .counterAccepted
    case .declined: .counterDeclined
    }
  }
}
