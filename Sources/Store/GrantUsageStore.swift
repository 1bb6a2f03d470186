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

  /// What reports said was sent, step by step, by the instants at which they came in; steps
  /// without any are absent.
  ///
  /// - Parameter targets: with where their steps begin, and where the last one ends.
  package static func rows(
    of targets: [(target: Target, bounds: [Timestamp])], in tx: borrowing Transaction
  ) async throws -> [UsageHistory.Row] {
    let answers = try await tx.query(
      targets.map { target, bounds in
        Lookup(
          selectSteps,
          [
            .id(target.grant), .id(target.budget),
            .int64Array(bounds.map(\.microseconds)), .instant(bounds[0]),
            .instant(bounds[bounds.count - 1]),
          ])
      })
    return try zip(targets, answers).flatMap { wanted, rows in
      try rows.map { row in
        let step = Int(try row.int32(0))
        return UsageHistory.Row(
          target: wanted.target.index, start: wanted.bounds[step - 1],
          end: wanted.bounds[step], requests: try row.int64(1), failures: try row.int64(2),
          mostRPSSeen: try row.int64OrNil(3).map { Rate(microRPS: $0) })
      }
    }
  }

  /// A target whose use is told.
  package struct Target: Sendable {
    package let grant: GrantID
    package let budget: BudgetID
    package let index: Int64
    package let hosts: [String]
    package let timeZone: String
  }

  /// In order; none where there is no such grant.
  package static func targets(
    of grant: GrantID, in tx: borrowing Transaction
  ) async throws -> [Target] {
    try await tx.query(selectTargets, [.id(grant)]).map { row in
      Target(
        grant: grant, budget: try row.identifier(0, of: BudgetKind.self),
        index: try row.int64(1), hosts: try row.textArray(2), timeZone: try row.text(3))
    }
  }

  static let selectTargets = Statement(
    """
    SELECT b.id, b.target, b.hosts, c.time_zone
    FROM budgets b JOIN scopes c ON c.id = b.id WHERE b.grant_id = $1 ORDER BY b.target
    """)

  // What was sent until an instant falls into the step before it: so it does whether its term is
  // there still or only its minutes are.
  static let selectSteps = Statement(
    """
    SELECT width_bucket((extract(epoch FROM u.to_at) * 1000000)::bigint - 1, $3::bigint[]),
      sum(u.requests)::bigint,
      sum(u.timeouts + u.connection_errors + u.status_429 + u.status_5xx)::bigint,
      max(u.most_urps)
    FROM lease_usage u
    WHERE u.grant_id = $1 AND u.budget = $2 AND u.to_at > $4 AND u.to_at <= $5
      AND (u.requests > 0 OR u.unreported < u.reserved)
    GROUP BY 1 ORDER BY 1
    """)

  static let selectDays = Statement(
    """
    SELECT b.target, u.day, sum(u.reserved)::bigint, sum(u.requests)::bigint, max(u.most_urps)
    FROM lease_usage u JOIN budgets b ON b.id = u.budget
    WHERE u.grant_id = $1
    GROUP BY b.target, u.day ORDER BY b.target, u.day
    """)

  static let selectGranted = Statement(
    """
    SELECT b.target, c.max_urps, c.daily_requests, b.total_requests,
      b.total_requests - b.total_used
    FROM budgets b JOIN scopes c ON c.id = b.id WHERE b.grant_id = $1 ORDER BY b.target
    """)
}
