import Testing

/// Looks for what must never stand in the database: each question names something that is wrong,
/// and is answered by no row.
enum Audit {
  static func check(_ database: SecondConnection, _ words: String) async throws {
    for (wrong, sql) in questions {
      let rows = try await offPool { try database.rows(sql) }
      #expect(rows.isEmpty, "\(wrong); \(words)")
    }
  }

  static let questions: [(wrong: String, sql: String)] = [
    ("half a decision", halfDecisions),
    ("two decisions of one person", doubledDecisions),
    ("an act without its one event, or an event without its act", events),
    ("a broken chain of events", chains),
    ("an event that waits for no number", "SELECT id FROM events EXCEPT SELECT event FROM pending"),
    ("a lease that is not its last term", terms),
    ("a lease that charges nothing", charges),
    ("requests reserved otherwise than the leases say", reservations),
    ("a total otherwise than the terms say", totals),
    ("more taken up than there is", occupancy),
  ]

  /// Every seat signed, by signatures that stand, and nobody against it: approved or countered.
  /// Approved ⇔ a grant with its state, its pool and the budget of its one target. A vote against
  /// it ⇔ its end.
  private static let halfDecisions = """
    SELECT r.id, signed.*, against.*, ended.*, made.*
    FROM rounds r
    CROSS JOIN LATERAL (
      SELECT bool_and(EXISTS (
          SELECT FROM decisions d WHERE d.round = s.round AND d.role = s.role
            AND d.verdict = 'approve'
            AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id))) AS seats
      FROM round_seats s WHERE s.round = r.id
    ) signed
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE verdict = 'reject') AS rejections,
        count(*) FILTER (WHERE verdict = 'request_changes') AS requests
      FROM decisions WHERE round = r.id
    ) against
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE to_state = 'approved') AS approved,
        count(*) FILTER (WHERE to_state = 'countered') AS countered,
        count(*) FILTER (WHERE to_state = 'rejected') AS rejected,
        count(*) FILTER (WHERE to_state = 'changes_requested') AS changes_requested
      FROM transitions WHERE object = r.id
    ) ended
    CROSS JOIN LATERAL (
      SELECT count(*) AS grants,
        coalesce(sum((SELECT count(*) FROM budgets b JOIN scopes USING (id)
          WHERE b.grant_id = g.id)), 0) AS budgets,
        coalesce(sum((SELECT count(*) FROM grant_pools p WHERE p.grant_id = g.id)), 0) AS pools,
        coalesce(sum((SELECT count(*) FROM transitions t
          WHERE t.object = g.id AND t.seq = 1)), 0) AS states
      FROM grants g WHERE g.round = r.id
    ) made
    WHERE signed.seats AND rejections + requests = 0 AND approved + countered = 0
      OR approved > 0 AND NOT (signed.seats AND rejections + requests = 0)
      OR rejections <> rejected OR requests <> changes_requested
      OR approved <> grants OR approved <> budgets OR approved <> pools OR approved <> states
    """

  private static let doubledDecisions = """
    SELECT round, identity FROM decisions d
    WHERE NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id)
    GROUP BY round, identity HAVING count(*) > 1
    """

  private static let events = """
    WITH acts (type, object) AS (
      SELECT CASE n WHEN 1 THEN 'proposal.created' ELSE 'revision.created' END, proposal
        FROM revisions
      UNION ALL SELECT 'proposal.submitted', proposal FROM rounds
      UNION ALL SELECT CASE d.verdict WHEN 'approve' THEN 'decision.approved'
        WHEN 'reject' THEN 'decision.rejected' ELSE 'decision.changes_requested' END, r.proposal
        FROM decisions d JOIN rounds r ON r.id = d.round
      UNION ALL SELECT 'decision.retracted', r.proposal
        FROM decision_voids v JOIN decisions d ON d.id = v.decision JOIN rounds r ON r.id = d.round
        WHERE v.reason = 'retracted'
      UNION ALL SELECT 'conditions.conflicted', r.proposal
        FROM (SELECT DISTINCT event, round FROM condition_conflicts) c
        JOIN rounds r ON r.id = c.round
      UNION ALL SELECT e.type, r.proposal
        FROM (VALUES ('approved', 'proposal.approved'), ('countered', 'counter.offered'),
          ('draft', 'counter.declined'), ('withdrawn', 'proposal.withdrawn'),
          ('superseded', 'round.superseded')) e (state, type)
        JOIN transitions t ON t.to_state = e.state JOIN rounds r ON r.id = t.object
      UNION ALL SELECT 'counter.accepted', r.proposal
        FROM counter_acceptances a JOIN rounds r ON r.id = a.round
      UNION ALL SELECT 'grant.created', id FROM grants
      UNION ALL SELECT CASE to_state WHEN 'active' THEN 'grant.activated'
        ELSE 'grant.' || to_state END, object
        FROM transitions WHERE kind = 'grant' AND to_state <> 'scheduled'
      UNION ALL SELECT 'lease.granted', id FROM leases
      UNION ALL SELECT 'lease.ended', id FROM leases WHERE ended_at IS NOT NULL
      UNION ALL SELECT 'lock.placed', id FROM locks
      UNION ALL SELECT CASE n WHEN 1 THEN 'lock.release_requested' ELSE 'lock.released' END, lock
        FROM lock_releases
      UNION ALL SELECT 'role.given', person FROM role_assignments
      UNION ALL SELECT 'role.taken', person FROM role_assignments WHERE taken_at IS NOT NULL
      UNION ALL SELECT 'person.changed', id FROM people, generate_series(2, version)
    ), wanted AS (
      SELECT type, object, count(*) FROM acts GROUP BY type, object
    ), found AS (
      SELECT type, object_id AS object, count(*) FROM events
      WHERE object_type IN ('proposal', 'grant', 'lease', 'lock')
        OR type IN ('role.given', 'role.taken', 'person.changed')
      GROUP BY type, object_id
    )
    SELECT type, object, w.count, f.count FROM wanted w FULL JOIN found f USING (type, object)
    WHERE w.count IS DISTINCT FROM f.count
    """

