import Postgres

extension LeaseStore {
  static let selectOne = Statement(
    """
    SELECT l.id, l.grant_id, l.budget, l.pool, l.worker, l.enforcement_point, l.credential,
      l.hosts, l.build_digest, l.started_at, l.term, l.urps, l.burst, l.concurrency, l.quota,
      l.day, l.wants_urps, l.issued_at, l.expires_at, l.previous_urps, l.previous_burst,
      l.previous_concurrency, l.previous_expires_at, l.ended_at, l.ended_as, l.frees_at,
      g.name, w.name, r.proposal
    FROM leases l
    JOIN workers w ON w.id = l.worker
    JOIN grants r ON r.id = l.grant_id
    LEFT JOIN gateways g ON g.id = l.enforcement_point
    WHERE l.id = $1
    """)

  static let selectHeld = Statement(
    """
    SELECT l.id, l.grant_id, l.budget, l.pool, l.worker, l.enforcement_point, l.credential,
      l.hosts, l.build_digest, l.started_at, l.term, l.urps, l.burst, l.concurrency, l.quota,
      l.day, l.wants_urps, l.issued_at, l.expires_at, l.previous_urps, l.previous_burst,
      l.previous_concurrency, l.previous_expires_at, l.ended_at, l.ended_as, l.frees_at,
      g.name, w.name, r.proposal
    FROM leases l
    JOIN workers w ON w.id = l.worker
    JOIN grants r ON r.id = l.grant_id
    LEFT JOIN gateways g ON g.id = l.enforcement_point
    WHERE l.worker = $1 AND l.budget = $2 AND l.ended_at IS NULL
    ORDER BY l.expires_at DESC LIMIT 1
    """)

  static let selectPage = Statement(
    """
    SELECT l.id, l.grant_id, l.budget, l.pool, l.worker, l.enforcement_point, l.credential,
      l.hosts, l.build_digest, l.started_at, l.term, l.urps, l.burst, l.concurrency, l.quota,
      l.day, l.wants_urps, l.issued_at, l.expires_at, l.previous_urps, l.previous_burst,
      l.previous_concurrency, l.previous_expires_at, l.ended_at, l.ended_as, l.frees_at,
      g.name, w.name, r.proposal
    FROM leases l
    JOIN workers w ON w.id = l.worker
    JOIN grants r ON r.id = l.grant_id
    LEFT JOIN gateways g ON g.id = l.enforcement_point
    WHERE l.id > $1
      AND ($2::text IS NULL OR l.grant_id = $2)
      AND ($3::text IS NULL OR EXISTS (
        SELECT FROM lease_charges c JOIN sites s ON s.id = c.scope
        WHERE c.lease = l.id AND s.host = $3))
      AND ($4::text IS NULL OR l.pool = $4)
      AND ($5::timestamptz IS NULL OR (l.ended_at IS NULL AND l.expires_at > $5))
    ORDER BY l.id LIMIT $6
    """)

  static let selectOccupants = Statement(
    """
    SELECT c.scope, l.id, l.budget, l.started_at, l.wants_urps, l.urps, l.burst, l.concurrency,
      l.expires_at, l.previous_urps, l.previous_burst, l.previous_concurrency,
      l.previous_expires_at, l.ended_at IS NOT NULL, l.frees_at
    FROM lease_charges c JOIN leases l ON l.id = c.lease
    WHERE c.scope = ANY ($1) AND l.frees_at > $2
    """)

  static let selectLive = Statement(
    """
    SELECT count(*), max(l.expires_at),
      coalesce(array_agg(DISTINCT coalesce(g.name, l.enforcement_point)), '{}')
    FROM leases l
    JOIN grants r ON r.id = l.grant_id
    LEFT JOIN gateways g ON g.id = l.enforcement_point
    WHERE l.ended_at IS NULL AND l.expires_at > $3 AND CASE $1
      WHEN 'everything' THEN true
      WHEN 'site' THEN EXISTS (
          SELECT FROM unnest(l.hosts) h
          WHERE h = $2 OR right(h, length($2) + 1) = '.' || $2)
        OR EXISTS (
          SELECT FROM lease_charges c JOIN sites s ON s.id = c.scope
          WHERE c.lease = l.id AND (s.host = $2 OR right(s.host, length($2) + 1) = '.' || $2))
      WHEN 'proposal' THEN r.proposal = $2
      WHEN 'grant' THEN l.grant_id = $2
      WHEN 'pool' THEN l.pool = $2
      WHEN 'worker' THEN l.worker = $2
      END
    """)

  static let insert = Statement(
    """
    INSERT INTO leases (id, grant_id, budget, pool, worker, enforcement_point, credential,
      hosts, build_digest, started_at, term, urps, burst, concurrency, quota, day, wants_urps,
      issued_at, expires_at, frees_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13, $14, $15, $16, $17,
      $18, $19)
    """)

  /// Fails (division by zero) unless it is the term that follows: the lock on the scopes leaves
  /// no other, and COMMIT is sent along without looking.
  static let updateTerm = Statement(
    """
    WITH renewed AS (
      UPDATE leases SET term = $2, urps = $3, burst = $4, concurrency = $5, quota = $6,
        day = $7, wants_urps = $8, issued_at = $9, expires_at = $10, previous_urps = $11,
        previous_burst = $12, previous_concurrency = $13, previous_expires_at = $14,
        frees_at = $15
      WHERE id = $1 AND term = $2 - 1 AND ended_at IS NULL RETURNING id)
    SELECT 1 / count(*) FROM renewed
    """)

  /// Fails in the same way unless the lease has not ended yet.
  static let updateEnded = Statement(
    """
    WITH ended AS (
      UPDATE leases SET ended_at = $2, ended_as = $3, frees_at = $4, return_report = $5
      WHERE id = $1 AND ended_at IS NULL RETURNING id)
    SELECT 1 / count(*) FROM ended
    """)

  static let insertOneTerm = Statement(
    """
    INSERT INTO lease_terms (lease, term, urps, burst, concurrency, quota, day, issued_at,
      expires_at, report)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    """)
}
