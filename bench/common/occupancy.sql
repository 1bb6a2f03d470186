-- A row: scopes above a ceiling (I1 rate, I2 burst, I3 concurrency and workers, I4 requests of a
-- day), which they are, the highest part of a rate that is taken up, leases that take up anything.
-- A term is taken up until its end and three seconds more, where the enforcement point gave it back
-- until then; the term before counts beside it where it is larger (I8).
WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS now),
parts AS (
  SELECT c.scope, l.urps, l.burst, l.concurrency, l.previous_urps, l.previous_burst,
    l.previous_concurrency,
    CASE WHEN l.ended_at IS NULL THEN l.expires_at + interval '3.000001 s' ELSE l.frees_at END AS until,
    CASE WHEN l.ended_at IS NOT NULL AND l.frees_at = l.ended_at THEN l.frees_at
      ELSE l.previous_expires_at + interval '3.000001 s' END AS previous_until
  FROM leases l JOIN lease_charges c ON c.lease = l.id
  WHERE l.frees_at > now() - interval '5 s'
), taken AS (
  SELECT scope,
    greatest(CASE WHEN now < until THEN urps ELSE 0 END,
      CASE WHEN now < previous_until THEN previous_urps ELSE 0 END) AS urps,
    greatest(CASE WHEN now < until THEN burst ELSE 0 END,
      CASE WHEN now < previous_until THEN previous_burst ELSE 0 END) AS burst,
    greatest(CASE WHEN now < until THEN concurrency ELSE 0 END,
      CASE WHEN now < previous_until THEN previous_concurrency ELSE 0 END) AS concurrency,
    (now < greatest(until, previous_until))::integer AS workers
  FROM parts CROSS JOIN moment
), sums AS (
  SELECT scope, sum(urps) AS urps, sum(burst) AS burst, sum(concurrency) AS concurrency,
    sum(workers) AS workers FROM taken GROUP BY scope
), days AS (
  SELECT scope, max(used + reserved) AS requests FROM scope_days WHERE scope IN (SELECT scope FROM sums)
  GROUP BY scope
), looked AS (
  SELECT s.id, u.urps, u.urps::float8 / greatest(1, s.max_urps) AS part, u.workers,
    u.urps > s.max_urps OR u.burst > s.burst OR u.concurrency > s.max_concurrency
      OR u.workers > coalesce(s.max_workers, s.max_concurrency)
      OR coalesce(d.requests, 0) > s.daily_requests AS is_over
  FROM sums u JOIN scopes s ON s.id = u.scope LEFT JOIN days d ON d.scope = u.scope
)
SELECT count(*) FILTER (WHERE is_over), string_agg(id, ' ') FILTER (WHERE is_over),
  round(coalesce(max(part), 0)::numeric, 6), coalesce(sum(workers), 0) FROM looked
