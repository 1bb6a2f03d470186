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

  /// Gateways after `id` in order of id.
  package static func list(
    after id: String, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [Gateway] {
    try await tx.query(selectPage, [.text(id), .int64(limit)]).map(gateway)
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
    "SELECT id, name, created_at FROM gateways WHERE id > $1 ORDER BY id LIMIT $2")

  static let insert = Statement(
    """
    INSERT INTO gateways (id, name, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO NOTHING
    """)
}
