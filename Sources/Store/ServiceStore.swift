package import Domain
package import Postgres

/// What is fixed at the first start.
package enum ServiceStore {
  package static func find(in tx: borrowing Transaction) async throws -> ServiceIdentity? {
    guard let row = try await tx.oneOrNil(select) else { return nil }
    return ServiceIdentity(issuer: try row.text(0), logName: try row.text(1))
  }

  /// Fixes the identity unless another process just did; returns the one that stands.
  package static func fix(
    _ ruling: Ruling<ServiceIdentity>, in tx: borrowing Transaction
  ) async throws -> ServiceIdentity {
    let identity = ruling.subject
    let rows = try await tx.query(
      insert, [.text(identity.issuer), .text(identity.logName), .instant(ruling.entry.at)])
    if rows.affected == 1 {
      _ = try await LogStore.append(ruling.entry, in: tx)
      return identity
    }
    return try await find(in: tx) ?? identity
  }

  /// Version of the newest migration applied.
  package static func schemaVersion(in tx: borrowing Transaction) async throws -> Int64 {
    try await tx.one(selectSchemaVersion).int64(0)
  }

  static let select = Statement("SELECT issuer, log_name FROM service")

  static let insert = Statement(
    """
    INSERT INTO service (issuer, log_name, system_identifier, created_at)
    SELECT $1, $2, system_identifier, $3 FROM pg_control_system()
    ON CONFLICT DO NOTHING
    """)

  static let selectSchemaVersion = Statement(
    "SELECT coalesce(max(version), 0)::bigint FROM schema_migration")
}
