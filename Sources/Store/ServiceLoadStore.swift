package import Domain
package import Postgres

/// What goes on now: bounded rows, each found by an index.
package enum ServiceLoadStore {
  /// A budget of a grant that is not over, with what is out under it.
  package struct Budget: Sendable {
    package let sharer: SiteLoad.Sharer
    package let maxWorkers: Int64
    package let timeZone: String
    package let windows: WindowSet
    package let leases: Int64
    package let rate: Rate
    package let waiting: Int64
    package let refused: Int64
  }

  /// The busiest budgets, and the totals over all that the filter lets through.
  package static func budgets(
    _ filter: ServiceLoad.Filter, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> (budgets: [Budget], totals: ServiceLoad.Totals) {
    let rows = try await tx.query(
      selectBudgets,
      [
        .instant(now), .text(oldest(at: now)), .instant(refusedSince(now)),
        .optional(text: filter.grant), .optional(text: filter.site?.text), .int64(filter.limit),
      ])
    let totals = try rows.first.map { row in
      ServiceLoad.Totals(
        budgets: try row.int64(17), leases: try row.int64(18),
        rate: Rate(microRPS: try row.int64(19)), waiting: try row.int64(20))
    }
    let none = ServiceLoad.Totals(budgets: 0, leases: 0, rate: .none, waiting: 0)
    return (try rows.map(budget), totals ?? none)
  }

  /// What else is shown beside budgets.
  package struct Rest: Sendable {
    /// Requests used or reserved, by scope and local day.
    package let spent: [String: [LocalDate: Int64]]
    package let leases: [ServiceLoad.Holder]
    package let refused: [ServiceLoad.Refused]
    /// Sites that are held, and the quarantine.
    package let holds: [ServiceLoad.Hold]
    package let breakers: [Breaker]
  }

  package static func rest(
    of budgets: [BudgetID], _ filter: ServiceLoad.Filter, at now: Timestamp,
    in tx: borrowing Transaction
  ) async throws -> Rest {
    let ids = Parameter.textArray(budgets.map(\.text))
    let limit = Parameter.int64(filter.limit)
    let answers = try await tx.query([
      Lookup(ScopeStore.selectDays, [ids, .date(now.utcDate.adding(days: -1))]),
      Lookup(selectLeases, [ids, .text(oldest(at: now)), .instant(now), limit]),
      Lookup(
        selectRefused,
        [
          ids, .optional(text: filter.site?.text), .bool(filter.grant == nil),
          .instant(refusedSince(now)), limit,
        ]),
      Lookup(selectHolds, [.instant(now), .optional(text: filter.site?.text), limit]),
      Lookup(
        selectMovedBreakers,
        [.optional(text: filter.grant), .optional(text: filter.site?.text), limit]),
    ])
    var spent: [String: [LocalDate: Int64]] = [:]
    for row in answers[0] {
      spent[try row.text(0), default: [:]][try row.localDate(1)] = try row.int64(2)
    }
    return Rest(
      spent: spent, leases: try answers[1].map(holder), refused: try answers[2].map(refused),
      holds: try answers[3].map(hold), breakers: try answers[4].map(BreakerStore.breaker))
  }

  private static func refusedSince(_ now: Timestamp) -> Timestamp {
    now.adding(seconds: -ServiceLoad.refusedSeconds).minute
  }

  /// No lease that began before it is in force.
  private static func oldest(at now: Timestamp) -> String {
    LeaseID.first(at: now.adding(seconds: -Lease.secondsMost)).text
  }

  private static func budget(_ row: Row) throws -> Budget {
    Budget(
      sharer: SiteLoad.Sharer(
        budget: try row.identifier(0, of: BudgetKind.self),
        grant: try row.identifier(1, of: GrantKind.self),
        proposal: try row.identifier(2, of: ProposalKind.self), number: try row.int64(3),
        title: try row.text(4), target: try row.int64(5), hosts: try row.textArray(6),
        maxRate: Rate(microRPS: try row.int64(7)), dailyRequests: try row.int64(8),
        state: try row.decoded(9, GrantState(rawValue: try row.text(9)))),
      maxWorkers: try row.int64(10), timeZone: try row.text(11),
      windows: try SiteStore.windows(row, 12), leases: try row.int64(13),
      rate: Rate(microRPS: try row.int64(14)), waiting: try row.int64(15),
      refused: try row.int64(16))
  }

  private static func holder(_ row: Row) throws -> ServiceLoad.Holder {
    ServiceLoad.Holder(
      lease: try row.identifier(0, of: LeaseKind.self),
      budget: try row.identifier(1, of: BudgetKind.self), worker: try row.text(2),
      pool: try row.text(3), hosts: try row.textArray(4), term: try row.int64(5),
      rate: Rate(microRPS: try row.int64(6)), expiresAt: try row.instant(7))
  }

  private static func refused(_ row: Row) throws -> ServiceLoad.Refused {
    ServiceLoad.Refused(
      scope: try row.decoded(0, ScopeID(try row.text(0))), host: try row.textOrNil(1),
      code: try row.text(2), calls: try row.int64(3), lastMinute: try row.instant(4))
  }

  private static func hold(_ row: Row) throws -> ServiceLoad.Hold {
    let until = try row.instant(1)
    guard let host = try row.textOrNil(0) else {
      return ServiceLoad.Hold(
        .quarantine, on: "everything", since: nil, until: until, detail: try row.text(2))
    }
    let stop = BreakerStop(.siteHeld, of: "site \(host)", until: until)
    return ServiceLoad.Hold(
      .siteHold, on: stop.subject, since: nil, until: until, detail: stop.detail)
  }

  // The grant's state is asked for only of the budgets that are shown.
  static let selectBudgets = Statement(
    """
    SELECT f.id, f.grant_id, g.proposal, p.number, r.title, f.target, f.hosts, c.max_urps,
      c.daily_requests, grant_state(g.id, g.starts_at, $1), c.max_workers, c.time_zone,
      c.windows, f.leases, f.urps, f.waiting, f.refused, f.all_budgets, f.all_leases,
      f.all_urps, f.all_waiting
    FROM (
      SELECT b.id, b.grant_id, b.target, b.hosts, l.leases, l.urps,
        w.workers AS waiting, x.calls AS refused,
        count(*) OVER () AS all_budgets, (sum(l.leases) OVER ())::bigint AS all_leases,
        (sum(l.urps) OVER ())::bigint AS all_urps,
        (sum(w.workers) OVER ())::bigint AS all_waiting
      FROM grant_standings h
      JOIN budgets b ON b.grant_id = h.grant_id
      CROSS JOIN LATERAL (
        SELECT count(*) AS leases, coalesce(sum(l.urps), 0)::bigint AS urps
        FROM leases l
        WHERE l.budget = b.id AND l.id >= $2 AND l.ended_at IS NULL AND l.expires_at > $1) l
      CROSS JOIN LATERAL (
        SELECT count(*) AS workers FROM lease_waits v WHERE v.budget = b.id AND v.until > $1) w
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(r.calls), 0)::bigint AS calls FROM refusals r
        WHERE r.scope = b.id AND r.minute >= $3) x
      WHERE h.closed_at IS NULL AND ($4::text IS NULL OR h.grant_id = $4)
        AND ($5::text IS NULL OR hosts_meet(b.hosts, ARRAY[$5::text]))
      ORDER BY l.urps DESC, refused DESC, waiting DESC, b.id LIMIT $6) f
    JOIN grants g ON g.id = f.grant_id
    JOIN proposals p ON p.id = g.proposal
    JOIN rounds d ON d.id = g.round
    JOIN revisions r ON r.id = d.revision
    JOIN scopes c ON c.id = f.id
    ORDER BY f.urps DESC, f.refused DESC, f.waiting DESC, f.id
    """)

  static let selectLeases = Statement(
    """
    SELECT l.id, l.budget, w.name, p.name, l.hosts, l.term, l.urps, l.expires_at
    FROM leases l
    JOIN workers w ON w.id = l.worker
    JOIN pools p ON p.id = l.pool
    WHERE l.budget = ANY ($1) AND l.id >= $2 AND l.ended_at IS NULL AND l.expires_at > $3
    ORDER BY l.urps DESC, l.id LIMIT $4
    """)

  // Of a site only what is not said of a budget already: calls for which none was found.
  static let selectRefused = Statement(
    """
    SELECT r.scope, s.host, r.code, sum(r.calls)::bigint, max(r.minute)
    FROM refusals r LEFT JOIN sites s ON s.id = r.scope
    WHERE r.minute >= $4 AND (r.scope = ANY ($1) OR ($3 AND s.id IS NOT NULL
      AND ($2::text IS NULL OR host_meets(s.host, $2))
      AND r.code IN ('not_found', 'no_grant', 'host_not_granted')))
    GROUP BY r.scope, s.host, r.code ORDER BY 4 DESC, r.scope, r.code LIMIT $5
    """)

  static let selectHolds = Statement(
    """
    (SELECT NULL::text, quarantined_until, cause FROM lease_guard WHERE quarantined_until > $1)
    UNION ALL
    (SELECT s.host, c.hold_until, NULL
     FROM scopes c JOIN sites s ON s.id = c.id
     WHERE c.hold_until > $1
       AND ($2::text IS NULL OR host_meets(s.host, $2) OR host_meets($2, s.host))
     ORDER BY s.host LIMIT $3)
    """)

  static let selectMovedBreakers = Statement(
    """
    SELECT k.budget, k.host, k.phase, k.since, k.until, k.causes, k.lifted_by, k.probe,
      k.probe_frees_at, k.openings, k.back_off, k.quiet_from, k.tallies, k.baseline_ms,
      b.grant_id, k.failures_before
    FROM breakers k JOIN budgets b ON b.id = k.budget
    WHERE k.phase <> 'closed' AND ($1::text IS NULL OR b.grant_id = $1)
      AND ($2::text IS NULL OR host_meets(k.host, $2))
    ORDER BY k.budget, k.host LIMIT $3
    """)
}
