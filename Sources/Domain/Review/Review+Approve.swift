/// A round that every seat has signed.
package struct Approval: Hashable, Sendable {
  package let round: Round
  /// One per seat, in the order of the seats.
  package let decisions: [Decision]
}

extension Review {
  /// The approval, once every required role is filled by another person, each still eligible
  /// now (lifecycle transition 4); nil while somebody is missing.
  ///
  /// - Parameter assessment: of the same content with the sites of now, by the round's policy and
  ///   every one that came into force since; seats that it asks for beyond those of the round are
  ///   missing.
  package func approved(
    assessment: Assessment, by actor: Actor, at now: Timestamp
  ) -> Ruling<Approval>? {
    guard let round, round.status(at: now) == .inReview, assessment.tier != .x,
      Set(assessment.roles).isSubset(of: round.seats)
    else { return nil }
    let decisions = round.seats.compactMap { approval(of: $0) }
    guard decisions.count == round.seats.count,
      Set(decisions.map(\.identity)).count == decisions.count
    else { return nil }
    let signed = Approval(round: round.with(state: .approved), decisions: decisions)
    return Ruling(
      signed,
      round.entry(
        .proposalApproved, by: actor, at: now,
        detail: [
          "decisions": .array(decisions.map { JSON($0.id) }),
          "tier": .string(round.tier.description),
        ]))
  }
}
