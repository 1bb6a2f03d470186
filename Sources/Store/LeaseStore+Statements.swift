import Postgres

extension LeaseStore {
  static let select = Statement(
    """
    SELECT l.id, l.grant_id, l.budget, l.pool, l.worker, l.enforcement_point, l.credential,
      l.hosts, l.build_digest, l.started_at, l.term, l.urps, l.burst, l.concurrency, l.quota,
      l.day, l.wants_urps, l.issued_at, l.expires_at, l.previous_urps, l.previous_burst,
      l.previous_concurrency, l.previous_expires_at, l.ended_at, l.ended_as, l.frees_at,
      g.name, w.name, r.proposal, l.reported_term, l.reported_to, l.reported_at,
      l.used_requests, l.bound_requests, l.covered_until, l.open_quotas, l.open_until,
      CASE WHEN l.acknowledged_term = l.term THEN l.acknowledged_at END,
      array(SELECT c.scope::text FROM lease_charges c
        WHERE c.lease = l.id AND c.day IS NOT NULL ORDER BY c.scope),
      array(SELECT (c.day - date '1970-01-01')::bigint FROM lease_charges c
        WHERE c.lease = l.id AND c.day IS NOT NULL ORDER BY c.scope)
    FROM leases l
    JOIN workers w ON w.id = l.worker
    JOIN grants r ON r.id = l.grant_id
    LEFT JOIN gateways g ON g.id = l.enforcement_point
    WHERE l.id = ANY ($1)
    """)

  static let selectHeld = Statement(
    """
    SELECT l.id, l.grant_id, l.budget, l.pool, l.worker, l.enforcement_point, l.credential,
      l.hosts, l.build_digest, l.started_at, l.term, l.urps, l.burst, l.concurrency, l.quota,
      l.day, l.wants_urps, l.issued_at, l.expires_at, l.previous_urps, l.previous_burst,
      l.previous_concurrency, l.previous_expires_at, l.ended_at, l.ended_as, l.frees_at,
      g.name, w.name, r.proposal, l.reported_term, l.reported_to, l.reported_at,
      l.used_requests, l.bound_requests, l.covered_until, l.open_quotas, l.open_until,
      CASE WHEN l.acknowledged_term = l.term THEN l.acknowledged_at END,
      array(SELECT c.scope::text FROM lease_charges c
        WHERE c.lease = l.id AND c.day IS NOT NULL ORDER BY c.scope),
      array(SELECT (c.day - date '1970-01-01')::bigint FROM lease_charges c
        WHERE c.lease = l.id AND c.day IS NOT NULL ORDER BY c.scope)
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
      l.previous_expires_at, l.ended_at IS NOT NULL, l.frees_at,
      rival.granted, rival.most
    FROM lease_charges c JOIN leases l ON l.id = c.lease
      LEFT JOIN LATERAL (
        SELECT max(s.max_urps) FILTER (WHERE s.id = l.budget) AS granted, min(s.max_urps) AS most
        FROM lease_charges x JOIN scopes s ON s.id = x.scope
        WHERE x.lease = l.id AND x.scope <> ALL ($1) AND l.budget <> ALL ($1)) rival ON true
    WHERE c.scope = ANY ($1) AND l.frees_at > $2
    """)

  static let selectReach = Statement(
    """
    SELECT coalesce(g.name, c.point), c.live, c.last, a.at
    FROM (
      SELECT l.enforcement_point AS point,
        count(*) FILTER (WHERE l.ended_at IS NULL AND l.expires_at > $3) AS live,
        max(l.expires_at) FILTER (WHERE l.ended_at IS NULL AND l.expires_at > $3) AS last
      FROM leases l JOIN grants r ON r.id = l.grant_id
      WHERE l.expires_at > $4 AND (l.ended_at IS NULL OR l.ended_at > $4)
        AND l.started_at <= coalesce($5, 'infinity'::timestamptz) AND CASE $1
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
      GROUP BY l.enforcement_point) c
    LEFT JOIN gateways g ON g.id = c.point
    LEFT JOIN LATERAL (
      SELECT min(k.at) AS at
      FROM events v JOIN epoch_events e ON e.event = v.id
      JOIN epoch_acknowledgements k ON k.point = c.point AND k.epoch >= e.epoch
      WHERE v.object_id = $6 AND e.at > $3 - interval '7 days') a ON true
    ORDER BY 1
    """)

