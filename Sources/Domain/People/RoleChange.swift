/// What became of giving or taking a role.
package enum RoleChange: Hashable, Sendable {
  /// The first of two administrators has asked.
  case requested(RoleRequest)
  case given(RoleAssignment)
  case taken(PersonID, Role)
}

/// A first administrator's half of giving a role.
package struct RoleRequest: Hashable, Sendable {
  package let person: PersonID
  package let role: Role
  package let requestedBy: PersonID
  package let requesterIdentity: PersonID
  package let requestedAt: Timestamp

  /// After this a first half is forgotten and the next one is first again.
  package static let lifetimeSeconds: Int64 = 7 * 86_400

  package init(
    person: PersonID, role: Role, requestedBy: PersonID, requesterIdentity: PersonID,
    requestedAt: Timestamp
  ) {
    self.person = person
    self.role = role
    self.requestedBy = requestedBy
    self.requesterIdentity = requesterIdentity
    self.requestedAt = requestedAt
  }
}

package struct RoleAssignment: Hashable, Sendable {
  package let person: PersonID
  package let role: Role
  package let givenAt: Timestamp
  package let givenBy: String
  package let secondedBy: String?
}

extension Person {
  /// Gives a role. A deciding role or `administrator` takes two administrators, who are two
  /// human beings (lifecycle R12); the first gets `requested`.
  ///
  /// - Parameters:
  ///   - held: the roles of all accounts of this person.
  ///   - pending: the first half, if there is one.
  ///   - identity: of the administrator who asks now; nil for the service's first start.
  package func given(
    _ role: Role, held: [Role], pending: RoleRequest?, by actor: Actor, identity: PersonID?,
    at now: Timestamp
  ) throws(Refusals) -> Ruling<RoleChange> {
    let excluded = held.first { role == .administrator ? $0.decides : $0 == .administrator }
    if let excluded, role == .administrator || role.decides {
      throw Refusals(.roleExcluded(held: excluded, asked: role))
    }
    guard role.takesTwoAdministrators, let identity, let asking = actor.person else {
      return assigned(role, givenBy: actor.id, secondedBy: nil, by: actor, at: now)
    }
    let oldest = now.adding(seconds: -RoleRequest.lifetimeSeconds)
    if let pending, pending.requestedAt > oldest, pending.requesterIdentity != identity {
      return assigned(
        role, givenBy: pending.requestedBy.text, secondedBy: actor.id, by: actor, at: now)
    }
    let request = RoleRequest(
      person: id, role: role, requestedBy: asking, requesterIdentity: identity,
      requestedAt: now)
    return Ruling(.requested(request), roleEntry(.roleRequested, role, by: actor, at: now))
  }

  /// Takes a role away, at once.
  package func taken(_ role: Role, by actor: Actor, at now: Timestamp) -> Ruling<RoleChange> {
    Ruling(.taken(id, role), roleEntry(.roleTaken, role, by: actor, at: now))
  }

  private func assigned(
    _ role: Role, givenBy: String, secondedBy: String?, by actor: Actor, at now: Timestamp
  ) -> Ruling<RoleChange> {
    let assignment = RoleAssignment(
      person: id, role: role, givenAt: now, givenBy: givenBy, secondedBy: secondedBy)
    var entry: JSONObject = ["role": .string(role.rawValue), "given_by": .string(givenBy)]
    entry["seconded_by"] = secondedBy.map { .string($0) }
    return Ruling(
      .given(assignment),
      LogEntry(
        .roleGiven, stream: StreamID(id), object: EventObject("person", id.text), by: actor,
        at: now, role: actor.person == nil ? nil : .administrator, detail: entry))
  }

  private func roleEntry(
    _ type: EventType, _ role: Role, by actor: Actor, at now: Timestamp
  ) -> LogEntry {
    LogEntry(
      type, stream: StreamID(id), object: EventObject("person", id.text), by: actor, at: now,
      role: .administrator, detail: ["role": .string(role.rawValue)])
  }
}
