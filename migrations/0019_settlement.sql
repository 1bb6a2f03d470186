-- Settlement: what a chain has sent at the most, its end when nobody goes on with it, and terms
-- that are over kept by the minute (budgets.md, Daily requests; decision 27).

-- ── The account of a chain ──────────────────────────────────────────────────────────────────
-- It stands on the chain's row, so that a renewal writes no further one: what reports tell of until
-- covered_until, the most that was and may still be sent, and the terms whose tokens may have let
-- something through since, oldest first: their quotas, and until when, in microseconds since 1970.
ALTER TABLE leases
  ADD COLUMN used_requests bigint NOT NULL DEFAULT 0 CHECK (used_requests >= 0),
  ADD COLUMN bound_requests bigint NOT NULL DEFAULT 0,
  ADD COLUMN covered_until timestamptz,
  ADD COLUMN open_quotas bigint[] NOT NULL DEFAULT '{}',
  ADD COLUMN open_until bigint[] NOT NULL DEFAULT '{}',
  -- when the enforcement point was first heard to have seen acknowledged_term
  ADD COLUMN acknowledged_at timestamptz,
  -- when it was certain that nothing more is sent
  ADD COLUMN settled_at timestamptz,
  -- when the last of its terms was pruned
  ADD COLUMN pruned_at timestamptz,
  DROP CONSTRAINT leases_ended_as_check,
  ADD CONSTRAINT leases_ended_as_check
    CHECK (ended_as IN ('returned', 'revoked', 'exhausted', 'expired')),
  ADD CONSTRAINT leases_bound CHECK (bound_requests >= used_requests),
  ADD CONSTRAINT leases_open CHECK (cardinality(open_quotas) = cardinality(open_until));

-- Chains from before reserve what they reserved; those that are over stay as they were counted.
UPDATE leases SET covered_until = started_at, bound_requests = quota, open_quotas = ARRAY[quota],
  open_until = ARRAY[(extract(epoch FROM frees_at) * 1000000)::bigint];
UPDATE leases SET ended_at = coalesce(ended_at, expires_at),
  ended_as = coalesce(ended_as, 'expired'), settled_at = now(), used_requests = bound_requests,
  open_quotas = '{}', open_until = '{}'
WHERE frees_at < now() - interval '1 minute';
ALTER TABLE leases
  ALTER COLUMN covered_until SET NOT NULL,
  ADD CONSTRAINT leases_settled CHECK (settled_at IS NULL
    OR (ended_at IS NOT NULL AND used_requests = bound_requests AND open_quotas = '{}')),
  ADD CONSTRAINT leases_pruned CHECK (pruned_at IS NULL OR settled_at IS NOT NULL);
CREATE INDEX leases_unsettled ON leases (grant_id, id) WHERE settled_at IS NULL;
CREATE INDEX leases_unpruned ON leases (id) WHERE pruned_at IS NULL;

CREATE TRIGGER settled_lease_stays BEFORE UPDATE ON leases FOR EACH ROW
  WHEN (OLD.settled_at IS NOT NULL AND to_jsonb(NEW) - 'pruned_at' <> to_jsonb(OLD) - 'pruned_at')
  EXECUTE FUNCTION refuse_change();

-- In which local day a scope counts the requests of a chain, and how much of its account it does
-- not, since it came to charge it later; NULL: it counts what is taken up, no requests.
ALTER TABLE lease_charges
  ADD COLUMN day date,
  ADD COLUMN base bigint NOT NULL DEFAULT 0 CHECK (base >= 0);

