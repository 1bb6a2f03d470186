-- The review queue: seats of rounds in review that nobody's signature fills. An index kept by
-- triggers, in the transaction of what changes it, so that a page of the queue reads about as many
-- rows as it shows, however many proposals there are. A lapse is seen when the queue is read.

CREATE TABLE open_seats (
  role text NOT NULL REFERENCES roles (role),
  number bigint NOT NULL REFERENCES proposals (number),
  round typeid NOT NULL REFERENCES rounds (id),
  PRIMARY KEY (role, number, round)
);
CREATE INDEX open_seats_round ON open_seats (round);

-- An approval counts while its signer is active and has held the role since (R8).
CREATE FUNCTION refresh_open_seats(changed text) RETURNS void LANGUAGE sql AS $$
  DELETE FROM open_seats WHERE round = changed;
  INSERT INTO open_seats (role, number, round)
  SELECT z.role, p.number, z.round
  FROM round_seats z JOIN rounds o ON o.id = z.round JOIN proposals p ON p.id = o.proposal
  WHERE z.round = changed
    AND (SELECT to_state FROM transitions WHERE object = changed ORDER BY seq DESC LIMIT 1)
      = 'in_review'
    AND NOT EXISTS (
      SELECT FROM decisions d
      JOIN people q ON q.id = d.person AND q.active
        AND (q.stopped_at IS NULL OR q.stopped_at <= d.decided_at)
      JOIN role_assignments a ON a.person = d.person AND a.role = d.role
        AND a.taken_at IS NULL AND a.given_at <= d.decided_at
      WHERE d.round = z.round AND d.role = z.role AND d.verdict = 'approve'
        AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id));
$$;

-- Of one round.
CREATE FUNCTION open_seats_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refresh_open_seats(CASE TG_TABLE_NAME
    WHEN 'transitions' THEN to_jsonb(NEW) ->> 'object'
    WHEN 'decision_voids' THEN
      (SELECT round FROM decisions WHERE id = to_jsonb(NEW) ->> 'decision')
    ELSE to_jsonb(NEW) ->> 'round' END);
  RETURN NULL;
END $$;
CREATE TRIGGER open_seats_follow AFTER INSERT ON round_seats
  FOR EACH ROW EXECUTE FUNCTION open_seats_follow();
CREATE TRIGGER open_seats_follow AFTER INSERT ON decisions
  FOR EACH ROW EXECUTE FUNCTION open_seats_follow();
CREATE TRIGGER open_seats_follow AFTER INSERT ON decision_voids
  FOR EACH ROW EXECUTE FUNCTION open_seats_follow();
CREATE TRIGGER open_seats_follow AFTER INSERT ON transitions
  FOR EACH ROW WHEN (NEW.kind = 'round') EXECUTE FUNCTION open_seats_follow();

-- Of every round that a person signed who loses a role or the account.
CREATE FUNCTION open_seats_follow_signer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refresh_open_seats(o.id)
  FROM rounds o
  WHERE o.decide_by > now() AND EXISTS (
    SELECT FROM decisions d WHERE d.round = o.id AND d.verdict = 'approve' AND d.person =
      CASE TG_TABLE_NAME WHEN 'people' THEN to_jsonb(NEW) ->> 'id'
        ELSE to_jsonb(NEW) ->> 'person' END);
  RETURN NULL;
END $$;
CREATE TRIGGER open_seats_follow_signer AFTER UPDATE OF taken_at ON role_assignments
  FOR EACH ROW EXECUTE FUNCTION open_seats_follow_signer();
CREATE TRIGGER open_seats_follow_signer AFTER UPDATE OF active, stopped_at ON people
  FOR EACH ROW EXECUTE FUNCTION open_seats_follow_signer();

SELECT refresh_open_seats(id) FROM rounds;

-- Nobody but these triggers writes it.
CREATE TRIGGER open_seats_are_derived BEFORE INSERT OR UPDATE OR DELETE ON open_seats
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change();

-- A proposal in a list, as at an instant. r: newest revision; o: newest round; s: its state now;
-- g: its grant's state now; l: stops.
CREATE FUNCTION proposal_summary(asked text, at timestamptz)
RETURNS TABLE (
  title text, owner typeid, hosts text[], round typeid, revision typeid, tier text,
  digest bytea, status text, grant_status text, locked boolean
) LANGUAGE sql STABLE AS $$
  SELECT r.title, r.owner, r.hosts, o.id, o.revision, o.tier,
    coalesce(o.digest, r.digest)::bytea, s.status, g.status, l.locked
  FROM (SELECT title, owner, digest, hosts FROM revisions
    WHERE proposal = asked ORDER BY n DESC LIMIT 1) r
  LEFT JOIN LATERAL (
    SELECT id, digest, tier, decide_by, revision FROM rounds
    WHERE proposal = asked ORDER BY n DESC LIMIT 1) o ON true
  CROSS JOIN LATERAL (
    SELECT CASE WHEN o.id IS NULL THEN 'draft'
      WHEN t.to_state IN ('in_review', 'countered') AND o.decide_by <= at THEN 'lapsed'
      ELSE t.to_state END AS status
    FROM (SELECT (SELECT to_state FROM transitions WHERE object = o.id
      ORDER BY seq DESC LIMIT 1) AS to_state) t) s
  LEFT JOIN LATERAL (
    SELECT x.id, grant_state(x.id, x.starts_at, at) AS status FROM grants x
    WHERE x.round = o.id) g ON true
  CROSS JOIN LATERAL (
    SELECT EXISTS (
      SELECT FROM locks k
      WHERE (k.scope_kind = 'everything' OR (k.scope_kind = 'proposal' AND k.scope_id = asked)
          OR (k.scope_kind = 'grant' AND k.scope_id = g.id)
          OR (k.scope_kind = 'site' AND EXISTS (SELECT FROM unnest(r.hosts) h
            WHERE h = k.scope_id OR right(h, length(k.scope_id) + 1) = '.' || k.scope_id)))
        AND NOT EXISTS (SELECT FROM lock_releases x WHERE x.lock = k.id AND x.n = 2)
    ) AS locked) l
$$;
