/// What policies, sites and robots.txt as they are now make of an open round: more seats, lower
/// numbers, or the end of its chances; never less than when it was submitted (lifecycle R9).
package struct Reassessment: Hashable, Sendable {
  package let round: RoundID
  /// The newest version that it was held against.
  package let policyVersion: Int64
  /// By the round's own policy and every one that came into force since.
  package let assessment: Assessment
  /// Seats beyond those that the round had; none where it became prohibited.
  package let added: [Role]
  /// The tier from now on.
  package let tier: Tier

  /// Whether the round is judged otherwise than was recorded last.
  package func differs(from standing: (policy: Int64, tier: Tier)) -> Bool {
    policyVersion > standing.policy || tier != standing.tier || !added.isEmpty
  }
}

extension Round {
  /// Holds the round against the policies since, and the facts of now.
  ///
  /// - Parameter assessment: by the round's own policy and every one that came into force since.
  package func reassessment(by assessment: Assessment, under version: Int64) -> Reassessment {
    Reassessment(
      round: id, policyVersion: version, assessment: assessment,
      added: assessment.roles.filter { !seats.contains($0) }, tier: max(tier, assessment.tier))
  }

  /// The same, to be recorded.
  ///
  /// Precondition: the round is open.
  package func reassessed(
    as reassessment: Reassessment, by actor: Actor, at now: Timestamp
  ) -> Ruling<Reassessment> {
    precondition(recorded.isOpen, "a closed round stays as it was decided")
    return Ruling(
      reassessment,
      entry(
        .roundReassessed, by: actor, at: now,
        detail: [
          "policy": JSON(reassessment.policyVersion),
          "tier": .string(reassessment.tier.description),
          "seats_added": .array(reassessment.added.map { .string($0.rawValue) }),
        ]))
  }
}
