package import Domain
package import Postgres

/// Enforcement points.
package enum GatewayStore {
  package static func find(
    _ id: GatewayID, in tx: borrowing Transaction
  ) async throws -> Gateway? {
    try await tx.oneOrNil(selectOne, [.id(id)]).map(gateway)
  }

  package static func find(
    named name: String, in tx: borrowing Transaction
  ) async throws -> Gateway? {
    try await tx.oneOrNil(selectNamed, [.text(name)]).map(gateway)
  }

  /// Gateways after `id` in order of id, with what is known of each.
  package static func list(
    after id: String, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [(gateway: Gateway, standing: PointStanding)] {
    try await tx.query(selectPage, [.text(id), .int64(limit)]).map { row in
      (try gateway(row), try EnforcementPointStore.standing(row, from: 3))
    }
  }

  /// Refusal: `already_exists` for a name in use.
  package static func record(
    _ ruling: Ruling<Gateway>, in tx: borrowing Transaction
  ) async throws {
    let gateway = ruling.subject
    let rows = try await tx.query(
      insert, [.id(gateway.id), .text(gateway.name), .instant(gateway.createdAt)])
    guard rows.affected == 1 else {
      throw Refusals(.alreadyExists(kind: "gateway", name: gateway.name))
    }
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  private static func gateway(_ row: Row) throws -> Gateway {
    Gateway(
      id: try row.identifier(0, of: GatewayKind.self), name: try row.text(1),
      createdAt: try row.instant(2))
  }

  static let selectOne = Statement("SELECT id, name, created_at FROM gateways WHERE id = $1")

  static let selectNamed = Statement(
    "SELECT id, name, created_at FROM gateways WHERE name = $1")

  static let selectPage = Statement(
    """
    SELECT g.id, g.name, g.created_at, p.seen_at, p.epoch, p.clock_offset_ms,
      p.clock_uncertainty_ms
    FROM gateways g LEFT JOIN enforcement_points p ON p.id = g.id
    WHERE g.id > $1 ORDER BY g.id LIMIT $2
    """)

  static let insert = Statement(
    """
    INSERT INTO gateways (id, name, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO NOTHING
    """)
}
