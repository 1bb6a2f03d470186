/// Somebody who might sign, as the database knows them now.
package struct Signer: Hashable, Sendable {
  package let person: PersonID
  /// Of the human being; rules about persons compare it.
  package let identity: PersonID
  package let active: Bool
  /// Each role held now and since when without a break.
  package let roles: [Role: Timestamp]

  package init(person: PersonID, identity: PersonID, active: Bool, roles: [Role: Timestamp]) {
    self.person = person
    self.identity = identity
    self.active = active
    self.roles = roles
  }

  /// Whether an approval given then still fills its seat: a role that was lost in between does
  /// not come back for it, and a role gained later never fills a seat (lifecycle R8).
  package func stillHolds(_ role: Role, since decision: Timestamp) -> Bool {
    active && (roles[role].map { $0 <= decision } ?? false)
  }
}

/// What became of somebody after they signed.
package enum SignerFlag: String, Hashable, Sendable {
  /// The account is stopped.
  case inactive
  /// The role is gone, or was given anew.
  case roleLost = "role_lost"
}

/// Whose proposal it is, by identity: none of them signs it.
package struct Parties: Hashable, Sendable {
  package let requester: PersonID
  package let owner: PersonID
  package let deputy: PersonID
  package let maintainer: PersonID
  /// Everybody who authored any revision, for ever (lifecycle R4).
  package let editors: Set<PersonID>

  package init(
    requester: PersonID, owner: PersonID, deputy: PersonID, maintainer: PersonID,
    editors: Set<PersonID>
  ) {
    self.requester = requester
    self.owner = owner
    self.deputy = deputy
    self.maintainer = maintainer
    self.editors = editors
  }

  /// Why a human being does not decide; empty when nothing stands against it.
  package func refusals(for identity: PersonID) -> [Refusal] {
    var found: [Refusal] = []
    if identity == requester { found.append(.selfDecision) }
    if editors.contains(identity), identity != requester { found.append(.editorDecision) }
    for (part, person) in [("owner", owner), ("deputy", deputy), ("maintainer", maintainer)]
    where person == identity {
      found.append(.partyDecision(part: part))
    }
    return found
  }

  /// Whether somebody may act for the proposal: submit, withdraw.
  package func mayActFor(_ identity: PersonID) -> Bool {
    identity == requester || identity == owner
  }
}
