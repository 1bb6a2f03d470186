package import Domain
package import Postgres

/// Pools and the gateways that may enforce their leases.
package enum PoolStore {
  package static func find(_ id: PoolID, in tx: borrowing Transaction) async throws -> Pool? {
    try await tx.oneOrNil(selectOne, [.id(id)]).map(pool)
  }

  /// Pools after `id` in order of id.
  package static func list(
    after id: String, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [Pool] {
    try await tx.query(selectPage, [.text(id), .int64(limit)]).map(pool)
  }

  /// Ids of the pools with these names; unknown ones are absent.
  package static func ids(
    ofNames names: [String], in tx: borrowing Transaction
  ) async throws -> [String: PoolID] {
    var ids: [String: PoolID] = [:]
    for row in try await tx.query(selectByName, [.textArray(names)]) {
      ids[try row.text(0)] = try row.identifier(1, of: PoolKind.self)
    }
    return ids
  }

  /// Refusal: `already_exists` for a name in use.
  package static func record(
    _ ruling: Ruling<Pool>, in tx: borrowing Transaction
  ) async throws {
    let pool = ruling.subject
    let rows = try await tx.query(
      insert,
      [
        .id(pool.id), .text(pool.name), .id(pool.owner), .id(pool.enforcementPoint),
        .instant(pool.createdAt),
      ])
    guard rows.affected == 1 else {
      throw Refusals(.alreadyExists(kind: "pool", name: pool.name))
    }
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  private static func pool(_ row: Row) throws -> Pool {
    Pool(
      id: try row.identifier(0, of: PoolKind.self), name: try row.text(1),
      owner: try row.identifier(2, of: PersonKind.self),
      enforcementPoint: try row.identifierOrNil(3, of: GatewayKind.self),
      createdAt: try row.instant(4))
  }

  static let selectOne = Statement(
    "SELECT id, name, owner, enforcement_point, created_at FROM pools WHERE id = $1")

  static let selectPage = Statement(
    """
    SELECT id, name, owner, enforcement_point, created_at
    FROM pools WHERE id > $1 ORDER BY id LIMIT $2
    """)

  static let selectByName = Statement("SELECT name, id FROM pools WHERE name = ANY ($1)")

  static let insert = Statement(
    """
    INSERT INTO pools (id, name, owner, enforcement_point, created_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (name) DO NOTHING
    """)
}
