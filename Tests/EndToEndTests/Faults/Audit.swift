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
    ("requests reserved otherwise than the terms say", reservations),
    ("a total otherwise than the terms say", totals),
    ("more taken up than there is", occupancy),
  ]

  /// Every seat signed and nobody against it ⇔ approved ⇔ a grant with its state, its pool and
  /// the budget of its one target; a vote against it ⇔ rejected.
  private static let halfDecisions = """
    SELECT r.id, signed.*, ended.*, made.*
    FROM rounds r
    CROSS JOIN LATERAL (
      SELECT bool_and(EXISTS (
          SELECT FROM decisions d WHERE d.round = s.round AND d.role = s.role
            AND d.verdict = 'approve')) AS seats,
        EXISTS (SELECT FROM decisions d WHERE d.round = r.id AND d.verdict <> 'approve') AS no
      FROM round_seats s WHERE s.round = r.id
    ) signed
    CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE to_state = 'approved') AS approved,
        count(*) FILTER (WHERE to_state = 'rejected') AS rejected
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
    WHERE (signed.seats AND NOT signed.no)::int <> ended.approved
      OR signed.no::int <> ended.rejected OR ended.approved <> made.grants
      OR ended.approved <> made.budgets OR ended.approved <> made.pools
      OR ended.approved <> made.states
    """

  private static let doubledDecisions = """
    SELECT round, identity FROM decisions GROUP BY round, identity HAVING count(*) > 1
    """

  private static let events = """
    WITH acts (type, object) AS (
      SELECT 'proposal.created', id FROM proposals
      UNION ALL SELECT 'proposal.submitted', proposal FROM rounds
      UNION ALL SELECT CASE d.verdict WHEN 'approve' THEN 'decision.approved'
        ELSE 'decision.rejected' END, r.proposal
        FROM decisions d JOIN rounds r ON r.id = d.round
      UNION ALL SELECT 'proposal.approved', r.proposal
        FROM transitions t JOIN rounds r ON r.id = t.object WHERE t.to_state = 'approved'
      UNION ALL SELECT 'grant.created', id FROM grants
      UNION ALL SELECT 'grant.activated', object FROM transitions
        WHERE kind = 'grant' AND to_state = 'active'
      UNION ALL SELECT 'lease.granted', id FROM leases
      UNION ALL SELECT 'lease.ended', id FROM leases WHERE ended_at IS NOT NULL
    ), wanted AS (
      SELECT type, object, count(*) FROM acts GROUP BY type, object
    ), found AS (
      SELECT type, object_id AS object, count(*) FROM events
      WHERE object_type IN ('proposal', 'grant', 'lease') GROUP BY type, object_id
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
      SELECT c.scope, sum(t.quota) AS requests
      FROM lease_charges c JOIN lease_terms t USING (lease) GROUP BY c.scope
    ), found AS (
      SELECT scope, sum(used + reserved) AS requests FROM scope_days GROUP BY scope
    )
    SELECT scope, w.requests, f.requests FROM wanted w FULL JOIN found f USING (scope)
    WHERE w.requests IS DISTINCT FROM f.requests
    """

  private static let totals = """
    SELECT b.id, b.total_used, sum(t.quota)
    FROM budgets b LEFT JOIN leases l ON l.budget = b.id LEFT JOIN lease_terms t ON t.lease = l.id
    GROUP BY b.id HAVING b.total_used <> coalesce(sum(t.quota), 0)
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
