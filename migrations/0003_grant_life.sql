-- The life of a grant (lifecycle, transitions 13 to 18): who stands behind it and what time will
-- bring to it, suspensions cause by cause, resumptions, narrowings, attestations, handovers.

-- lifecycle, States: what is suspended ends and is replaced too; a grant that has not started
-- makes room for the one of a later revision.
INSERT INTO legal_transitions (kind, from_state, to_state, first) VALUES
  ('grant', 'suspended', 'ended', false),
  ('grant', 'suspended', 'replaced', false),
  ('grant', 'scheduled', 'replaced', false);

-- One row per grant: its people now, and the instants at which time changes its state unless
-- somebody acts. Every change of it is behind an append-only row or an event; leases read it.
CREATE TABLE grant_standings (
  grant_id typeid PRIMARY KEY REFERENCES grants (id),
  proposal typeid NOT NULL REFERENCES proposals (id),
  owner typeid NOT NULL REFERENCES people (id),
  deputy typeid NOT NULL REFERENCES people (id),
  maintainer typeid NOT NULL REFERENCES people (id),
  ends_at timestamptz NOT NULL,
  -- when the first document that the approval rests on expires
  evidence_expires_at timestamptz,
  -- the last attestation, or the start; from here the next one is due
  attested_at timestamptz NOT NULL,
  -- when the second attestation in a row has been missed
  attestation_missed_at timestamptz,
  -- when an owner or maintainer has been gone for too long
  party_gone_at timestamptz,
  -- the grant that takes its place, and when that one starts
  replaced_by typeid REFERENCES grants (id) DEFERRABLE INITIALLY DEFERRED,
  replaced_at timestamptz,
  -- when an end was recorded: ended, revoked, replaced
  closed_at timestamptz,
  CHECK ((replaced_by IS NULL) = (replaced_at IS NULL))
);
-- One grant of a proposal at a time, beside one that it takes the place of.
CREATE UNIQUE INDEX grants_one_standing ON grant_standings (proposal)
  WHERE replaced_at IS NULL AND closed_at IS NULL;
CREATE UNIQUE INDEX grants_one_replaced ON grant_standings (proposal)
  WHERE replaced_at IS NOT NULL AND closed_at IS NULL;
-- What a job looks through: grants that are not over.
CREATE INDEX grant_standings_open ON grant_standings (grant_id) WHERE closed_at IS NULL;
CREATE INDEX grant_standings_owner ON grant_standings (owner) WHERE closed_at IS NULL;
CREATE INDEX grant_standings_maintainer ON grant_standings (maintainer) WHERE closed_at IS NULL;

INSERT INTO grant_standings (grant_id, proposal, owner, deputy, maintainer, ends_at,
  evidence_expires_at, attested_at, attestation_missed_at, closed_at)
SELECT g.id, g.proposal, r.owner, r.deputy, r.maintainer, g.ends_at,
  (SELECT min(b.evidence_expires_at) FROM budgets b WHERE b.grant_id = g.id),
  greatest(g.starts_at, now()), greatest(g.starts_at, now()) + interval '672 hours',
  (SELECT CASE WHEN t.to_state IN ('ended', 'revoked', 'replaced') THEN t.at
     WHEN g.ends_at <= now() THEN g.ends_at END
   FROM transitions t WHERE t.object = g.id ORDER BY t.seq DESC LIMIT 1)
FROM grants g JOIN rounds d ON d.id = g.round JOIN revisions r ON r.id = d.revision;

-- A grant has its standing from the first: the people are those of its revision.
CREATE FUNCTION make_grant_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO grant_standings (grant_id, proposal, owner, deputy, maintainer, ends_at, attested_at)
  SELECT NEW.id, NEW.proposal, r.owner, r.deputy, r.maintainer, NEW.ends_at, NEW.starts_at
  FROM rounds d JOIN revisions r ON r.id = d.revision WHERE d.id = NEW.round;
  RETURN NULL;
END $$;
CREATE TRIGGER grant_has_its_standing AFTER INSERT ON grants
  FOR EACH ROW EXECUTE FUNCTION make_grant_standing();

CREATE FUNCTION check_grant_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a grant ends no later than it was said, and what is over stays over'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_standings_only_narrow';
END $$;
CREATE TRIGGER grant_standing_only_narrows BEFORE UPDATE ON grant_standings FOR EACH ROW
  WHEN (NEW.ends_at > OLD.ends_at OR OLD.closed_at IS NOT NULL
    OR NEW.grant_id <> OLD.grant_id OR NEW.proposal <> OLD.proposal)
  EXECUTE FUNCTION check_grant_standing();
