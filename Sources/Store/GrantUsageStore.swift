package import Domain
package import Postgres

/// What was really sent under a grant, by the reports that came with its leases.
package enum GrantUsageStore {
  /// What was allowed and what was sent; of the grant that stands, for the review of a revision
  /// that follows it.
  package static func usage(
    of grant: GrantID, in tx: borrowing Transaction
  ) async throws -> GrantUsage {
    let days = try await tx.query(selectDays, [.id(grant)]).map { row in
      GrantUsage.Day(
        target: try row.int64(0), day: try row.localDate(1), reserved: try row.int64(2),
        requests: try row.int64(3),
        mostRPSSeen: try row.int64OrNil(4).map { Rate(microRPS: $0) })
    }
    let granted = try await tx.query(selectGranted, [.id(grant)]).map { row in
      GrantUsage.Granted(
        target: try row.int64(0), maxRate: Rate(microRPS: try row.int64(1)),
        dailyRequests: try row.int64(2), totalRequests: try row.int64(3),
        leftInTotal: try row.int64(4))
    }
    return GrantUsage(of: granted, days: days)
  }

  // A report tells of the term before the one it stands with; the last one stands with the lease.
  static let selectDays = Statement(
    """
    SELECT b.target, u.day, sum(u.reserved)::bigint, sum(u.requests)::bigint, max(u.seen)
    FROM (
      SELECT l.budget, t.day, t.quota AS reserved, 0::bigint AS requests, NULL::bigint AS seen
      FROM leases l JOIN lease_terms t ON t.lease = l.id WHERE l.grant_id = $1
      UNION ALL
      SELECT l.budget, p.day, 0, (n.report::jsonb ->> 'requests')::bigint,
        ((n.report::jsonb ->> 'max_rps_seen')::numeric * 1000000)::bigint
      FROM leases l JOIN lease_terms n ON n.lease = l.id AND n.report IS NOT NULL
      JOIN lease_terms p ON p.lease = l.id AND p.term = n.term - 1
      WHERE l.grant_id = $1
      UNION ALL
      SELECT l.budget, l.day, 0, (l.return_report::jsonb ->> 'requests')::bigint,
        ((l.return_report::jsonb ->> 'max_rps_seen')::numeric * 1000000)::bigint
      FROM leases l WHERE l.grant_id = $1 AND l.return_report IS NOT NULL
    ) u JOIN budgets b ON b.id = u.budget
    GROUP BY b.target, u.day ORDER BY b.target, u.day
    """)

  static let selectGranted = Statement(
    """
    SELECT b.target, c.max_urps, c.daily_requests, b.total_requests,
      b.total_requests - b.total_used
    FROM budgets b JOIN scopes c ON c.id = b.id WHERE b.grant_id = $1 ORDER BY b.target
    """)
}
