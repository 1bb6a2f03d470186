/// The field-wise narrowest of all conditions, to be accepted by its digest (lifecycle
/// transition 5).
package struct CounterOffer: Hashable, Sendable {
  package let id: CounterID
  package let round: RoundID
  package let bytes: ContentBytes
  package let madeAt: Timestamp
  /// Nil until somebody answered.
  package let answer: CounterAnswer?

  package var digest: Digest { bytes.digest }

  package init(
    id: CounterID, round: RoundID, bytes: ContentBytes, madeAt: Timestamp,
    answer: CounterAnswer?
  ) {
    self.id = id
    self.round = round
    self.bytes = bytes
    self.madeAt = madeAt
    self.answer = answer
  }
}

/// What became of a counter-offer.
package enum CounterAnswer: String, Hashable, Sendable {
  case accepted, declined
}

/// That the requester or owner answered a counter-offer.
package struct AnsweredCounter: Hashable, Sendable {
  package let counter: CounterOffer
  package let answer: CounterAnswer
  package let person: PersonID
  package let identity: PersonID
  /// After the answer; an acceptance leaves the rest to the approval.
  package let round: Round
}

/// The numbers of a counter-offer before they are bytes.
package struct CounterDraft: Hashable, Sendable {
  fileprivate let round: Round
  fileprivate let decisions: [Decision]
  fileprivate let allowance: Allowance
  fileprivate let content: ProposalContent

  /// What the digest covers: the numbers, who set each, and the revision that they are of.
  package var json: JSON {
    var members: JSONObject = [
      "proposal": JSON(round.proposal), "round": JSON(round.id),
      "revision_digest": JSON(round.digest),
    ]
    for member in allowance.json(of: content).members { members[member.name] = member.value }
    return .object(members)
  }
}

extension Review {
  /// The counter-offer to be made, once every seat is signed and some condition narrows; nil
  /// otherwise.
  ///
  /// Errors: `window_empty`, when a site has closed the hours that the conditions left.
  package func counterDraft(
    assessment: Assessment, at now: Timestamp
  ) throws(Refusals) -> CounterDraft? {
    guard let round, let reviewed, round.status(at: now) == .inReview,
      let decisions = signatures(assessment), decisions.contains(where: \.narrows)
    else { return nil }
    let allowance = allowance(by: assessment).signed(by: decisions)
    try Refusals.check(
      reviewed.emptyTargets(of: allowance, at: now).map { .windowEmpty(target: $0) })
    return CounterDraft(
      round: round, decisions: decisions, allowance: allowance, content: reviewed.content)
  }

  /// Makes the counter-offer of exactly these bytes.
  package func countered(
    _ draft: CounterDraft, bytes: ContentBytes, by actor: Actor, at now: Timestamp
  ) -> Ruling<CounterOffer> {
    let counter = CounterOffer(
      id: CounterID.make(at: now), round: draft.round.id, bytes: bytes, madeAt: now, answer: nil)
    return Ruling(
      counter,
      draft.round.entry(
        .counterOffered, by: actor, at: now,
        detail: [
          "counter": JSON(counter.id), "counter_digest": JSON(counter.digest),
          "decisions": .array(draft.decisions.map { JSON($0.id) }),
        ]))
  }
}