CREATE TRIGGER grant_standing_is_kept BEFORE DELETE ON grant_standings
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER grant_standings_are_kept BEFORE TRUNCATE ON grant_standings
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION close_grant_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE grant_standings SET closed_at = NEW.at WHERE grant_id = NEW.object;
  RETURN NULL;
END $$;
CREATE TRIGGER grant_is_over AFTER INSERT ON transitions FOR EACH ROW
  WHEN (NEW.kind = 'grant' AND NEW.to_state IN ('ended', 'revoked', 'replaced'))
  EXECUTE FUNCTION close_grant_standing();

-- R3: the numbers of a grant are only ever made smaller; more takes a new round.
CREATE FUNCTION refuse_widening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a budget only narrows; more takes a new round'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'budgets_only_narrow';
END $$;
CREATE TRIGGER budget_scope_only_narrows BEFORE UPDATE ON scopes FOR EACH ROW
  WHEN (OLD.kind = 'budget' AND (NEW.max_urps > OLD.max_urps OR NEW.burst > OLD.burst
    OR NEW.max_concurrency > OLD.max_concurrency OR NEW.max_workers > OLD.max_workers
    OR NEW.daily_requests > OLD.daily_requests OR NEW.time_zone <> OLD.time_zone))
  EXECUTE FUNCTION refuse_widening();
CREATE TRIGGER budget_only_narrows BEFORE UPDATE OF grant_id, target, hosts, path_prefixes,
  methods, starts_at, ends_at, total_requests ON budgets FOR EACH ROW
  WHEN (NEW.ends_at > OLD.ends_at OR NEW.total_requests > OLD.total_requests
    OR ROW (NEW.grant_id, NEW.target, NEW.hosts, NEW.path_prefixes, NEW.methods, NEW.starts_at)
      IS DISTINCT FROM
      ROW (OLD.grant_id, OLD.target, OLD.hosts, OLD.path_prefixes, OLD.methods, OLD.starts_at))
  EXECUTE FUNCTION refuse_widening();

-- ── Suspensions ─────────────────────────────────────────────────────────────────────────────
-- A cause for which a grant stands still; it goes on when none is left.
CREATE TABLE suspensions (
  event typeid PRIMARY KEY REFERENCES events (id),
  grant_id typeid NOT NULL REFERENCES grants (id),
  cause text NOT NULL CHECK (cause IN ('breaker', 'party_gone', 'evidence_expired',
    'policy_tightened', 'attestation_missed', 'site_upgraded')),
  -- what it is about: a site, a person, a version of the policy
  subject text COLLATE "C",
  -- what held before, where that has to hold again (a site's kind of operator)
  fact text,
  -- the role that owns the cause
  role text NOT NULL REFERENCES roles (role),
  since timestamptz NOT NULL,
  UNIQUE (event, grant_id)
);
CREATE INDEX suspensions_grant ON suspensions (grant_id);
SELECT make_append_only('suspensions');

-- Who signed that a cause is over; after harm two people, else one.
CREATE TABLE resumptions (
  suspension typeid NOT NULL REFERENCES suspensions (event),
  n bigint NOT NULL CHECK (n IN (1, 2)),
  person typeid NOT NULL REFERENCES people (id),
  identity typeid NOT NULL REFERENCES people (id),
  role text NOT NULL REFERENCES roles (role),
  event typeid NOT NULL REFERENCES events (id),
  resumed_at timestamptz NOT NULL,
  before bigint GENERATED ALWAYS AS (NULLIF(n - 1, 0)) STORED,
  PRIMARY KEY (suspension, n),
  CONSTRAINT resumptions_two_people UNIQUE (suspension, identity),
  FOREIGN KEY (suspension, before) REFERENCES resumptions (suspension, n)
);
SELECT make_append_only('resumptions');

CREATE TABLE suspension_lifts (
  suspension typeid PRIMARY KEY REFERENCES suspensions (event),
  event typeid NOT NULL REFERENCES events (id),
  lifted_at timestamptz NOT NULL
);
SELECT make_append_only('suspension_lifts');

CREATE FUNCTION check_resumption() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM people WHERE id = NEW.person AND identity = NEW.identity AND active
  ) THEN
    RAISE EXCEPTION 'not the active account of that person'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'resumptions_active_person';
  END IF;
  IF EXISTS (
    SELECT FROM suspensions s JOIN grants g ON g.id = s.grant_id
    JOIN grant_standings h ON h.grant_id = g.id
    JOIN proposals o ON o.id = g.proposal JOIN revisions r ON r.proposal = g.proposal
    JOIN people p ON p.id IN (o.requester, r.author, h.owner)
    WHERE s.event = NEW.suspension AND p.identity = NEW.identity
  ) THEN
    RAISE EXCEPTION 'a party to the proposal resumes its grant'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'resumptions_no_party';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER resumption_is_by_no_party AFTER INSERT ON resumptions
  FOR EACH ROW EXECUTE FUNCTION check_resumption();

