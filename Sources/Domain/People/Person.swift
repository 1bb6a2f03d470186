/// Somebody with an account. Several accounts of one human being share an `identity`.
package struct Person: Hashable, Sendable {
  package let id: PersonID
  /// The first account of the same human being; rules about persons compare it.
  package let identity: PersonID
  package let name: String
  /// Lower case.
  package let email: String
  package let active: Bool
  /// Counts changes; the ETag.
  package let version: Int64
  package let createdAt: Timestamp

  package init(
    id: PersonID, identity: PersonID, name: String, email: String, active: Bool, version: Int64,
    createdAt: Timestamp
  ) {
    self.id = id
    self.identity = identity
    self.name = name
    self.email = email
    self.active = active
    self.version = version
    self.createdAt = createdAt
  }

  /// A new account. `identity` is another person's identity for a second account.
  package static func created(
    name: String, email: String, sameIdentityAs identity: PersonID?, by actor: Actor,
    at now: Timestamp
  ) -> Ruling<Person> {
    let id = PersonID.make(at: now)
    let person = Person(
      id: id, identity: identity ?? id, name: name, email: email, active: true, version: 1,
      createdAt: now)
    return Ruling(
      person, person.entry(.personCreated, by: actor, at: now, role: .administrator))
  }

  /// The account after a change; every change counts the version up.
  package func changed(
    name: String?, active: Bool?, identity: PersonID?, by actor: Actor, at now: Timestamp
  ) -> Ruling<Person> {
    let person = Person(
      id: id, identity: identity ?? self.identity, name: name ?? self.name, email: email,
      active: active ?? self.active, version: version + 1, createdAt: createdAt)
    return Ruling(
      person, person.entry(.personChanged, by: actor, at: now, role: .administrator))
  }

  private func entry(
    _ type: EventType, by actor: Actor, at now: Timestamp, role: Role
  ) -> LogEntry {
    LogEntry(
      type, stream: StreamID(id), object: EventObject("person", id.text), by: actor, at: now,
      role: actor.person == nil ? nil : role,
      detail: [
        "active": .bool(active), "identity": JSON(identity), "version": JSON(version),
      ])
  }
}

/// The one-time secret by which a new person gets their first token.
package struct Enrolment: Hashable, Sendable {
  package let person: PersonID
  package let expiresAt: Timestamp

  /// How long an enrolment can be used.
  package static let lifetimeSeconds: Int64 = 7 * 86_400

  package init(of person: PersonID, at now: Timestamp) {
    self.person = person
    expiresAt = now.adding(seconds: Enrolment.lifetimeSeconds)
  }
}
