package import Domain
package import Postgres

/// Where leases are counted, and until when none is given.
package enum QuarantineStore {
  /// What stands, locked until the transaction ends, with where this is and whether a lease was
  /// ever given.
  package static func lock(
    in tx: borrowing Transaction
  ) async throws -> (standing: LeaseGuard?, cluster: String, hasLeases: Bool) {
    try await tx.execute(takeGuard)
    let row = try await tx.one(select)
    let standing = try row.textOrNil(2).map { cluster in
      LeaseGuard(cluster: cluster, until: try row.instantOrNil(3))
    }
    return (standing, try row.text(0), try row.bool(1))
  }

  /// Leases are counted here from now on, and nothing stands against them.
  package static func settle(in cluster: String, in tx: borrowing Transaction) {
    tx.write(insertCluster, [.text(cluster)])
  }

  package static func record(
    _ ruling: Ruling<Quarantine>, in tx: borrowing Transaction
  ) async throws {
    let quarantine = ruling.subject
    _ = try await LogStore.append(ruling.entry, in: tx)
    tx.write(
      upsert,
      [
        .text(quarantine.cluster), .instant(quarantine.until), .text(quarantine.cause.rawValue),
      ])
  }

  static let takeGuard = Statement(
    "SELECT pg_advisory_xact_lock(hashtextextended('countersign lease guard', 0))")

  static let select = Statement(
    """
    SELECT cluster_identity(), EXISTS (SELECT FROM leases), g.cluster, g.quarantined_until
    FROM (VALUES (true)) one LEFT JOIN lease_guard g ON true
    """)

  static let insertCluster = Statement(
    """
    INSERT INTO lease_guard (cluster) VALUES ($1)
    ON CONFLICT (only_row) DO UPDATE SET cluster = excluded.cluster
    """)

  static let upsert = Statement(
    """
    INSERT INTO lease_guard (cluster, quarantined_until, cause) VALUES ($1, $2, $3)
    ON CONFLICT (only_row) DO UPDATE SET cluster = excluded.cluster,
      quarantined_until = excluded.quarantined_until, cause = excluded.cause
    """)
}