  static let insert = Statement(
    """
    INSERT INTO leases (id, grant_id, budget, pool, worker, enforcement_point, credential,
      hosts, build_digest, started_at, term, urps, burst, concurrency, quota, day, wants_urps,
      issued_at, expires_at, frees_at, used_requests, bound_requests, covered_until,
      open_quotas, open_until)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13, $14, $15, $16, $17,
      $18, $19, $20, $21, $22, $23, $24)
    """)

  /// Each lease once. Fails (division by zero) unless each gets the term that follows: the lock on
  /// the scopes leaves no other, and COMMIT is sent along without looking.
  static let updateTerms = Statement(
    """
    WITH renewed AS (
      UPDATE leases l SET term = r.term, urps = r.urps, burst = r.burst,
        concurrency = r.concurrency, quota = r.quota, day = date '1970-01-01' + r.day::integer,
        wants_urps = r.wants_urps, issued_at = r.issued_at, expires_at = r.expires_at,
        previous_urps = r.previous_urps, previous_burst = r.previous_burst,
        previous_concurrency = r.previous_concurrency,
        previous_expires_at = r.previous_expires_at, frees_at = r.frees_at,
        reported_term = nullif(r.reported_term, 0), reported_to = r.reported_to,
        reported_at = r.reported_at, credential = r.credential,
        used_requests = r.used, bound_requests = r.bound, covered_until = r.covered_until,
        open_quotas = r.open_quotas::bigint[], open_until = r.open_until::bigint[]
      FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
          $6::bigint[], $7::bigint[], $8::bigint[], $9::timestamptz[], $10::timestamptz[],
          $11::bigint[], $12::bigint[], $13::bigint[], $14::timestamptz[], $15::timestamptz[],
          $16::bigint[], $17::timestamptz[], $18::timestamptz[], $19::text[], $20::bigint[],
          $21::bigint[], $22::timestamptz[], $23::text[], $24::text[])
        AS r (id, term, urps, burst, concurrency, quota, day, wants_urps, issued_at, expires_at,
          previous_urps, previous_burst, previous_concurrency, previous_expires_at, frees_at,
          reported_term, reported_to, reported_at, credential, used, bound, covered_until,
          open_quotas, open_until)
      WHERE l.id = r.id AND l.term = r.term - 1 AND l.ended_at IS NULL RETURNING l.id)
    SELECT 1 / (count(*) = cardinality($1))::integer FROM renewed
    """)

  /// Fails in the same way unless the lease has not ended yet.
  static let updateEnded = Statement(
    """
    WITH ended AS (
      UPDATE leases SET ended_at = $2, ended_as = $3, frees_at = $4, return_report = $5,
        settled_at = $6, used_requests = $7, bound_requests = $8, covered_until = $9,
        open_quotas = $10, open_until = $11
      WHERE id = $1 AND ended_at IS NULL RETURNING id)
    SELECT 1 / count(*) FROM ended
    """)

  static let updateAccount = Statement(
    """
    UPDATE leases SET used_requests = $2, bound_requests = $3, covered_until = $4,
      open_quotas = $5, open_until = $6
    WHERE id = $1
    """)

  static let keepReport = Statement(
    """
    SELECT keep_usage(array_agg(w)) FROM usage_window($1, $2::text[], $3, $4, $5, 0, 0, $6) w
    """)

  /// A report that is empty text is none.
  static let insertTerms = Statement(
    """
    INSERT INTO lease_terms (lease, term, urps, burst, concurrency, quota, day, issued_at,
      expires_at, report)
    SELECT r.lease, r.term, r.urps, r.burst, r.concurrency, r.quota,
      date '1970-01-01' + r.day::integer, r.issued_at, r.expires_at, nullif(r.report, '')
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
        $6::bigint[], $7::bigint[], $8::timestamptz[], $9::timestamptz[], $10::text[])
      AS r (lease, term, urps, burst, concurrency, quota, day, issued_at, expires_at, report)
    """)
}