-- ── Usage by the minute ─────────────────────────────────────────────────────────────────────
-- What terms that are over came to, by budget, hosts and minute: from the minute in which a term
-- was issued to the end of that in which it was reported on, or ran out. Terms of which a hundredth
-- or more came to nothing keep their instants, which outages are made of.
CREATE TABLE usage_windows (
  budget typeid NOT NULL REFERENCES budgets (id),
  hosts text[] NOT NULL,
  day date NOT NULL,
  from_at timestamptz NOT NULL,
  to_at timestamptz NOT NULL CHECK (to_at >= from_at),
  -- 5xx, time-outs and connections that failed, in hundredths of what was sent, rounded down
  failed_percent bigint NOT NULL CHECK (failed_percent BETWEEN 0 AND 100),
  terms bigint NOT NULL CHECK (terms >= 0),
  reserved bigint NOT NULL CHECK (reserved >= 0),
  -- of it, by terms without a report
  unreported bigint NOT NULL CHECK (unreported >= 0),
  requests bigint NOT NULL CHECK (requests >= 0),
  status_2xx bigint NOT NULL CHECK (status_2xx >= 0),
  status_3xx bigint NOT NULL CHECK (status_3xx >= 0),
  status_4xx bigint NOT NULL CHECK (status_4xx >= 0),
  -- of them
  status_429 bigint NOT NULL CHECK (status_429 BETWEEN 0 AND status_4xx),
  status_5xx bigint NOT NULL CHECK (status_5xx >= 0),
  timeouts bigint NOT NULL CHECK (timeouts >= 0),
  connection_errors bigint NOT NULL CHECK (connection_errors >= 0),
  challenges bigint NOT NULL CHECK (challenges >= 0),
  bytes numeric NOT NULL CHECK (bytes >= 0),
  most_urps bigint CHECK (most_urps >= 0),
  PRIMARY KEY (budget, from_at, to_at, failed_percent, day, hosts)
);

CREATE TRIGGER usage_only_grows BEFORE UPDATE ON usage_windows FOR EACH ROW
  WHEN ((OLD.budget, OLD.hosts, OLD.day, OLD.from_at, OLD.to_at, OLD.failed_percent)
      IS DISTINCT FROM
      (NEW.budget, NEW.hosts, NEW.day, NEW.from_at, NEW.to_at, NEW.failed_percent)
    OR least(NEW.terms - OLD.terms, NEW.reserved - OLD.reserved, NEW.unreported - OLD.unreported,
      NEW.requests - OLD.requests, NEW.status_2xx - OLD.status_2xx,
      NEW.status_3xx - OLD.status_3xx, NEW.status_4xx - OLD.status_4xx,
      NEW.status_429 - OLD.status_429, NEW.status_5xx - OLD.status_5xx,
      NEW.timeouts - OLD.timeouts, NEW.connection_errors - OLD.connection_errors,
      NEW.challenges - OLD.challenges, NEW.bytes - OLD.bytes,
      coalesce(NEW.most_urps, -1) - coalesce(OLD.most_urps, -1)) < 0)
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER usage_is_kept BEFORE DELETE ON usage_windows
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER usage_is_all_kept BEFORE TRUNCATE ON usage_windows
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What a report tells; nothing where there is none. Functions that give rows are planned as part of
-- what calls them.
CREATE FUNCTION report_usage(report text) RETURNS TABLE (requests bigint, status_2xx bigint,
  status_3xx bigint, status_4xx bigint, status_429 bigint, status_5xx bigint, timeouts bigint,
  connection_errors bigint, challenges bigint, bytes bigint, most_urps bigint,
  failed_percent bigint)
