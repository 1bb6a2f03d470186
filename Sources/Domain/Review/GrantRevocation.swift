extension GrantStanding {
  /// Ends it at once by one person (lifecycle transition 16).
  package func revoked(
    by signer: Signer, parties: Parties, actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<GrantRevocation> {
    var found: [Refusal] = []
    let mayRevoke =
      parties.mayActFor(signer.identity)
      || signer.roles.keys.contains { $0.decides || $0 == .operator }
    if !mayRevoke {
      found.append(
        .notAllowed(
          act: "revoke", who: "the requester, the owner, an operator or a deciding role"))
    }
    switch state(at: now) {
    case .revoked: found.append(.grantRevoked(at: recordedAt))
    case .ended: found.append(.grantEnded(at: endsAt))
    case .replaced: found.append(.notOpen(status: GrantState.replaced.rawValue))
    case .scheduled, .active, .suspended: break
    }
    try Refusals.check(found)
    return Ruling(
      GrantRevocation(grant: id, from: recorded, at: now),
      entry(.grantRevoked, by: actor, at: now))
  }
}

/// That a grant was revoked.
package struct GrantRevocation: Hashable, Sendable {
  package let grant: GrantID
  package let from: GrantState
  package let at: Timestamp
}