  /// Each event names the leaf before it and the stream's head is the last one.
  private static let chains = """
    WITH linked AS (
      SELECT e.*, lag(leaf_hash::bytea, 1, decode(repeat('00', 32), 'hex')) OVER chain AS before,
        row_number() OVER chain AS place, lead(id) OVER chain IS NULL AS is_last
      FROM events e WINDOW chain AS (PARTITION BY stream ORDER BY seq)
    )
    SELECT l.id FROM linked l JOIN streams s ON s.id = l.stream
    WHERE l.prev <> l.before OR l.seq <> l.place
      OR is_last AND (s.seq <> l.seq OR s.head <> l.leaf_hash)
    UNION ALL SELECT id FROM streams s
    WHERE seq > 0 AND NOT EXISTS (SELECT FROM events e WHERE e.stream = s.id)
    """

  private static let terms = """
    SELECT l.id FROM leases l LEFT JOIN lease_terms t ON t.lease = l.id GROUP BY l.id
    HAVING count(t.term) <> l.term OR max(t.term) <> l.term OR NOT bool_or(
      t.term = l.term AND t.urps = l.urps AND t.burst = l.burst AND t.quota = l.quota
      AND t.concurrency = l.concurrency AND t.expires_at = l.expires_at)
    """

  private static let charges = """
    SELECT l.id FROM leases l WHERE NOT EXISTS (
      SELECT FROM lease_charges c WHERE c.lease = l.id AND c.scope = l.budget
    ) OR NOT EXISTS (
      SELECT FROM lease_charges c WHERE c.lease = l.id AND c.scope LIKE 'site\\_%'
    )
    """

  private static let reservations = """
    WITH wanted AS (
      SELECT c.scope, c.day, sum(l.used_requests - c.base) AS used,
        sum(l.bound_requests - l.used_requests) AS reserved
      FROM lease_charges c JOIN leases l ON l.id = c.lease
      WHERE c.day IS NOT NULL GROUP BY c.scope, c.day
    )
    SELECT scope, day, w.used, d.used, w.reserved, d.reserved
    FROM wanted w FULL JOIN scope_days d USING (scope, day)
    WHERE w.used IS DISTINCT FROM d.used OR w.reserved IS DISTINCT FROM d.reserved
    """

  private static let totals = """
    SELECT b.id, b.total_used, sum(l.bound_requests)
    FROM budgets b LEFT JOIN leases l ON l.budget = b.id
    GROUP BY b.id HAVING b.total_used <> coalesce(sum(l.bound_requests), 0)
    """

  /// Of every scope at every instant at which a term began: each lease takes up the largest of
  /// its terms whose token may still be in use, until three seconds after it ran out, or until
  /// the enforcement point gave it back (I8).
  private static let occupancy = """
    WITH parts AS (
      SELECT c.scope, t.lease, t.urps, t.burst, t.concurrency, t.issued_at AS since,
        CASE WHEN l.frees_at = l.ended_at THEN least(l.ended_at, t.expires_at + :guard)
          ELSE t.expires_at + :guard END AS until
      FROM lease_terms t JOIN leases l ON l.id = t.lease JOIN lease_charges c ON c.lease = l.id
    ), taken AS (
      SELECT i.scope, i.at, p.lease, max(p.urps) AS urps, max(p.burst) AS burst,
        max(p.concurrency) AS concurrency
      FROM (SELECT DISTINCT scope, since AS at FROM parts) i
      JOIN parts p ON p.scope = i.scope AND p.since <= i.at AND i.at < p.until
      GROUP BY i.scope, i.at, p.lease
    )
    SELECT s.id, t.at, sum(t.urps), sum(t.burst), sum(t.concurrency), count(*)
    FROM taken t JOIN scopes s ON s.id = t.scope GROUP BY s.id, t.at
    HAVING sum(t.urps) > s.max_urps OR sum(t.burst) > s.burst
      OR sum(t.concurrency) > s.max_concurrency
      OR count(*) > coalesce(s.max_workers, s.max_concurrency)
    """.replacing(":guard", with: "interval '3.000001 s'")
}
