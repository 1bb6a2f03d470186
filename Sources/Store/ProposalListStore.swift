package import Domain
package import Postgres

/// Lists of proposals; every status is derived, as at `now`.
package enum ProposalListStore {
  /// Proposals below a number, newest first.
  package static func list(
    _ filter: ProposalFilter, before number: Int64, limit: Int64, now: Timestamp,
    in tx: borrowing Transaction
  ) async throws -> [ProposalSummary] {
    try await tx.query(
      selectPage,
      [
        .int64(number), .instant(now), .optional(text: filter.status),
        .optional(text: filter.site?.text), .id(filter.owner), .id(filter.awaiting),
        .optional(text: filter.tier?.description), .textArray(filter.words), .int64(limit),
      ]
    ).map(summary)
  }

  private static func summary(_ row: Row) throws -> ProposalSummary {
    ProposalSummary(
      id: try row.identifier(0, of: ProposalKind.self), number: try row.int64(1),
      title: try row.text(2), requester: try row.identifier(3, of: PersonKind.self),
      owner: try row.identifier(4, of: PersonKind.self), status: try row.text(5),
      effectiveStatus: try row.text(6), digest: try row.digest(7),
      createdAt: try row.instant(8),
      tier: try row.textOrNil(9).map { try row.decoded(9, Tier($0)) })
  }

  // r: newest revision; o: newest round; s: its state now; g: its grant's state now; l: stops.
  static let selectPage = Statement(
    """
    SELECT p.id, p.number, r.title, p.requester, r.owner, s.status,
      CASE WHEN l.locked THEN 'locked'
        WHEN s.status = 'approved' THEN coalesce(g.status, 'approved') ELSE s.status END,
      coalesce(o.digest, r.digest)::bytea, p.created_at, o.tier
    FROM proposals p
    CROSS JOIN LATERAL (
      SELECT title, owner, deputy, maintainer, digest, hosts FROM revisions
      WHERE proposal = p.id ORDER BY n DESC LIMIT 1) r
    LEFT JOIN LATERAL (
      SELECT id, digest, tier, decide_by, revision FROM rounds
      WHERE proposal = p.id ORDER BY n DESC LIMIT 1) o ON true
    CROSS JOIN LATERAL (
      SELECT CASE WHEN o.id IS NULL THEN 'draft'
        WHEN t.to_state IN ('in_review', 'countered') AND o.decide_by <= $2 THEN 'lapsed'
        ELSE t.to_state END AS status
      FROM (SELECT (SELECT to_state FROM transitions WHERE object = o.id
        ORDER BY seq DESC LIMIT 1) AS to_state) t) s
    LEFT JOIN LATERAL (
      SELECT x.id, CASE WHEN t.to_state IN ('ended', 'revoked', 'replaced') THEN t.to_state
        WHEN $2 >= x.ends_at THEN 'ended' WHEN t.to_state = 'suspended' THEN 'suspended'
        WHEN $2 < x.starts_at THEN 'scheduled' ELSE 'active' END AS status
      FROM grants x CROSS JOIN LATERAL (SELECT to_state FROM transitions
        WHERE object = x.id ORDER BY seq DESC LIMIT 1) t
      WHERE x.round = o.id) g ON true
    CROSS JOIN LATERAL (
      SELECT EXISTS (
        SELECT FROM locks k
        WHERE (k.scope_kind = 'everything' OR (k.scope_kind = 'proposal' AND k.scope_id = p.id)
            OR (k.scope_kind = 'grant' AND k.scope_id = g.id)
            OR (k.scope_kind = 'site' AND EXISTS (SELECT FROM unnest(r.hosts) h
              WHERE h = k.scope_id OR right(h, length(k.scope_id) + 1) = '.' || k.scope_id)))
          AND NOT EXISTS (SELECT FROM lock_releases x WHERE x.lock = k.id AND x.n = 2)
      ) AS locked) l
    WHERE p.number < $1
      AND ($3::text IS NULL OR $3::text = s.status OR $3::text =
        CASE WHEN l.locked THEN 'locked' WHEN s.status = 'approved' THEN g.status END)
      AND ($4::text IS NULL OR EXISTS (SELECT FROM unnest(r.hosts) h
        WHERE h = $4::text OR right(h, length($4::text) + 1) = '.' || $4::text))
      AND ($5::text IS NULL OR r.owner = $5::text)
      AND ($6::text IS NULL OR (s.status = 'in_review'
        AND EXISTS (SELECT FROM round_seats z JOIN role_assignments a ON a.role = z.role
          WHERE z.round = o.id AND a.person = $6::text AND a.taken_at IS NULL
            AND NOT EXISTS (SELECT FROM decisions d
              JOIN people q ON q.id = d.person AND q.active
                AND (q.stopped_at IS NULL OR q.stopped_at <= d.decided_at)
              JOIN role_assignments x ON x.person = d.person AND x.role = d.role
                AND x.taken_at IS NULL AND x.given_at <= d.decided_at
              WHERE d.round = o.id AND d.role = z.role AND d.verdict = 'approve'
              AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id)))
        AND NOT EXISTS (SELECT FROM decisions d
          JOIN people a ON a.id = d.person JOIN people me ON me.id = $6::text
          JOIN role_assignments x ON x.person = d.person AND x.role = d.role
            AND x.taken_at IS NULL AND x.given_at <= d.decided_at
          WHERE d.round = o.id AND a.identity = me.identity
            AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id))
        AND NOT EXISTS (SELECT FROM revisions e
          JOIN people a ON a.id IN (p.requester, e.author)
            OR (e.id = o.revision AND a.id IN (e.owner, e.deputy, e.maintainer))
          JOIN people me ON me.id = $6::text
          WHERE e.proposal = p.id AND a.identity = me.identity)))
      AND ($7::text IS NULL OR o.tier = $7::text)
      AND NOT EXISTS (SELECT FROM unnest($8::text[]) w
        WHERE strpos(lower(r.title), lower(w)) = 0)
    ORDER BY p.number DESC LIMIT $9
    """)
}
