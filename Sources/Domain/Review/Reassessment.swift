/// What a policy that came into force after a round was opened makes of it (lifecycle R9): more
/// seats, lower numbers, or the end of its chances; never less than before.
package struct Reassessment: Hashable, Sendable {
  package let round: RoundID
  /// The newest version that it was held against.
  package let policyVersion: Int64
  /// By the round's own policy and every one that came into force since.
  package let assessment: Assessment
  /// Seats beyond those that the round had; none where it became prohibited.
  package let added: [Role]

  /// The tier from now on.
  package var tier: Tier { assessment.tier }
}

extension Round {
  /// Holds the round against the policies since.
  ///
  /// - Parameter assessment: by the round's own policy and every one that came into force since.
  package func reassessment(by assessment: Assessment, under version: Int64) -> Reassessment {
    Reassessment(
      round: id, policyVersion: version, assessment: assessment,
      added: assessment.roles.filter { !seats.contains($0) })
  }

  /// The same, to be recorded.
  ///
  /// Precondition: the round is open.
  package func reassessed(
    by assessment: Assessment, under version: Int64, actor: Actor, at now: Timestamp
  ) -> Ruling<Reassessment> {
    precondition(recorded.isOpen, "a closed round stays as it was decided")
    let reassessment = reassessment(by: assessment, under: version)
    return Ruling(
      reassessment,
      entry(
        .roundReassessed, by: actor, at: now,
        detail: [
          "policy": JSON(version), "tier": .string(reassessment.tier.description),
          "seats_added": .array(reassessment.added.map { .string($0.rawValue) }),
        ]))
  }
}
