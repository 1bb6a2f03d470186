/// A stop. One person places it; two release it.
package struct Lock: Hashable, Sendable {
  package let id: LockID
  package let scope: LockScope
  package let reason: String
  package let lockedBy: PersonID
  package let identity: PersonID
  /// The roles the person held then.
  package let roles: [Role]
  package let lockedAt: Timestamp
  /// At most two, of two people.
  package let releases: [Release]
  /// The incident that it answers, if it does.
  package let incident: IncidentID?

  package struct Release: Hashable, Sendable {
    package let person: PersonID
    package let identity: PersonID
    package let reason: String
    package let at: Timestamp

    package init(person: PersonID, identity: PersonID, reason: String, at: Timestamp) {
      self.person = person
      self.identity = identity
      self.reason = reason
      self.at = at
    }
  }

  /// How many people it takes to release one.
  package static let releasesNeeded = 2
  /// Those who may release, and who may stop a site or everything.
  package static let releasingRoles: [Role] = [.operator] + Role.deciding
  /// The longest reason, in characters.
  package static let reasonMax = 2_000

  package init(
    id: LockID, scope: LockScope, reason: String, lockedBy: PersonID, identity: PersonID,
    roles: [Role], lockedAt: Timestamp, releases: [Release],
    incident: IncidentID? = nil
  ) {
    self.id = id
    self.scope = scope
    self.reason = reason
    self.lockedBy = lockedBy
    self.identity = identity
    self.roles = roles
    self.lockedAt = lockedAt
    self.releases = releases
    self.incident = incident
  }

  package var isActive: Bool { releases.count < Lock.releasesNeeded }

  /// When the second of two released it.
  package var releasedAt: Timestamp? { isActive ? nil : releases.last?.at }

  /// What it says to whoever it stops.
  package var refusal: Refusal {
    .locked(lock: id, scope: scope.description, reason: reason, since: lockedAt)
  }

  /// `locked` while any stop stands, else the state itself.
  package static func effectiveStatus(_ status: String, under locks: [Lock]) -> String {
    locks.contains(where: \.isActive) ? "locked" : status
  }

  /// A new stop, in force from the instant it is stored.
  package static func placed(
    on scope: LockScope, reason: String, for incident: IncidentID? = nil, by person: Person,
    holding roles: [Role], actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<Lock> {
    if let needed = scope.roles, !needed.contains(where: roles.contains) {
      throw Refusals(.roleMissing(anyOf: needed))
    }
    let lock = Lock(
      id: LockID.make(at: now), scope: scope, reason: reason, lockedBy: person.id,
      identity: person.identity, roles: roles, lockedAt: now, releases: [],
      incident: incident)
    return Ruling(lock, lock.entry(.lockPlaced, by: actor, at: now))
  }

  /// One of two people lifts the stop; the first gets it back still standing.
  ///
  /// - Parameters:
  ///   - firstRoles: what the first releaser holds now.
  ///   - parties: identities of requester, owner and editors of the proposal that a lock on a
  ///     proposal or grant covers; they never release it.
  package func released(
    reason: String, by person: Person, holding roles: [Role], firstRoles: [Role],
    parties: Set<PersonID>, actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<Lock> {
    if let releasedAt { throw Refusals(.lockReleased(at: releasedAt)) }
    var refusals: [Refusal] = []
    if !roles.contains(where: Lock.releasingRoles.contains) {
      refusals.append(.roleMissing(anyOf: Lock.releasingRoles))
    }
    if parties.contains(person.identity) {
      refusals.append(
        .notAllowed(
          act: "Releasing this lock",
          who: "people who are neither requester, owner nor editor of what it covers"))
    }
    if releases.contains(where: { $0.identity == person.identity }) {
      refusals.append(.samePerson)
    }
    // A locker who holds none of the releasing roles shares one with nobody; then two suffice.
    let shared = self.roles.filter(Lock.releasingRoles.contains)
    let isSecond = releases.count == Lock.releasesNeeded - 1
    if isSecond, !shared.isEmpty, !shared.contains(where: (roles + firstRoles).contains) {
      refusals.append(.releaseNeedsRole(roles: shared))
    }
    try Refusals.check(refusals)
    let release = Release(
      person: person.id, identity: person.identity, reason: reason, at: now)
    let lock = Lock(
      id: id, scope: scope, reason: self.reason, lockedBy: lockedBy, identity: identity,
      roles: self.roles, lockedAt: lockedAt, releases: releases + [release],
      incident: incident)
    return Ruling(
      lock, lock.entry(isSecond ? .lockReleased : .lockReleaseRequested, by: actor, at: now))
  }

  private func entry(_ type: EventType, by actor: Actor, at now: Timestamp) -> LogEntry {
    let stream: StreamID =
      switch scope {
      case .proposal(let id): StreamID(id)
      case .grant(let id): StreamID(id)
      case .pool(let id): StreamID(id)
      case .everything, .site, .worker: .service
      }
    var detail: JSONObject = ["scope": .string(scope.kind.rawValue)]
    detail["scope_id"] = scope.id.map { .string($0) }
    detail["incident"] = incident.map { JSON($0) }
    return LogEntry(
      type, stream: stream, object: EventObject("lock", id.text), by: actor, at: now,
      detail: detail)
  }
}