CREATE FUNCTION check_suspension_lift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM resumptions r WHERE r.suspension = NEW.suspension)
    < (SELECT CASE s.cause WHEN 'breaker' THEN 2 ELSE 1 END FROM suspensions s
       WHERE s.event = NEW.suspension)
  THEN
    RAISE EXCEPTION 'the cause % lacks a signature', NEW.suspension
      USING ERRCODE = 'check_violation', CONSTRAINT = 'suspension_lifts_signed';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER suspension_lift_is_signed AFTER INSERT ON suspension_lifts
  FOR EACH ROW EXECUTE FUNCTION check_suspension_lift();

-- While a cause stands no grant is recorded as active.
CREATE FUNCTION check_grant_causes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  checked text := CASE TG_TABLE_NAME WHEN 'transitions' THEN to_jsonb(NEW) ->> 'object'
    ELSE to_jsonb(NEW) ->> 'grant_id' END;
BEGIN
  IF 'active' = (SELECT to_state FROM transitions WHERE object = checked ORDER BY seq DESC LIMIT 1)
    AND EXISTS (SELECT FROM suspensions s WHERE s.grant_id = checked
      AND NOT EXISTS (SELECT FROM suspension_lifts l WHERE l.suspension = s.event))
  THEN
    RAISE EXCEPTION 'grant % is active under a cause that stands', checked
      USING ERRCODE = 'check_violation', CONSTRAINT = 'grants_active_without_cause';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER active_grant_has_no_cause AFTER INSERT ON transitions
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.kind = 'grant' AND NEW.to_state = 'active') EXECUTE FUNCTION check_grant_causes();
CREATE CONSTRAINT TRIGGER cause_suspends_its_grant AFTER INSERT ON suspensions
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_grant_causes();

-- ── Narrowings, attestations, handovers ─────────────────────────────────────────────────────
CREATE TABLE narrowings (
  event typeid PRIMARY KEY REFERENCES events (id),
  grant_id typeid NOT NULL REFERENCES grants (id),
  n bigint NOT NULL CHECK (n > 0),
  narrowed_by typeid NOT NULL REFERENCES people (id),
  -- the numbers from then on with who set each, canonical JSON
  terms bytea NOT NULL,
  narrowed_at timestamptz NOT NULL,
  -- when the last lease of a wider term has run out
  effective_at timestamptz NOT NULL CHECK (effective_at >= narrowed_at),
  UNIQUE (grant_id, n)
);
SELECT make_append_only('narrowings');

CREATE TABLE attestations (
  event typeid PRIMARY KEY REFERENCES events (id),
  grant_id typeid NOT NULL REFERENCES grants (id),
  person typeid NOT NULL REFERENCES people (id),
  attested_at timestamptz NOT NULL
);
CREATE INDEX attestations_grant ON attestations (grant_id, event);
SELECT make_append_only('attestations');

CREATE TABLE handovers (
  event typeid PRIMARY KEY REFERENCES events (id),
  grant_id typeid NOT NULL REFERENCES grants (id),
  part text NOT NULL CHECK (part IN ('owner', 'deputy', 'maintainer')),
  from_person typeid NOT NULL REFERENCES people (id),
  to_person typeid NOT NULL REFERENCES people (id) CHECK (to_person <> from_person),
  offered_by typeid NOT NULL REFERENCES people (id),
  offered_at timestamptz NOT NULL
);
CREATE INDEX handovers_grant ON handovers (grant_id, event);
SELECT make_append_only('handovers');

