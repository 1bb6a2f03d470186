/// A decision that its signer took back.
package struct Retraction: Hashable, Sendable {
  package let decision: Decision
  package let by: PersonID
  package let at: Timestamp
}

extension Review {
  /// Takes one's own decision back before the round is decided (lifecycle R11): its seat is open
  /// again, and no earlier decision comes back to life. While a counter-offer waits it loses a
  /// signature, and nobody can accept it any more.
  ///
  /// Precondition: the decision is of this round.
  package func retracted(
    _ decision: Decision, by signer: Signer, actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<Retraction> {
    guard let round, decision.round == round.id else {
      preconditionFailure("a decision is taken back in its own round")
    }
    var found: [Refusal] = []
    if decision.identity != signer.identity {
      found.append(.notAllowed(act: "retract", who: "whoever made the decision"))
    }
    if round.status(at: now) != .countered { found += stateRefusals(at: now) }
    if decision.standing != .live { found.append(.decisionSpent(as: decision.standing)) }
    try Refusals.check(found)
    return Ruling(
      Retraction(
        decision: decision.standing(as: .retracted), by: signer.person, at: now),
      round.entry(
        .decisionRetracted, by: actor, at: now, role: decision.role,
        detail: ["decision": JSON(decision.id)]))
  }
}
