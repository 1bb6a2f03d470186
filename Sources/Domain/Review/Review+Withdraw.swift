extension Review {
  /// Takes an open round back (lifecycle transition 11).
  package func withdrawn(
    by signer: Signer, actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<Round> {
    var found: [Refusal] = []
    if !parties.mayActFor(signer.identity) {
      found.append(.notAllowed(act: "withdraw", who: "the requester or the owner"))
    }
    let status = status(at: now)
    if !status.isOpen { found.append(.notOpen(status: status.rawValue)) }
    try Refusals.check(found)
    guard let round else { preconditionFailure("an open status has a round") }
    return Ruling(
      round.with(state: .withdrawn), round.entry(.proposalWithdrawn, by: actor, at: now))
  }
}