CREATE TABLE handover_acceptances (
  handover typeid PRIMARY KEY REFERENCES handovers (event),
  event typeid NOT NULL REFERENCES events (id),
  accepted_at timestamptz NOT NULL
);
SELECT make_append_only('handover_acceptances');

-- Whoever signed the round of a grant never takes a part in it.
CREATE FUNCTION check_handover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM grants g JOIN decisions d ON d.round = g.round AND d.verdict = 'approve'
    JOIN people p ON p.id = d.person JOIN people t ON t.id = NEW.to_person
    WHERE g.id = NEW.grant_id AND p.identity = t.identity
      AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id)
  ) THEN
    RAISE EXCEPTION 'a signer of the round takes a part in the grant'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'handovers_no_signer';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER handover_is_to_no_signer AFTER INSERT ON handovers
  FOR EACH ROW EXECUTE FUNCTION check_handover();

-- The state of a grant at an instant, for lists; Domain says the same of one grant.
CREATE FUNCTION grant_state(grant_id text, starts_at timestamptz, at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN h.closed_at IS NOT NULL THEN
      (SELECT t.to_state FROM transitions t WHERE t.object = $1 ORDER BY t.seq DESC LIMIT 1)
    WHEN $3 >= h.ends_at AND (h.replaced_at IS NULL OR h.ends_at <= h.replaced_at) THEN 'ended'
    WHEN $3 >= h.replaced_at THEN 'replaced'
    WHEN NOT EXISTS (SELECT FROM budgets b
        WHERE b.grant_id = $1 AND b.total_used < b.total_requests)
      AND NOT EXISTS (SELECT FROM leases l WHERE l.grant_id = $1 AND l.frees_at > $3) THEN 'ended'
    WHEN $3 < $2 THEN 'scheduled'
    WHEN $3 >= least(h.evidence_expires_at, h.attestation_missed_at, h.party_gone_at)
      OR EXISTS (SELECT FROM suspensions s WHERE s.grant_id = $1
        AND NOT EXISTS (SELECT FROM suspension_lifts l WHERE l.suspension = s.event))
      THEN 'suspended'
    ELSE 'active' END
  FROM grant_standings h WHERE h.grant_id = $1
$$;

-- A grant as it is shown: what was authorised and what has become of it. `suspensions` are the
-- causes that stand, as JSON; `spent_at` is when the last lease on its last request runs out.
CREATE VIEW grant_records AS
SELECT g.id, g.proposal, g.digest, g.starts_at, g.round, g.tier,
  array(SELECT p.pool::text FROM grant_pools p WHERE p.grant_id = g.id ORDER BY p.pool) AS pools,
  g.build_digests, g.token_blocks,
  coalesce((SELECT n.terms FROM narrowings n WHERE n.grant_id = g.id ORDER BY n.n DESC LIMIT 1),
    g.terms) AS terms,
  array(SELECT h FROM budgets b, unnest(b.hosts) h WHERE b.grant_id = g.id) AS hosts,
  g.created_at, t.to_state AS recorded, t.at AS recorded_at, h.ends_at, h.replaced_by,
  h.replaced_at, h.evidence_expires_at, h.attested_at, h.attestation_missed_at, h.party_gone_at,
  h.owner, h.deputy, h.maintainer,
  CASE WHEN NOT EXISTS (SELECT FROM budgets b
      WHERE b.grant_id = g.id AND b.total_used < b.total_requests)
    THEN coalesce((SELECT max(l.frees_at) FROM leases l WHERE l.grant_id = g.id), g.created_at)
    END AS spent_at,
  coalesce((SELECT json_agg(json_build_object('event', s.event, 'cause', s.cause,
      'subject', s.subject, 'fact', s.fact,
      'since', (extract(epoch FROM s.since) * 1000000)::bigint,
      'signed_by', array(SELECT r.identity::text FROM resumptions r
        WHERE r.suspension = s.event ORDER BY r.n)) ORDER BY s.event)
    FROM suspensions s WHERE s.grant_id = g.id
      AND NOT EXISTS (SELECT FROM suspension_lifts l WHERE l.suspension = s.event)),
    '[]')::text AS suspensions
FROM grants g
JOIN grant_standings h ON h.grant_id = g.id
CROSS JOIN LATERAL (
  SELECT to_state, at FROM transitions WHERE object = g.id ORDER BY seq DESC LIMIT 1) t;