LANGUAGE sql IMMUTABLE ROWS 1 AS $$
  SELECT t.requests, t.ok, t.moved, t.refused, t.throttled, t.broken, t.timeouts, t.connections,
    t.challenges, t.bytes, t.most, coalesce((t.broken + t.timeouts + t.connections) * 100
      / nullif(greatest(t.requests, t.broken + t.timeouts + t.connections), 0), 0)
  FROM (
    SELECT coalesce((j.r ->> 'requests')::bigint, 0) AS requests,
      coalesce((j.r ->> 'timeouts')::bigint, 0) AS timeouts,
      coalesce((j.r ->> 'connection_errors')::bigint, 0) AS connections,
      coalesce((j.r ->> 'challenges')::bigint, 0) AS challenges,
      coalesce((j.r ->> 'bytes')::bigint, 0) AS bytes,
      ((j.r ->> 'max_rps_seen')::numeric * 1000000)::bigint AS most,
      s.ok, s.moved, s.refused, s.throttled, s.broken
    FROM (SELECT report::jsonb AS r OFFSET 0) j
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(e.value::bigint) FILTER (WHERE e.key LIKE '2%'), 0)::bigint AS ok,
        coalesce(sum(e.value::bigint) FILTER (WHERE e.key LIKE '3%'), 0)::bigint AS moved,
        coalesce(sum(e.value::bigint) FILTER (WHERE e.key LIKE '4%'), 0)::bigint AS refused,
        coalesce(sum(e.value::bigint) FILTER (WHERE e.key = '429'), 0)::bigint AS throttled,
        coalesce(sum(e.value::bigint) FILTER (WHERE e.key LIKE '5%'), 0)::bigint AS broken
      FROM jsonb_each_text(j.r -> 'status') e) s
    OFFSET 0) t
$$;

-- One term, or one report, as a window.
CREATE FUNCTION usage_window(budget text, hosts text[], day date, issued_at timestamptz,
  ended_at timestamptz, terms bigint, quota bigint, report text) RETURNS SETOF usage_windows
LANGUAGE sql IMMUTABLE ROWS 1 AS $$
  SELECT budget::typeid, hosts, day,
    CASE WHEN u.failed_percent > 0 THEN issued_at
      ELSE date_bin('1 minute', issued_at, '2000-01-01 00:00:00+00') END,
    CASE WHEN u.failed_percent > 0 THEN greatest(issued_at, ended_at)
      ELSE date_bin('1 minute', greatest(issued_at, ended_at) - interval '1 microsecond',
        '2000-01-01 00:00:00+00') + interval '1 minute' END,
    u.failed_percent, terms, quota, CASE WHEN report IS NULL THEN quota ELSE 0 END, u.requests,
    u.status_2xx, u.status_3xx, u.status_4xx, u.status_429, u.status_5xx, u.timeouts,
    u.connection_errors, u.challenges, u.bytes::numeric, u.most_urps
  FROM report_usage(report) u
$$;

