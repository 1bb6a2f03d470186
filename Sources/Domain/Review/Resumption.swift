/// What one person signs to let a suspended grant go on (lifecycle transition 15).
package struct Resumption: Hashable, Sendable {
  package let grant: GrantID
  package let person: PersonID
  package let identity: PersonID
  package let at: Timestamp
  /// Causes with this signature, each with the role in which it was given and its number.
  package let signed: [Signature]
  /// Of those, the causes that are over now.
  package let lifted: [Suspension]
  /// When the evidence expires that was renewed; nil where no evidence was looked at.
  package let evidenceExpiresAt: Timestamp?
  package let from: GrantState
  package let to: GrantState

  package struct Signature: Hashable, Sendable {
    package let suspension: Suspension
    package let role: Role
    /// 1, or 2 for the second of two people.
    package let n: Int64
  }

  /// Whether a second person has to sign too.
  package var awaitsSecond: Bool { lifted.count < signed.count }
}

/// What was found out about the causes of a suspended grant.
package struct CausesFound: Hashable, Sendable {
  /// The causes that still hold.
  package let holding: Set<SuspensionCause>
  /// When the renewed evidence expires, if there is any.
  package let evidenceExpiresAt: Timestamp?

  package init(holding: Set<SuspensionCause>, evidenceExpiresAt: Timestamp?) {
    self.holding = holding
    self.evidenceExpiresAt = evidenceExpiresAt
  }
}

extension GrantStanding {
  /// One person signs for every cause that they may lift and that does not hold any more.
  ///
  /// Causes of other roles stand on; a cause that still holds is refused by its name, unless
  /// there is another to sign for.
  package func resumed(
    by signer: Signer, parties: Parties, found: CausesFound, actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<Resumption> {
    var refusals = overRefusals(at: now)
    if refusals.isEmpty, suspensions.isEmpty {
      refusals.append(.notSuspended(status: state(at: now).rawValue))
    }
    let roles = signer.active ? Set(signer.roles.keys) : []
    let own = suspensions.filter { !roles.isDisjoint(with: $0.cause.liftingRoles) }
    if parties.mayActFor(signer.identity) || parties.editors.contains(signer.identity)
      || parties.deputy == signer.identity || parties.maintainer == signer.identity
    {
      refusals.append(
        .notAllowed(act: "Resuming", who: "people who are no party to the proposal"))
    }
    if own.isEmpty, !suspensions.isEmpty {
      let needed = Set(suspensions.flatMap(\.cause.liftingRoles))
      refusals.append(.roleMissing(anyOf: Lock.releasingRoles.filter(needed.contains)))
    }
    try Refusals.check(refusals)
    let over = own.filter { !found.holding.contains($0.cause) }
    let open = over.filter { !$0.signedBy.contains(signer.identity) }
    if open.isEmpty {
      try Refusals.check(
        over.map { _ in .samePerson }
          + own.filter { found.holding.contains($0.cause) }
          .map { .grantSuspended(cause: $0.cause) })
    }
    return resumption(of: open, by: signer, found: found, actor: actor, at: now)
  }

  private func resumption(
    of open: [Suspension], by signer: Signer, found: CausesFound, actor: Actor, at now: Timestamp
  ) -> Ruling<Resumption> {
    let signed = open.map { suspension in
      Resumption.Signature(
        suspension: suspension,
        role: suspension.cause.liftingRoles.first { signer.roles[$0] != nil }
          ?? suspension.cause.owner, n: Int64(suspension.signedBy.count) + 1)
    }
    let lifted = signed.filter { $0.n >= $0.suspension.cause.signaturesNeeded }
      .map(\.suspension)
    let goesOn = lifted.count == suspensions.count && recorded == .suspended
    let resumption = Resumption(
      grant: id, person: signer.person, identity: signer.identity, at: now, signed: signed,
      lifted: lifted,
      evidenceExpiresAt: lifted.contains { $0.cause == .evidenceExpired }
        ? found.evidenceExpiresAt : nil,
      from: recorded, to: goesOn ? .active : recorded)
    var detail: JSONObject = [
      "signed": .array(signed.map { .string($0.suspension.cause.rawValue) }),
      "lifted": .array(lifted.map { .string($0.cause.rawValue) }),
    ]
    detail["evidence_expires_at"] = resumption.evidenceExpiresAt.map { JSON($0) }
    return Ruling(
      resumption,
      entry(
        goesOn ? .grantResumed : .grantResumptionSigned, by: actor, at: now,
        role: signed.first?.role, detail: detail))
  }
}
