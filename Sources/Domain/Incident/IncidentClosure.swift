/// The end of an incident. It releases nothing and resumes nothing.
package struct IncidentClosure: Hashable, Sendable {
  package let incident: IncidentID
  package let person: PersonID
  package let identity: PersonID
  package let at: Timestamp
  /// What every site's meter showed, in seconds: what it counted may be forgotten later.
  package let outages: [Host: Int64]
  package let reason: String

  package init(
    incident: IncidentID, person: PersonID, identity: PersonID, at: Timestamp,
    outages: [Host: Int64], reason: String
  ) {
    self.incident = incident
    self.person = person
    self.identity = identity
    self.at = at
    self.outages = outages
    self.reason = reason
  }
}

/// A signature that something still needs before it goes on after the incident.
package struct SignatureDue: Hashable, Sendable {
  package enum Object: Hashable, Sendable {
    case lock(LockID)
    case grant(GrantID)
  }

  package let object: Object
  /// `lock`, a cause of suspension, `revoked`, `replaced`, `ended`.
  package let cause: String
  /// How many more people have to sign; 0 where a new round decides.
  package let signatures: Int64
  /// Any of these.
  package let roles: [Role]
  /// What has to be done, for people.
  package let remedy: String
}

extension Lock {
  /// What it takes to lift it; nil once it is lifted.
  package var signatureDue: SignatureDue? {
    guard isActive else { return nil }
    return SignatureDue(
      object: .lock(id), cause: "lock",
      signatures: Int64(Lock.releasesNeeded - releases.count), roles: Lock.releasingRoles,
      remedy: "two people release it, one sharing a role with the one who locked")
  }
}

extension GrantStanding {
  /// What has to be signed before leases are given on it again; none where it runs.
  package func signaturesDue(at now: Timestamp) -> [SignatureDue] {
    let state = state(at: now)
    switch state {
    case .active, .scheduled, .suspended: break
    case .revoked, .ended, .replaced:
      return [
        SignatureDue(
          object: .grant(id), cause: state.rawValue, signatures: 0, roles: [],
          remedy: "submit a revision: going on takes a new round")
      ]
    }
    return causes(at: now).map { suspension in
      let cause = suspension.cause
      return SignatureDue(
        object: .grant(id), cause: cause.rawValue,
        signatures: Int64(max(0, cause.signaturesNeeded - suspension.signedBy.count)),
        roles: cause.liftingRoles, remedy: cause.remedy)
    }
  }
}

extension Incident {
  /// One person closes it: nothing is let go by that, what stops stays stopped.
  ///
  /// - Parameters:
  ///   - deadlines: every duty of it; each is met, if only by saying why it is none.
  ///   - parties: identities of requesters, owners and editors of the proposals whose grants it
  ///     is about; their own case is closed by others.
  ///   - due: what has to be signed again; it is written into the log.
  package func closed(
    because reason: String, by person: Person, holding roles: [Role],
    deadlines: [IncidentDeadline], parties: Set<PersonID>, meters: [OutageMeter],
    due: [SignatureDue], actor: Actor,
    at now: Timestamp
  ) throws(Refusals) -> Ruling<IncidentClosure> {
    var refusals: [Refusal] = []
    if !roles.contains(where: Lock.releasingRoles.contains) {
      refusals.append(.roleMissing(anyOf: Lock.releasingRoles))
    }
    if parties.contains(person.identity) {
      refusals.append(
        .notAllowed(
          act: "Closing this incident",
          who: "people who are neither requester, owner nor editor of what it is about"))
    }
    if let closure {
      refusals.append(.incidentClosed(at: closure.at))
    } else {
      if !entries.contains(where: { $0.stage == .recovery }) { refusals.append(.recoveryMissing) }
      refusals += deadlines.filter { $0.metBy == nil }.map {
        .deadlineUnmet(clock: $0.clock.name, text: $0.clock.text)
      }
    }
    try Refusals.check(refusals)
    let closure = IncidentClosure(
      incident: id, person: person.id, identity: person.identity, at: now,
      outages: Dictionary(
        meters.map { ($0.site, $0.seconds) }, uniquingKeysWith: { first, _ in first }),
      reason: reason)
    return Ruling(
      closure,
      entry(
        .incidentClosed, by: actor, at: now,
        detail: [
          "late": .array(
            deadlines.filter { $0.standing(at: now) == .late }.map { .string($0.clock.name) }),
          "outage": .array(
            meters.map { ["site": .string($0.site.text), "seconds": JSON($0.seconds)] }),
          "signatures_due": .array(Set(due.map(\.id)).sorted().map { .string($0) }),
        ]))
  }
}

extension SignatureDue {
  /// Of what waits.
  package var id: String {
    switch object {
    case .lock(let id): id.text
    case .grant(let id): id.text
    }
  }
}
