package import Domain
package import Postgres

/// Versions of the policy; the highest is in force.
package enum PolicyStore {
  /// Version and digest of the one in force; nil before the first start.
  package static func active(
    in tx: borrowing Transaction
  ) async throws -> (version: Int64, digest: Digest)? {
    guard let row = try await tx.oneOrNil(selectActive) else { return nil }
    return (try row.int64(0), try row.digest(1))
  }

  package static func digest(
    of version: Int64, in tx: borrowing Transaction
  ) async throws -> Digest? {
    try await tx.oneOrNil(selectDigest, [.int64(version)])?.digest(0)
  }

  package static func bytes(
    of version: Int64, in tx: borrowing Transaction
  ) async throws -> [UInt8] {
    try await tx.one(selectBytes, [.int64(version)]).bytes(0)
  }

  /// Versions below `before`, newest first, without their bytes.
  package static func list(
    before version: Int64, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [PolicyVersion] {
    try await tx.query(selectPage, [.int64(version), .int64(limit)]).map { row in
      PolicyVersion(
        version: try row.int64(0), bytes: [], digest: try row.digest(1),
        activatedAt: try row.instant(2))
    }
  }

  /// Stores the version unless another process just did.
  package static func record(
    _ ruling: Ruling<PolicyVersion>, in tx: borrowing Transaction
  ) async throws {
    let policy = ruling.subject
    let rows = try await tx.query(
      insert,
      [
        .int64(policy.version), .bytes(policy.bytes), .digest(policy.digest),
        .instant(policy.activatedAt),
      ])
    if rows.affected == 1 { _ = try await LogStore.append(ruling.entry, in: tx) }
  }

  static let selectActive = Statement(
    "SELECT version, digest FROM policies ORDER BY version DESC LIMIT 1")

  static let selectDigest = Statement("SELECT digest FROM policies WHERE version = $1")

  static let selectBytes = Statement("SELECT bytes FROM policies WHERE version = $1")

  static let selectPage = Statement(
    """
    SELECT version, digest, activated_at FROM policies
    WHERE version < $1 ORDER BY version DESC LIMIT $2
    """)

  static let insert = Statement(
    """
    INSERT INTO policies (version, bytes, digest, activated_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
    """)
}
