-- The policy as versioned data: any administrator proposes, two activate, and what is open when
-- another version comes into force is held against it (lifecycle R9).

-- A rule set under the number that it will have; `policies` holds those that were put in force.
CREATE TABLE policy_proposals (
  version bigint PRIMARY KEY CHECK (version > 1),
  bytes bytea NOT NULL,
  digest sha256 NOT NULL CHECK (digest = sha256(bytes)),
  proposed_by typeid NOT NULL REFERENCES people (id),
  proposed_at timestamptz NOT NULL
);
SELECT make_append_only('policy_proposals');

-- One administrator's half of an activation, given while in_force was the version in force: after
-- another came into force it is a signature under a change that nobody makes any more.
CREATE TABLE policy_signatures (
  version bigint NOT NULL REFERENCES policy_proposals (version),
  n bigint NOT NULL CHECK (n > 0),
  person typeid NOT NULL REFERENCES people (id),
  identity typeid NOT NULL REFERENCES people (id),
  in_force bigint NOT NULL REFERENCES policies (version),
  signed_at timestamptz NOT NULL,
  PRIMARY KEY (version, n),
  CHECK (in_force < version)
);
SELECT make_append_only('policy_signatures');

CREATE FUNCTION check_policy_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM people p
    JOIN role_assignments a ON a.person = p.id AND a.role = 'administrator'
      AND a.taken_at IS NULL
    WHERE p.id = NEW.person AND p.identity = NEW.identity AND p.active
  ) THEN
    RAISE EXCEPTION 'not the active account of an administrator'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_signatures_administrator';
  END IF;
  IF NEW.in_force IS DISTINCT FROM (SELECT max(version) FROM policies) THEN
    RAISE EXCEPTION 'version % is not in force', NEW.in_force
      USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_signatures_in_force';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER policy_signature_is_an_administrators AFTER INSERT ON policy_signatures
  FOR EACH ROW EXECUTE FUNCTION check_policy_signature();

-- A version comes into force as it was proposed, above the one before, and signed by two people who
-- have been administrators since. Version 1 is the file of the first start.
CREATE FUNCTION check_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM policies WHERE version > NEW.version) THEN
    RAISE EXCEPTION 'a later version is in force'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'policies_only_rise';
  END IF;
  IF NEW.version = 1 THEN RETURN NULL; END IF;
  IF NOT EXISTS (
    SELECT FROM policy_proposals p WHERE p.version = NEW.version AND p.digest = NEW.digest
  ) THEN
    RAISE EXCEPTION 'version % was not proposed like this', NEW.version
      USING ERRCODE = 'check_violation', CONSTRAINT = 'policies_proposed';
  END IF;
  IF 2 > (
    SELECT count(DISTINCT p.identity) FROM policy_signatures s
    JOIN people p ON p.id = s.person AND p.active
      AND (p.stopped_at IS NULL OR p.stopped_at <= s.signed_at)
    JOIN role_assignments a ON a.person = s.person AND a.role = 'administrator'
      AND a.taken_at IS NULL AND a.given_at <= s.signed_at
    WHERE s.version = NEW.version
      AND s.in_force = (SELECT max(version) FROM policies WHERE version < NEW.version)
  ) THEN
    RAISE EXCEPTION 'version % takes two administrators', NEW.version
      USING ERRCODE = 'check_violation', CONSTRAINT = 'policies_take_two';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER policy_is_signed AFTER INSERT ON policies
  FOR EACH ROW EXECUTE FUNCTION check_policy();

-- ── What a version that came into force later makes of what was there ───────────────────────
-- One row per open round and version it was held against; seats that it adds stand in round_seats.
CREATE TABLE round_reassessments (
  round typeid NOT NULL REFERENCES rounds (id),
  policy bigint NOT NULL REFERENCES policies (version),
  -- of the snapshot and everything since, never lower than before
  tier text NOT NULL CHECK (tier IN ('T0', 'T1', 'T2', 'T3', 'T4', 'X')),
  -- the stricter of all in every number, canonical JSON
  assessment bytea NOT NULL,
  event typeid NOT NULL REFERENCES events (id),
  reassessed_at timestamptz NOT NULL,
  PRIMARY KEY (round, policy)
);
SELECT make_append_only('round_reassessments');

CREATE TABLE grant_reassessments (
  grant_id typeid NOT NULL REFERENCES grants (id),
  policy bigint NOT NULL REFERENCES policies (version),
  -- flagged: its tier or its duties rose, what it may do did not become too much
  outcome text NOT NULL CHECK (outcome IN ('unchanged', 'flagged', 'suspended')),
  -- what the grant exceeds since, canonical JSON
  findings text NOT NULL,
  event typeid NOT NULL REFERENCES events (id),
  reassessed_at timestamptz NOT NULL,
  PRIMARY KEY (grant_id, policy)
);
SELECT make_append_only('grant_reassessments');

-- What a job looks through after an activation: rounds and grants that are not over.
CREATE INDEX grants_ends_at ON grants (ends_at);

-- No approval between an activation and the job: a round is approved under the version in force.
CREATE FUNCTION check_approval_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT max(version) FROM policies) > greatest(
    (SELECT d.policy FROM rounds d WHERE d.id = NEW.object),
    (SELECT max(r.policy) FROM round_reassessments r WHERE r.round = NEW.object))
  THEN
    RAISE EXCEPTION 'round % was not held against the policy in force', NEW.object
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transitions_policy_in_force';
  END IF;
  IF EXISTS (
    SELECT FROM round_reassessments r WHERE r.round = NEW.object AND r.tier = 'X'
  ) THEN
    RAISE EXCEPTION 'round % is prohibited since', NEW.object
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transitions_not_prohibited';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER approval_is_under_the_policy_in_force AFTER INSERT ON transitions
  FOR EACH ROW WHEN (NEW.kind = 'round' AND NEW.to_state = 'approved')
  EXECUTE FUNCTION check_approval_policy();

-- ── The timeline of a proposal: its streams without the traffic of leases ───────────────────
CREATE INDEX events_story ON events (stream, seq) WHERE object_type <> 'lease';
