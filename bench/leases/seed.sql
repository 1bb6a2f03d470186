-- Live leases in one approved grant, numbered from :first on: one worker and one lease for each
-- number, :share leases to a budget, and at most three budgets to a site. Their ids are their numbers
-- (of a budget and a site the first), so that a script of pgbench can write them: bud_ and the number
-- with zeros in front, 26 digits in all.
BEGIN;
CREATE TEMPORARY TABLE seeds AS
SELECT lpad(n::text, 26, '0') AS id, lpad(b::text, 26, '0') AS budget, b,
  lpad((b - b % 3)::text, 26, '0') AS site, n, (b - b % 3) || '.example' AS host
FROM generate_series(:first, :first + :count - 1) AS n,
  LATERAL (SELECT n - (n - :first) % :share AS b) AS shared;

INSERT INTO scopes (id, kind, max_urps, burst, max_concurrency, daily_requests, time_zone,
  windows, last_clock)
SELECT DISTINCT 'site_' || site, 'site', 100000000, 1000, 1000, 1000000000000, 'UTC', 'always',
  now() FROM seeds;
INSERT INTO sites (id, host, registered, operator_kind, version, created_at)
SELECT DISTINCT 'site_' || site, host, true, 'private_company', 1, now() FROM seeds;

INSERT INTO scopes (id, kind, max_urps, burst, max_concurrency, max_workers, daily_requests,
  time_zone, windows, last_clock)
SELECT DISTINCT 'bud_' || budget, 'budget', 5000000 * :share, 10 * :share, 10 * :share,
  10 * :share, 1000000000000, 'UTC', 'always', now()
FROM seeds;
INSERT INTO budgets (id, grant_id, target, hosts, path_prefixes, methods, starts_at, ends_at,
  total_requests)
SELECT DISTINCT 'bud_' || budget, :'grant', b, ARRAY[host], '{/}'::text[], '{GET,HEAD}'::text[],
  now() - interval '1 day', now() + interval '30 days', 1000000000000 FROM seeds;

INSERT INTO workers (id, pool, name, created_at)
SELECT 'worker_' || id, :'pool', 'spider-' || n, now() FROM seeds;
INSERT INTO leases (id, grant_id, budget, pool, worker, enforcement_point, credential, hosts,
  started_at, term, urps, burst, concurrency, quota, day, wants_urps, issued_at, expires_at,
  frees_at, bound_requests, covered_until, open_quotas, open_until)
SELECT 'lease_' || id, :'grant', 'bud_' || budget, :'pool', 'worker_' || id, :'point',
  :'credential', ARRAY[host], now(), :term, 5000000, 10, 10, 300, (now() AT TIME ZONE 'UTC')::date,
  5000000, now(), now() + interval '10 minutes', now() + interval '603 seconds',
  300, now(), ARRAY[300],
  ARRAY[(extract(epoch FROM now() + interval '603 seconds') * 1000000)::bigint] FROM seeds;
INSERT INTO lease_terms (lease, term, urps, burst, concurrency, quota, day, issued_at, expires_at)
SELECT 'lease_' || id, :term, 5000000, 10, 10, 300, (now() AT TIME ZONE 'UTC')::date, now(),
  now() + interval '10 minutes' FROM seeds;
INSERT INTO lease_charges (scope, lease, day)
SELECT 'bud_' || budget, 'lease_' || id, (now() AT TIME ZONE 'UTC')::date FROM seeds
UNION ALL SELECT 'site_' || site, 'lease_' || id, (now() AT TIME ZONE 'UTC')::date FROM seeds;
-- As the first report leaves it.
INSERT INTO breakers (budget, host, phase, openings, back_off, failures_before, tallies)
SELECT DISTINCT 'bud_' || budget, host, 'closed', '{}'::bigint[], 0, 0, '{}'::bigint[] FROM seeds;
INSERT INTO scope_days (scope, day, used, reserved, last_clock)
SELECT scope, (now() AT TIME ZONE 'UTC')::date, 0, sum(300), now()
FROM (SELECT 'bud_' || budget FROM seeds UNION ALL SELECT 'site_' || site FROM seeds) AS s (scope)
GROUP BY scope;
COMMIT;
VACUUM ANALYZE;
CHECKPOINT;
