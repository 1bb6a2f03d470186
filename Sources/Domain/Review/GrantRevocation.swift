/// A grant as a revocation is judged by it.
package struct GrantStanding: Hashable, Sendable {
  package let id: GrantID
  package let proposal: ProposalID
  package let digest: Digest
  package let startsAt: Timestamp
  package let endsAt: Timestamp
  /// The last recorded state.
  package let recorded: GrantState
  /// When it was revoked, if it was.
  package let revokedAt: Timestamp?

  package init(
    id: GrantID, proposal: ProposalID, digest: Digest, startsAt: Timestamp, endsAt: Timestamp,
    recorded: GrantState, revokedAt: Timestamp?
  ) {
    self.id = id
    self.proposal = proposal
    self.digest = digest
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.recorded = recorded
    self.revokedAt = revokedAt
  }

  /// The state at an instant.
  package func state(at now: Timestamp) -> GrantState {
    GrantState.at(now, recorded: recorded, startsAt: startsAt, endsAt: endsAt)
  }

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
    case .revoked: found.append(.grantRevoked(at: revokedAt ?? now))
    case .ended: found.append(.grantEnded(at: endsAt))
    case .replaced: found.append(.notOpen(status: GrantState.replaced.rawValue))
    case .scheduled, .active, .suspended: break
    }
    try Refusals.check(found)
    return Ruling(
      GrantRevocation(grant: id, from: recorded, at: now),
      LogEntry(
        .grantRevoked, stream: StreamID(id),
        object: EventObject("grant", id.text, digest: digest), by: actor, at: now))
  }
}

/// That a grant was revoked.
package struct GrantRevocation: Hashable, Sendable {
  package let grant: GrantID
  package let from: GrantState
  package let at: Timestamp
}
