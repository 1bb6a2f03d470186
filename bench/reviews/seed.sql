-- Proposals numbered from :first on beside the two that were made over HTTP: :in_review, waiting
-- for its signatures, and :approved, with its grant. Every hundredth waits (four in ten for both
-- signatures, three for risk's only, two for legal's only, one has the reader as its editor), of
-- the others 19 of 20 are approved and one is rejected. Ids are numbers: prop_ and the number with
-- zeros in front, 26 digits in all. Triggers and foreign keys sleep, or the seed takes an hour;
-- the rows are what the service itself would have written.
BEGIN;
SET LOCAL session_replication_role = replica;
CREATE TEMPORARY TABLE seeds AS
SELECT lpad(n::text, 26, '0') AS id, n, 'www.bench-' || n || '.example' AS host,
  CASE WHEN n % 100 = 0 THEN 'in_review' WHEN n % 20 = 1 THEN 'rejected' ELSE 'approved' END
    AS state,
  n / 100 % 10 AS kind, now() - make_interval(secs => :first + :count - n) AS at
FROM generate_series(:first, :first + :count - 1) AS n;

INSERT INTO proposals (id, number, requester, created_at) OVERRIDING SYSTEM VALUE
SELECT 'prop_' || s.id, s.n, p.requester, s.at
FROM seeds s CROSS JOIN proposals p WHERE p.id = :'in_review';
SELECT setval(pg_get_serial_sequence('proposals', 'number'), :first + :count);
INSERT INTO revisions (id, proposal, n, author, content, digest, title, owner, deputy, maintainer,
  hosts, created_at)
SELECT 'rev_' || s.id, 'prop_' || s.id, 1, CASE WHEN s.state = 'in_review' AND s.kind = 9
    THEN :'legal' ELSE r.author END, r.content, r.digest, 'Prices of shop ' || s.n, r.owner,
  r.deputy, r.maintainer, ARRAY[s.host], s.at
FROM seeds s CROSS JOIN revisions r WHERE r.proposal = :'in_review';
INSERT INTO rounds (id, proposal, n, revision, digest, policy, tier, assessment, opened_by,
  opened_at, respond_by, decide_by)
SELECT 'round_' || s.id, 'prop_' || s.id, 1, 'rev_' || s.id, r.digest, r.policy, r.tier,
  r.assessment, r.opened_by, s.at, s.at + interval '2 days', s.at + interval '14 days'
FROM seeds s CROSS JOIN rounds r WHERE r.proposal = :'in_review';
INSERT INTO round_seats (round, role)
SELECT 'round_' || s.id, z.role FROM seeds s CROSS JOIN rounds r
JOIN round_seats z ON z.round = r.id WHERE r.proposal = :'in_review';
INSERT INTO decisions (id, round, person, identity, role, verdict, digest, reason, auth_method,
  auth_level, attempt, seat, decided_at)
SELECT 'dec_' || d.prefix || substr(s.id, 2), 'round_' || s.id, d.person, d.person, d.role,
  CASE WHEN s.state = 'rejected' THEN 'reject' ELSE 'approve' END, r.digest,
  CASE WHEN s.state = 'rejected' THEN 'no' END, 'token', 'token', 1,
  CASE WHEN s.state = 'rejected' THEN NULL ELSE 1 END, s.at
FROM seeds s CROSS JOIN rounds r
CROSS JOIN (VALUES ('1', :'legal', 'legal_reviewer'), ('2', :'risk', 'risk_reviewer'))
  AS d (prefix, person, role)
WHERE r.proposal = :'in_review' AND (s.state = 'approved'
  OR (s.state = 'rejected' AND d.prefix = '1')
  OR (s.state = 'in_review' AND d.prefix = '1' AND s.kind IN (4, 5, 6))
  OR (s.state = 'in_review' AND d.prefix = '2' AND s.kind IN (7, 8)));
INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
SELECT 'round_' || s.id, 'round', t.seq, t.from_state, coalesce(t.to_state, s.state), e.id, s.at
FROM seeds s
CROSS JOIN (VALUES (1, 'draft', 'in_review'), (2, 'in_review', NULL)) AS t (seq, from_state, to_state)
CROSS JOIN (SELECT id FROM events LIMIT 1) e
WHERE t.seq = 1 OR s.state <> 'in_review';
INSERT INTO grants (id, proposal, round, digest, tier, starts_at, ends_at, build_digests,
  token_blocks, terms, created_at)
SELECT 'grant_' || s.id, 'prop_' || s.id, 'round_' || s.id, g.digest, g.tier, g.starts_at,
  g.ends_at, g.build_digests, g.token_blocks, g.terms, s.at
FROM seeds s CROSS JOIN grants g WHERE g.proposal = :'approved' AND s.state = 'approved';
INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
SELECT 'grant_' || s.id, t.kind, t.seq, t.from_state, t.to_state, t.event, s.at
FROM seeds s CROSS JOIN grants g JOIN transitions t ON t.object = g.id
WHERE g.proposal = :'approved' AND s.state = 'approved';
SELECT count(refresh_open_seats('round_' || id)) FROM seeds WHERE state = 'in_review';
COMMIT;
VACUUM ANALYZE;
CHECKPOINT;
