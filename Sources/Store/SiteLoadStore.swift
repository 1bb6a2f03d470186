package import Domain
package import Postgres

/// What bears on a site now, and what did in the last hour.
package enum SiteLoadStore {
  package struct Found: Sendable {
    package let scope: ScopeStore.LockedScope
    package let occupants: [Occupant]
    package let isRegistered: Bool
    package let budgets: [SiteLoad.Sharer]
    package let leases: [SiteLoad.Holder]
    package let waiting: [SiteLoad.Waiter]
    package let minutes: [SiteLoad.Minute]
    package let refused: [RefusedCalls]
  }

  /// Nil when there is no site at exactly this host, registered or implicit.
  package static func find(
    _ host: Host, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> Found? {
    guard let site = try await tx.oneOrNil(selectSite, [.text(host.text)]) else { return nil }
    let id = try site.text(0)
    let scopes = Parameter.textArray([id])
    // From the whole minute on: that is how what was pruned is kept.
    let hour = now.adding(seconds: -SiteLoad.historySeconds)
    let since = hour.adding(microseconds: -(hour.microseconds % 60_000_000))
    let names = try [site.text(2)] + site.textArray(3)
    let answers = try await tx.query([
      Lookup(selectScope, [scopes]),
      Lookup(ScopeStore.selectDays, [scopes, .date(now.utcDate.adding(days: -1))]),
      Lookup(LeaseStore.selectOccupants, [scopes, .instant(now)]),
      Lookup(selectBudgets, [.textArray(names), .instant(now), .int64(SiteLoad.rowsMax)]),
      Lookup(selectLeases, [.text(id), .instant(now), .int64(SiteLoad.rowsMax)]),
      Lookup(selectWaiting, [.textArray(names), .instant(now), .int64(SiteLoad.rowsMax)]),
      Lookup(selectMinutes, [.text(id), .instant(since)]),
      Lookup(
        RefusalStore.selectOfScope, [.text(id), .instant(since.minute), .int64(SiteLoad.rowsMax)]),
    ])
    guard let scope = try ScopeStore.scopes(answers[0], days: answers[1]).first else { return nil }
    return Found(
      scope: scope, occupants: try LeaseStore.occupants(answers[2])[scope.id] ?? [],
      isRegistered: try site.bool(1), budgets: try answers[3].map(sharer),
      leases: try answers[4].map(holder), waiting: try answers[5].map(waiter),
      minutes: try answers[6].map { row in
        SiteLoad.Minute(
          start: try row.instant(0), requests: try row.int64(1), failures: try row.int64(2))
      },
      refused: try answers[7].map { row in
        RefusedCalls(
          minute: try row.instant(0), code: try row.text(1), calls: try row.int64(2))
      })
  }

  private static func sharer(_ row: Row) throws -> SiteLoad.Sharer {
    SiteLoad.Sharer(
      budget: try row.identifier(0, of: BudgetKind.self),
      grant: try row.identifier(1, of: GrantKind.self),
      proposal: try row.identifier(2, of: ProposalKind.self), number: try row.int64(3),
      title: try row.text(4), target: try row.int64(5), hosts: try row.textArray(6),
      maxRate: Rate(microRPS: try row.int64(7)), dailyRequests: try row.int64(8),
      state: try row.decoded(9, GrantState(rawValue: try row.text(9))))
  }

  private static func holder(_ row: Row) throws -> SiteLoad.Holder {
    SiteLoad.Holder(
      lease: try row.identifier(0, of: LeaseKind.self),
      budget: try row.identifier(1, of: BudgetKind.self), worker: try row.text(2),
      pool: try row.text(3), hosts: try row.textArray(4),
      portion: Portion(
        rate: Rate(microRPS: try row.int64(5)), burst: try row.int64(6),
        concurrency: try row.int64(7)),
      expiresAt: try row.instant(8), freesAt: try row.instant(9))
  }

  private static func waiter(_ row: Row) throws -> SiteLoad.Waiter {
    SiteLoad.Waiter(
      budget: try row.identifier(0, of: BudgetKind.self), worker: try row.text(1),
      wish: Rate(microRPS: try row.int64(2)), since: try row.instant(3))
  }

  static let selectSite = Statement(
    """
    SELECT s.id, s.registered, s.host,
      array(SELECT a.host FROM site_aliases a WHERE a.site = s.id ORDER BY a.host)
    FROM sites s WHERE s.host = $1
    """)

  static let selectScope = Statement(
    """
    SELECT c.id, s.host, c.max_urps, c.burst, c.max_concurrency, c.max_workers,
      c.daily_requests, c.time_zone, c.windows, c.hold_until, c.last_clock
    FROM scopes c LEFT JOIN sites s ON s.id = c.id
    WHERE c.id = ANY ($1) ORDER BY c.id
    """)

  // Targets at or under one of the names, or with a pattern that reaches one of them.
  static let selectBudgets = Statement(
    """
    SELECT b.id, b.grant_id, g.proposal, p.number, r.title, b.target, b.hosts, c.max_urps,
      c.daily_requests, grant_state(g.id, g.starts_at, $2)
    FROM grant_standings h
    JOIN grants g ON g.id = h.grant_id
    JOIN proposals p ON p.id = g.proposal
    JOIN rounds d ON d.id = g.round
    JOIN revisions r ON r.id = d.revision
    JOIN budgets b ON b.grant_id = h.grant_id
    JOIN scopes c ON c.id = b.id
    WHERE h.closed_at IS NULL AND hosts_meet(b.hosts, $1)
    ORDER BY p.number, b.target LIMIT $3
    """)

  static let selectLeases = Statement(
    """
    SELECT l.id, l.budget, w.name, p.name, l.hosts, l.urps, l.burst, l.concurrency, l.expires_at,
      l.frees_at
    FROM lease_charges c
    JOIN leases l ON l.id = c.lease
    JOIN workers w ON w.id = l.worker
    JOIN pools p ON p.id = l.pool
    WHERE c.scope = $1 AND l.frees_at > $2 ORDER BY l.id LIMIT $3
    """)

  static let selectWaiting = Statement(
    """
    SELECT v.budget, w.name, v.wants_urps, v.since
    FROM lease_waits v
    JOIN budgets b ON b.id = v.budget
    JOIN workers w ON w.id = v.worker
    WHERE v.until > $2 AND hosts_meet(b.hosts, $1)
    ORDER BY v.since, w.id LIMIT $3
    """)

  // By when a report came in: what workers say of time is theirs. A report stands with the term
  // after the one it tells of; where that one was pruned, it is kept by the minute.
  static let selectMinutes = Statement(
    """
    SELECT date_bin('1 minute', u.at - interval '1 microsecond', '2000-01-01 00:00:00+00'),
      sum(u.requests)::bigint,
      sum(u.timeouts + u.connection_errors + u.status_429 + u.status_5xx)::bigint
    FROM (
      SELECT t.issued_at AS at, r.requests, r.timeouts, r.connection_errors, r.status_429,
        r.status_5xx
      FROM lease_charges c
      JOIN leases l ON l.id = c.lease AND l.frees_at > $2
      JOIN lease_terms t ON t.lease = l.id AND t.issued_at > $2 AND t.report IS NOT NULL
      CROSS JOIN LATERAL report_usage(t.report) r
      WHERE c.scope = $1 AND EXISTS (
        SELECT FROM lease_terms p WHERE p.lease = l.id AND p.term = t.term - 1)
      UNION ALL
      SELECT l.ended_at, r.requests, r.timeouts, r.connection_errors, r.status_429, r.status_5xx
      FROM lease_charges c
      JOIN leases l ON l.id = c.lease AND l.ended_at > $2 AND l.return_report IS NOT NULL
      CROSS JOIN LATERAL report_usage(l.return_report) r
      WHERE c.scope = $1 AND l.pruned_at IS NULL
      UNION ALL
      SELECT w.to_at, w.requests, w.timeouts, w.connection_errors, w.status_429, w.status_5xx
      FROM (
        SELECT DISTINCT l.budget, l.hosts FROM lease_charges c
        JOIN leases l ON l.id = c.lease AND l.frees_at > $2 WHERE c.scope = $1) k
      JOIN usage_windows w ON w.budget = k.budget AND w.hosts = k.hosts
      WHERE w.from_at > $2 - interval '10 minutes' AND w.to_at > $2
        AND (w.terms = 0 OR w.unreported < w.reserved)) u
    GROUP BY 1 ORDER BY 1
    """)
}
