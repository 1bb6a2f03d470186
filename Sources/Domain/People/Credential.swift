/// A stored secret's holder and validity, as looked up by the secret's hash.
package struct Credential: Sendable {
  package enum Holder: Sendable {
    case person(Person, roles: [Role])
    case pool(PoolID, name: String, enforcementPoint: GatewayID?)
    case gateway(GatewayID, name: String)
  }

  /// `tok_…` of a person, `key_…` of a pool or gateway.
  package let id: String
  package let holder: Holder
  package let createdAt: Timestamp
  package let expiresAt: Timestamp
  package let revokedAt: Timestamp?
  /// The database's clock at the look-up.
  package let now: Timestamp

  package init(
    id: String, holder: Holder, createdAt: Timestamp, expiresAt: Timestamp,
    revokedAt: Timestamp?, now: Timestamp
  ) {
    self.id = id
    self.holder = holder
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.revokedAt = revokedAt
    self.now = now
  }
}

/// A credential as lists show it: everything but the secret.
package struct CredentialSummary: Hashable, Sendable {
  package let id: String
  package let person: PersonID?
  package let pool: PoolID?
  package let gateway: GatewayID?
  package let name: String
  package let createdAt: Timestamp
  package let expiresAt: Timestamp
  package let revokedAt: Timestamp?

  package init(
    id: String, person: PersonID?, pool: PoolID?, gateway: GatewayID?, name: String,
    createdAt: Timestamp, expiresAt: Timestamp, revokedAt: Timestamp?
  ) {
    self.id = id
    self.person = person
    self.pool = pool
    self.gateway = gateway
    self.name = name
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.revokedAt = revokedAt
  }

  /// The credential, revoked.
  package func revoked(by actor: Actor, at now: Timestamp) -> Ruling<CredentialSummary> {
    let summary = CredentialSummary(
      id: id, person: person, pool: pool, gateway: gateway, name: name, createdAt: createdAt,
      expiresAt: expiresAt, revokedAt: now)
    let stream =
      person.map { StreamID($0) } ?? pool.map { StreamID($0) } ?? gateway.map { StreamID($0) }
    return Ruling(
      summary,
      LogEntry(
        person == nil ? .keyRevoked : .tokenRevoked, stream: stream ?? .service,
        object: EventObject("credential", id), by: actor, at: now))
  }
}

/// A credential about to be stored; the secret itself is shown once and forgotten.
package struct NewCredential: Hashable, Sendable {
  package enum Holder: Hashable, Sendable {
    case person(PersonID)
    case pool(PoolID)
    case gateway(GatewayID)

    package var person: PersonID? { if case .person(let id) = self { id } else { nil } }
    package var pool: PoolID? { if case .pool(let id) = self { id } else { nil } }
    package var gateway: GatewayID? { if case .gateway(let id) = self { id } else { nil } }
  }

  package let id: String
  package let holder: Holder
  package let name: String
  package let secretHash: Digest
  package let createdAt: Timestamp
  package let expiresAt: Timestamp

  /// A personal token lives 90 days unless a shorter time was asked for.
  package static let tokenLifetimeSeconds: Int64 = 90 * 86_400
  /// A personal token lives a year at most.
  package static let tokenLifetimeSecondsMax: Int64 = 365 * 86_400
  /// A pool's or gateway's key lives a year.
  package static let keyLifetimeSeconds: Int64 = 365 * 86_400

  /// A new credential with its event.
  package static func made(
    for holder: Holder, name: String, secretHash: Digest, lifetimeSeconds: Int64,
    by actor: Actor, at now: Timestamp
  ) -> Ruling<NewCredential> {
    let isToken = holder.person != nil
    let id = isToken ? TokenID.make(at: now).text : KeyID.make(at: now).text
    let new = NewCredential(
      id: id, holder: holder, name: name, secretHash: secretHash, createdAt: now,
      expiresAt: now.adding(seconds: lifetimeSeconds))
    let stream =
      switch holder {
      case .person(let id): StreamID(id)
      case .pool(let id): StreamID(id)
      case .gateway(let id): StreamID(id)
      }
    return Ruling(
      new,
      LogEntry(
        isToken ? .tokenCreated : .keyCreated, stream: stream,
        object: EventObject("credential", id), by: actor, at: now,
        detail: ["expires_at": JSON(new.expiresAt)]))
  }
}