CREATE FUNCTION keep_usage(windows usage_windows[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO usage_windows AS w
  SELECT k.budget, k.hosts, k.day, k.from_at, k.to_at, k.failed_percent, sum(k.terms),
    sum(k.reserved), sum(k.unreported), sum(k.requests), sum(k.status_2xx), sum(k.status_3xx),
    sum(k.status_4xx), sum(k.status_429), sum(k.status_5xx), sum(k.timeouts),
    sum(k.connection_errors), sum(k.challenges), sum(k.bytes), max(k.most_urps)
  FROM unnest(windows) AS k
  GROUP BY k.budget, k.from_at, k.to_at, k.failed_percent, k.day, k.hosts
  ORDER BY k.budget, k.from_at, k.to_at, k.failed_percent, k.day, k.hosts
  ON CONFLICT (budget, from_at, to_at, failed_percent, day, hosts) DO UPDATE SET
    terms = w.terms + excluded.terms, reserved = w.reserved + excluded.reserved,
    unreported = w.unreported + excluded.unreported, requests = w.requests + excluded.requests,
    status_2xx = w.status_2xx + excluded.status_2xx,
    status_3xx = w.status_3xx + excluded.status_3xx,
    status_4xx = w.status_4xx + excluded.status_4xx,
    status_429 = w.status_429 + excluded.status_429,
    status_5xx = w.status_5xx + excluded.status_5xx, timeouts = w.timeouts + excluded.timeouts,
    connection_errors = w.connection_errors + excluded.connection_errors,
    challenges = w.challenges + excluded.challenges, bytes = w.bytes + excluded.bytes,
    most_urps = greatest(w.most_urps, excluded.most_urps)
$$;

-- The terms that are there, and what is kept of those that are not; `ended_at` of a term is when
-- it was reported on, or ran out. The report on a term came with the request for the next one, or
-- with the return.
CREATE VIEW lease_usage AS
SELECT l.grant_id, l.budget, l.hosts, t.day, t.issued_at AS from_at,
  greatest(t.issued_at, e.ended_at) AS to_at, u.failed_percent, 1::bigint AS terms,
  t.quota AS reserved, CASE WHEN e.report IS NULL THEN t.quota ELSE 0 END AS unreported,
  u.requests, u.status_2xx, u.status_3xx, u.status_4xx, u.status_429, u.status_5xx, u.timeouts,
  u.connection_errors, u.challenges, u.bytes::numeric AS bytes, u.most_urps
FROM leases l JOIN lease_terms t ON t.lease = l.id
LEFT JOIN lease_terms n ON n.lease = t.lease AND n.term = t.term + 1
CROSS JOIN LATERAL (
  SELECT coalesce(n.report, CASE WHEN t.term = l.term THEN l.return_report END) AS report,
    least(t.expires_at, n.issued_at, CASE WHEN t.term = l.term THEN l.ended_at END) AS ended_at) e
CROSS JOIN LATERAL report_usage(e.report) u
UNION ALL
SELECT b.grant_id, w.budget, w.hosts, w.day, w.from_at, w.to_at, w.failed_percent, w.terms,
  w.reserved, w.unreported, w.requests, w.status_2xx, w.status_3xx, w.status_4xx, w.status_429,
  w.status_5xx, w.timeouts, w.connection_errors, w.challenges, w.bytes, w.most_urps
FROM usage_windows w JOIN budgets b ON b.id = w.budget;

-- ── The journal is pruned ───────────────────────────────────────────────────────────────────
-- Only terms that are over go, oldest first, and nobody can delete them without their usage being
-- kept: a chain that goes on has had newer terms for ten minutes, one that is over is settled.
DROP TRIGGER append_only ON lease_terms;
CREATE TRIGGER term_stays BEFORE UPDATE ON lease_terms
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM gone g JOIN leases l ON l.id = g.lease
    WHERE l.settled_at IS NULL AND g.expires_at >= l.issued_at - interval '10 minutes'
  ) THEN
    RAISE EXCEPTION 'a term is not over'
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'lease_terms_over';
  END IF;
  IF EXISTS (
    SELECT FROM (SELECT lease, max(term) AS term FROM gone GROUP BY lease) g
    WHERE EXISTS (SELECT FROM lease_terms t WHERE t.lease = g.lease AND t.term < g.term)
  ) THEN
    RAISE EXCEPTION 'older terms go first'
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'lease_terms_oldest_first';
  END IF;
  PERFORM keep_usage(array_agg(w))
  FROM (
    SELECT g.lease, g.term, g.day, g.issued_at, g.expires_at, g.quota,
      lead(g.issued_at) OVER later AS next_at, lead(g.report) OVER later AS next_report
    FROM gone g WINDOW later AS (PARTITION BY g.lease ORDER BY g.term)) t
  JOIN leases l ON l.id = t.lease
  LEFT JOIN lease_terms n ON n.lease = t.lease AND n.term = t.term + 1
  CROSS JOIN LATERAL usage_window(l.budget, l.hosts, t.day, t.issued_at,
    least(t.expires_at, t.next_at, n.issued_at, CASE WHEN t.term = l.term THEN l.ended_at END), 1,
    t.quota, coalesce(t.next_report, n.report,
      CASE WHEN t.term = l.term THEN l.return_report END)) w;
  RETURN NULL;
END $$;
CREATE TRIGGER terms_are_kept_by_the_minute AFTER DELETE ON lease_terms
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION keep_terms();
