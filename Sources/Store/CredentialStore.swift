package import Domain
package import Postgres

/// Personal tokens, pool keys and gateway keys; only hashes of secrets are stored.
package enum CredentialStore {
  /// Who holds the secret with this hash, with the database's clock; nil when nobody does.
  ///
  /// Revoked, expired and deactivated holders are returned as such: the caller says which.
  package static func find(
    secretHash: Digest, in tx: borrowing Transaction
  ) async throws -> Credential? {
    try credential(try await tx.query([selecting(secretHash)])[0])
  }

  /// What `find` asks, for whoever asks several things together.
  package static func selecting(_ secretHash: Digest) -> Lookup {
    Lookup(selectByHash, [.digest(secretHash)])
  }

  package static func credential(_ rows: Rows) throws -> Credential? {
    guard let row = rows.first else { return nil }
    return Credential(
      id: try row.text(0),
      holder: try holder(row),
      createdAt: try row.instant(9),
      expiresAt: try row.instant(6),
      revokedAt: try row.instantOrNil(7),
      now: try row.instant(8))
  }

  private static func holder(_ row: Row) throws -> Credential.Holder {
    if let person = try row.identifierOrNil(1, of: PersonKind.self) {
      return .person(
        try PeopleStore.person(
          id: person, in: row, identity: 10, name: 4, email: 11, active: 5, version: 12,
          createdAt: 13),
        roles: try row.roles(14))
    }
    if let pool = try row.identifierOrNil(2, of: PoolKind.self) {
      return .pool(
        pool, name: try row.text(4),
        enforcementPoint: try row.identifierOrNil(15, of: GatewayKind.self))
    }
    return .gateway(try row.identifier(3, of: GatewayKind.self), name: try row.text(4))
  }

  /// Queues a new credential.
  package static func insert(
    _ ruling: Ruling<NewCredential>, in tx: borrowing Transaction
  ) async throws {
    let new = ruling.subject
    tx.write(
      insertCredential,
      [
        .text(new.id), .id(new.holder.person), .id(new.holder.pool), .id(new.holder.gateway),
        .text(new.name), .digest(new.secretHash), .instant(new.createdAt),
        .instant(new.expiresAt),
      ])
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  /// A person's own tokens, newest first; secrets are not among the columns.
  package static func tokens(
    of person: PersonID, in tx: borrowing Transaction
  ) async throws -> [CredentialSummary] {
    try await tx.query(selectTokens, [.id(person)]).map(summary)
  }

  /// Locks one credential by its id.
  package static func lock(
    _ id: String, in tx: borrowing Transaction
  ) async throws -> CredentialSummary? {
    try await tx.oneOrNil(lockByID, [.text(id)]).map(summary)
  }

  /// Marks a credential revoked; leases granted with it are refused from then on.
  package static func revoke(
    _ ruling: Ruling<CredentialSummary>, in tx: borrowing Transaction
  ) async throws {
    try await tx.execute(
      updateRevoked, [.text(ruling.subject.id), .instant(ruling.entry.at)], rows: 1)
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  private static func summary(_ row: Row) throws -> CredentialSummary {
    CredentialSummary(
      id: try row.text(0), person: try row.identifierOrNil(1, of: PersonKind.self),
      pool: try row.identifierOrNil(2, of: PoolKind.self),
      gateway: try row.identifierOrNil(3, of: GatewayKind.self), name: try row.text(4),
      createdAt: try row.instant(5), expiresAt: try row.instant(6),
      revokedAt: try row.instantOrNil(7))
  }

  static let selectByHash = Statement(
    """
    SELECT c.id, c.person, c.pool, c.gateway, coalesce(p.name, o.name, g.name),
      coalesce(p.active, true), c.expires_at, c.revoked_at, clock_timestamp(), c.created_at,
      p.identity, p.email, p.version, p.created_at,
      array(SELECT a.role FROM role_assignments a
        WHERE a.person = c.person AND a.taken_at IS NULL ORDER BY a.role),
      o.enforcement_point
    FROM credentials c
    LEFT JOIN people p ON p.id = c.person
    LEFT JOIN pools o ON o.id = c.pool
    LEFT JOIN gateways g ON g.id = c.gateway
    WHERE c.secret_sha256 = $1
    """)

  static let insertCredential = Statement(
    """
    INSERT INTO credentials (id, person, pool, gateway, name, secret_sha256, created_at,
      expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    """)

  static let selectTokens = Statement(
    """
    SELECT id, person, pool, gateway, name, created_at, expires_at, revoked_at
    FROM credentials WHERE person = $1 ORDER BY id DESC
    """)

  static let lockByID = Statement(
    """
    SELECT id, person, pool, gateway, name, created_at, expires_at, revoked_at
    FROM credentials WHERE id = $1 FOR UPDATE
    """)

  static let updateRevoked = Statement(
    "UPDATE credentials SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
}
