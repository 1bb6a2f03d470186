/// A round that every seat has signed.
package struct Approval: Hashable, Sendable {
  package let round: Round
  /// One per seat, in the order of the seats.
  package let decisions: [Decision]
  /// Of what was signed: the revision, or the counter-offer that was accepted.
  package let digest: Digest
  /// The numbers to be granted.
  package let allowance: Allowance
}

extension Review {
  /// The approval, once every required role is filled by another person, each still eligible
  /// now, and no condition narrows (lifecycle transition 4); nil otherwise.
  ///
  /// - Parameter assessment: of the same content with the sites of now, by the round's policy and
  ///   every one that came into force since; seats that it asks for beyond those of the round are
  ///   missing.
  package func approved(
    assessment: Assessment, by actor: Actor, at now: Timestamp
  ) -> Ruling<Approval>? {
    guard let round, round.status(at: now) == .inReview,
      let decisions = signatures(assessment), !decisions.contains(where: \.narrows)
    else { return nil }
    return approval(
      of: round, by: decisions, digest: round.digest,
      granting: allowance(by: assessment).signed(by: decisions), actor: actor, at: now)
  }

  /// Everybody whose signature is needed, in the order of the seats, once they are all there; nil
  /// while somebody is missing.
  func signatures(_ assessment: Assessment) -> [Decision]? {
    guard let round, missingSignatures(assessment).isEmpty else { return nil }
    return round.seats.compactMap { approval(of: $0) }
  }

  /// What stands against the round's quorum now: a prohibited fact, or roles nobody signed for. Of
  /// accounts that turned out to be one person's the first fills its seat.
  func missingSignatures(_ assessment: Assessment) -> [Refusal] {
    guard let round else { return [] }
    if assessment.tier == .x { return [assessment.prohibition] }
    let needed = Set(round.seats).union(assessment.roles)
    var signed: Set<PersonID> = []
    return Role.deciding.filter { role in
      guard needed.contains(role) else { return false }
      guard let identity = approval(of: role)?.identity else { return true }
      return !signed.insert(identity).inserted
    }.map { .signatureMissing($0) }
  }

  /// What may be granted now: the smaller of the snapshot and today's assessment (lifecycle R9:
  /// what was loosened since does not help).
  ///
  /// Precondition: `reviewed` is there.
  func allowance(by assessment: Assessment) -> Allowance {
    guard let reviewed else { preconditionFailure("a round is concluded on what it reviewed") }
    return reviewed.allowance.lowered(to: Allowance(of: reviewed.content, by: assessment))
  }

  func approval(
    of round: Round, by decisions: [Decision], digest: Digest, granting allowance: Allowance,
    actor: Actor, at now: Timestamp, counter: CounterOffer? = nil
  ) -> Ruling<Approval> {
    var detail: JSONObject = [
      "decisions": .array(decisions.map { JSON($0.id) }),
      "tier": .string(round.tier.description),
    ]
    detail["counter"] = counter.map { JSON($0.id) }
    detail["counter_digest"] = counter.map { JSON($0.digest) }
    return Ruling(
      Approval(
        round: round.with(state: .approved), decisions: decisions, digest: digest,
        allowance: allowance),
      round.entry(.proposalApproved, by: actor, at: now, detail: detail))
  }
}

extension Assessment {
  /// The refusal of a content that no approval can make right.
  var prohibition: Refusal {
    let prohibiting = targets.flatMap(\.findings.rules).filter { $0.effect.tier == .x }.map(\.id)
    return .tierProhibited(rules: Set(prohibiting).sorted())
  }
}
