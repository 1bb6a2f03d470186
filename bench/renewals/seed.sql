-- A fleet in one approved grant: :hosts sites with a budget each, :workers leases in every budget,
-- which take up all of its rate, burst, concurrency and workers. Ids are numbers with zeros in front,
-- 26 digits in all.
BEGIN;
CREATE TEMPORARY TABLE places AS
SELECT lpad(n::text, 26, '0') AS id, n, 'h' || n || '.example' AS host
FROM generate_series(1, :hosts) AS n;
CREATE TEMPORARY TABLE seats AS
SELECT p.id AS place, lpad(((p.n - 1) * :workers + w)::text, 26, '0') AS id, p.host, p.n, w
FROM places p CROSS JOIN generate_series(1, :workers) AS w;

INSERT INTO scopes (id, kind, max_urps, burst, max_concurrency, daily_requests, time_zone,
  windows, last_clock)
SELECT 'site_' || id, 'site', 10000000, 2 * :workers, 2 * :workers, 1000000000, 'UTC', 'always',
  now() FROM places;
INSERT INTO sites (id, host, registered, operator_kind, version, created_at)
SELECT 'site_' || id, host, true, 'private_company', 1, now() FROM places;

INSERT INTO scopes (id, kind, max_urps, burst, max_concurrency, max_workers, daily_requests,
  time_zone, windows, last_clock)
SELECT 'bud_' || id, 'budget', 5000000, :workers, :workers, :workers, 1000000000, 'UTC', 'always',
  now() FROM places;
INSERT INTO budgets (id, grant_id, target, hosts, path_prefixes, methods, starts_at, ends_at,
  total_requests)
SELECT 'bud_' || id, :'grant', n, ARRAY[host], '{/}', '{GET,HEAD}', now() - interval '1 day',
  now() + interval '30 days', 1000000000000 FROM places;

INSERT INTO workers (id, pool, name, created_at)
SELECT 'worker_' || id, :'pool', 'spider-' || id, now() FROM seats;
INSERT INTO leases (id, grant_id, budget, pool, worker, enforcement_point, credential, hosts,
  started_at, term, urps, burst, concurrency, quota, day, wants_urps, issued_at, expires_at,
  frees_at)
SELECT 'lease_' || id, :'grant', 'bud_' || place, :'pool', 'worker_' || id, :'point',
  :'credential', ARRAY[host], now(), 1, 5000000 / :workers, 1, 1, 16,
  (now() AT TIME ZONE 'UTC')::date, 5000000 / :workers, now(), now() + interval '300 seconds',
  now() + interval '303 seconds' FROM seats;
INSERT INTO lease_terms (lease, term, urps, burst, concurrency, quota, day, issued_at, expires_at)
SELECT 'lease_' || id, 1, 5000000 / :workers, 1, 1, 16, (now() AT TIME ZONE 'UTC')::date, now(),
  now() + interval '300 seconds' FROM seats;
INSERT INTO lease_charges (scope, lease)
SELECT 'bud_' || place, 'lease_' || id FROM seats
UNION ALL SELECT 'site_' || place, 'lease_' || id FROM seats;
INSERT INTO scope_days (scope, day, used, reserved, last_clock)
SELECT scope, (now() AT TIME ZONE 'UTC')::date, 0, 16 * :workers, now()
FROM (SELECT 'bud_' || id FROM places UNION SELECT 'site_' || id FROM places) AS s (scope);
COMMIT;
VACUUM ANALYZE;
CHECKPOINT;
