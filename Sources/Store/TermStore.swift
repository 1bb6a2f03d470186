package import Domain
package import Postgres

/// The journal of terms. What is pruned of it stays by the minute: the schema sees to it.
package enum TermStore {
  /// How many leases are pruned in one transaction, and how many terms of each.
  package static let leasesMax: Int64 = 50
  private static let termsMax: Int64 = 200

  /// Leases with terms that ran out before an instant and that nothing needs any more, in order
  /// of id.
  package static func due(
    before end: Timestamp, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [LeaseID] {
    try await tx.query(selectDue, [.instant(end), .int64(limit)]).map { row in
      try row.identifier(0, of: LeaseKind.self)
    }
  }

  /// Prunes such terms of these leases; gives how many. None while somebody else prunes.
  package static func prune(
    _ leases: [LeaseID], before end: Timestamp, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> Int {
    guard try await tx.one(takeTurn).bool(0) else { return 0 }
    let ids = Parameter.textArray(leases.map(\.text))
    let answers = try await tx.query([
      Lookup(delete, [ids, .instant(end), .int64(termsMax)]),
      Lookup(updatePruned, [ids, .instant(now)]),
    ])
    return answers[0].affected
  }

  static let selectDue = Statement(
    """
    SELECT l.id FROM leases l
    CROSS JOIN LATERAL (
      SELECT t.expires_at FROM lease_terms t WHERE t.lease = l.id ORDER BY t.term LIMIT 1) t
    WHERE l.pruned_at IS NULL AND l.started_at < $1 AND t.expires_at < $1
      AND (l.settled_at IS NOT NULL OR t.expires_at < l.issued_at - interval '10 minutes')
    ORDER BY l.id LIMIT $2
    """)

  static let takeTurn = Statement(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('countersign terms', 0))")

  /// The oldest ones, up to the first that is still needed.
  static let delete = Statement(
    """
    DELETE FROM lease_terms d USING (
      SELECT o.lease, o.term FROM leases l
      CROSS JOIN LATERAL (
        SELECT t.lease, t.term, bool_and(t.expires_at < $2 AND (l.settled_at IS NOT NULL
          OR t.expires_at < l.issued_at - interval '10 minutes')) OVER (ORDER BY t.term) AS is_over
        FROM lease_terms t WHERE t.lease = l.id ORDER BY t.term LIMIT $3) o
      WHERE l.id = ANY ($1) AND o.is_over) o
    WHERE d.lease = o.lease AND d.term = o.term
    """)

  static let updatePruned = Statement(
    """
    UPDATE leases l SET pruned_at = $2
    WHERE l.id = ANY ($1) AND l.settled_at IS NOT NULL AND l.pruned_at IS NULL
      AND NOT EXISTS (SELECT FROM lease_terms t WHERE t.lease = l.id)
    """)
}
