-- The main job: people, pools, gateways, sites, proposals, review rounds, grants, leases, locks,
-- and the log. Ids are TypeIDs and sort by time, so every id column compares bytewise ("C").
-- Tables marked "append-only" refuse UPDATE, DELETE and TRUNCATE by trigger.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION make_append_only(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %s
    FOR EACH ROW EXECUTE FUNCTION refuse_change()', target);
  EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %s
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', target);
END $$;

CREATE DOMAIN typeid AS text COLLATE "C" CHECK (VALUE ~ '^[a-z]+_[0-7][0-9a-z]{25}$');
CREATE DOMAIN sha256 AS bytea CHECK (octet_length(VALUE) = 32);

-- One row: what is fixed at the first start and never changes.
CREATE TABLE service (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  issuer text NOT NULL CHECK (issuer <> ''),
  log_name text NOT NULL CHECK (log_name <> ''),
  system_identifier bigint NOT NULL,
  created_at timestamptz NOT NULL
);
SELECT make_append_only('service');

-- ── The log ─────────────────────────────────────────────────────────────────────────────────
-- A stream's head is the lock that orders its events; prev is the leaf hash of the one before.
CREATE TABLE streams (
  id text COLLATE "C" PRIMARY KEY,
  seq bigint NOT NULL CHECK (seq >= 0),
  head sha256 NOT NULL
);

CREATE TABLE events (
  id typeid PRIMARY KEY,
  stream text COLLATE "C" NOT NULL REFERENCES streams (id),
  seq bigint NOT NULL CHECK (seq > 0),
  prev sha256 NOT NULL,
  type text NOT NULL,
  object_type text NOT NULL,
  object_id text COLLATE "C" NOT NULL,
  actor text COLLATE "C" NOT NULL,
  bytes bytea NOT NULL CHECK (octet_length(bytes) <= 65535),
  leaf_hash sha256 NOT NULL CHECK (leaf_hash = sha256('\x00'::bytea || bytes)),
  recorded_at timestamptz NOT NULL,
  UNIQUE (stream, seq)
);
CREATE INDEX events_object ON events (object_id, id);
SELECT make_append_only('events');

-- Why somebody withdrew or revoked, in their words: free text stays out of the log's leaves.
CREATE TABLE event_reasons (
  event typeid PRIMARY KEY REFERENCES events (id),
  reason text NOT NULL CHECK (reason <> '')
);
SELECT make_append_only('event_reasons');

-- Events that the sequencer has not numbered yet.
CREATE TABLE pending (
  event typeid PRIMARY KEY REFERENCES events (id)
);

-- ── People, pools, gateways, credentials ────────────────────────────────────────────────────
-- identity: the first account of the same human being; rules about persons compare it.
CREATE TABLE people (
  id typeid PRIMARY KEY CHECK (id LIKE 'pers\_%'),
  identity typeid NOT NULL REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
  name text NOT NULL CHECK (name <> ''),
  email text NOT NULL CHECK (email = lower(email)),
  active boolean NOT NULL,
  -- when the account was stopped last: what it decided before is void, also after it is woken (R8)
  stopped_at timestamptz,
  version bigint NOT NULL CHECK (version > 0),
  created_at timestamptz NOT NULL,
  CONSTRAINT people_email_key UNIQUE (email)
);
CREATE INDEX people_identity ON people (identity);

CREATE TABLE roles (
  role text PRIMARY KEY,
  decides boolean NOT NULL
);
INSERT INTO roles (role, decides) VALUES
  ('requester', false), ('legal_reviewer', true), ('risk_reviewer', true),
  ('business_owner', true), ('security_reviewer', true), ('data_protection_officer', true),
  ('general_counsel', true), ('accountable_executive', true), ('operator', false),
  ('auditor', false), ('administrator', false);

CREATE TABLE role_assignments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person typeid NOT NULL REFERENCES people (id),
  role text NOT NULL REFERENCES roles (role),
  given_at timestamptz NOT NULL,
  given_by text NOT NULL,
  seconded_by text,
  taken_at timestamptz CHECK (taken_at >= given_at),
  taken_by text,
  CHECK ((taken_at IS NULL) = (taken_by IS NULL)),
  -- one administrator alone gives no deciding role (the first start's bootstrap is the service)
  CHECK (given_by = 'service' OR seconded_by IS DISTINCT FROM given_by)
);
CREATE UNIQUE INDEX role_assignments_held ON role_assignments (person, role)
  WHERE taken_at IS NULL;

CREATE FUNCTION check_role_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM role_assignments a JOIN roles r USING (role)
    JOIN people p ON p.id = a.person JOIN people me ON me.id = NEW.person
    WHERE p.identity = me.identity AND a.taken_at IS NULL
    GROUP BY p.identity
    HAVING bool_or(r.decides) AND bool_or(r.role = 'administrator')
  ) THEN
    RAISE EXCEPTION 'administrator excludes deciding roles'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'role_excluded';
  END IF;
  IF TG_OP = 'INSERT' AND NEW.given_by <> 'service' AND EXISTS (
    SELECT FROM roles WHERE role = NEW.role AND (decides OR role = 'administrator')
  ) AND NOT EXISTS (
    SELECT FROM people one, people two
    WHERE one.id = NEW.given_by AND two.id = NEW.seconded_by AND one.identity <> two.identity
  ) THEN
    RAISE EXCEPTION 'role % takes two administrators', NEW.role
      USING ERRCODE = 'check_violation', CONSTRAINT = 'role_takes_two';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER role_assignment_is_legal AFTER INSERT OR UPDATE ON role_assignments
  FOR EACH ROW EXECUTE FUNCTION check_role_assignment();
-- A role that was taken is given anew; since when it is held decides what it may sign (R8).
CREATE TRIGGER role_assignment_stays BEFORE UPDATE ON role_assignments FOR EACH ROW
  WHEN (OLD.taken_at IS NOT NULL OR ROW (OLD.id, OLD.person, OLD.role, OLD.given_at, OLD.given_by,
    OLD.seconded_by) IS DISTINCT FROM ROW (NEW.id, NEW.person, NEW.role, NEW.given_at,
    NEW.given_by, NEW.seconded_by))
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER role_assignment_is_kept BEFORE DELETE ON role_assignments
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER role_assignments_are_kept BEFORE TRUNCATE ON role_assignments
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The first administrator's half of giving a role.
CREATE TABLE role_requests (
  person typeid NOT NULL REFERENCES people (id),
  role text NOT NULL REFERENCES roles (role),
  requested_by typeid NOT NULL REFERENCES people (id),
  requested_at timestamptz NOT NULL,
  PRIMARY KEY (person, role)
);

CREATE TABLE enrolments (
  secret_sha256 sha256 PRIMARY KEY,
  person typeid NOT NULL REFERENCES people (id),
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);

CREATE TABLE gateways (
  id typeid PRIMARY KEY CHECK (id LIKE 'gate\_%'),
  name text NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT gateways_name_key UNIQUE (name)
);

CREATE TABLE pools (
  id typeid PRIMARY KEY CHECK (id LIKE 'pool\_%'),
  name text NOT NULL,
  owner typeid NOT NULL REFERENCES people (id),
  enforcement_point typeid REFERENCES gateways (id),
  created_at timestamptz NOT NULL,
  CONSTRAINT pools_name_key UNIQUE (name)
);

-- Personal tokens (tok_), pool keys and gateway keys (key_). Only hashes of secrets are kept.
CREATE TABLE credentials (
  id typeid PRIMARY KEY,
  person typeid REFERENCES people (id),
  pool typeid REFERENCES pools (id),
  gateway typeid REFERENCES gateways (id),
  name text NOT NULL,
  secret_sha256 sha256 NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  CONSTRAINT credentials_secret_key UNIQUE (secret_sha256),
  CHECK (num_nonnulls(person, pool, gateway) = 1),
  CHECK ((person IS NOT NULL) = (id LIKE 'tok\_%'))
);
CREATE INDEX credentials_person ON credentials (person) WHERE person IS NOT NULL;

CREATE TABLE workers (
  id typeid PRIMARY KEY CHECK (id LIKE 'worker\_%'),
  pool typeid NOT NULL REFERENCES pools (id),
  name text NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (pool, name)
);

-- ── Scopes: what has a ceiling (budgets.md). The row is the lock of its arithmetic ──────────
CREATE TABLE scopes (
  id typeid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('budget', 'site')),
  max_urps bigint NOT NULL CHECK (max_urps BETWEEN 0 AND 1000000000000),
  burst bigint NOT NULL CHECK (burst >= 0),
  max_concurrency bigint NOT NULL CHECK (max_concurrency >= 0),
  -- NULL only for a site, where workers are bounded by concurrency
  max_workers bigint CHECK (max_workers >= 0),
  daily_requests bigint NOT NULL CHECK (daily_requests >= 0),
  time_zone text NOT NULL,
  windows text NOT NULL,
  epoch bigint NOT NULL DEFAULT 0,
  hold_until timestamptz,
  last_clock timestamptz NOT NULL,
  CHECK ((kind = 'budget') = (max_workers IS NOT NULL)),
  CHECK (id LIKE CASE kind WHEN 'budget' THEN 'bud\_%' ELSE 'site\_%' END)
);

CREATE TABLE scope_days (
  scope typeid NOT NULL REFERENCES scopes (id),
  day date NOT NULL,
  used bigint NOT NULL CHECK (used >= 0),
  reserved bigint NOT NULL CHECK (reserved >= 0),
  PRIMARY KEY (scope, day)
);

-- registered: somebody put it; otherwise the implicit site at a registrable domain.
CREATE TABLE sites (
  id typeid PRIMARY KEY REFERENCES scopes (id),
  host text COLLATE "C" NOT NULL,
  registered boolean NOT NULL,
  operator_kind text,
  contact text,
  notes text,
  version bigint NOT NULL CHECK (version > 0),
  created_at timestamptz NOT NULL,
  CONSTRAINT sites_host_key UNIQUE (host),
  CHECK (NOT registered OR operator_kind IS NOT NULL)
);

CREATE TABLE site_aliases (
  host text COLLATE "C" PRIMARY KEY,
  site typeid NOT NULL REFERENCES sites (id)
);

-- ── Policy ──────────────────────────────────────────────────────────────────────────────────
CREATE TABLE policies (
  version bigint PRIMARY KEY CHECK (version > 0),
  bytes bytea NOT NULL,
  digest sha256 NOT NULL CHECK (digest = sha256(bytes)),
  activated_at timestamptz NOT NULL
);
SELECT make_append_only('policies');

-- ── Proposals, revisions, rounds, decisions ─────────────────────────────────────────────────
CREATE TABLE proposals (
  id typeid PRIMARY KEY CHECK (id LIKE 'prop\_%'),
  number bigint GENERATED ALWAYS AS IDENTITY,
  requester typeid NOT NULL REFERENCES people (id),
  created_at timestamptz NOT NULL,
  CONSTRAINT proposals_number_key UNIQUE (number)
);
SELECT make_append_only('proposals');

-- content: the exact RFC 8785 bytes; the other columns repeat parts of it for look-up.
CREATE TABLE revisions (
  id typeid PRIMARY KEY CHECK (id LIKE 'rev\_%'),
  proposal typeid NOT NULL REFERENCES proposals (id),
  n bigint NOT NULL CHECK (n > 0),
  author typeid NOT NULL REFERENCES people (id),
  content bytea NOT NULL,
  digest sha256 NOT NULL CHECK (digest = sha256(content)),
  title text NOT NULL,
  owner typeid NOT NULL REFERENCES people (id),
  deputy typeid NOT NULL REFERENCES people (id),
  maintainer typeid NOT NULL REFERENCES people (id),
  hosts text[] NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (proposal, n),
  UNIQUE (id, proposal, digest)
);
CREATE INDEX revisions_hosts ON revisions USING gin (hosts);
SELECT make_append_only('revisions');

CREATE TABLE rounds (
  id typeid PRIMARY KEY CHECK (id LIKE 'round\_%'),
  proposal typeid NOT NULL REFERENCES proposals (id),
  n bigint NOT NULL CHECK (n > 0),
  revision typeid NOT NULL,
  digest sha256 NOT NULL,
  policy bigint NOT NULL REFERENCES policies (version),
  tier text NOT NULL CHECK (tier IN ('T0', 'T1', 'T2', 'T3', 'T4')),
  -- the assessment that was shown and snapshot at submission, canonical JSON
  assessment bytea NOT NULL,
  opened_by typeid NOT NULL REFERENCES people (id),
  opened_at timestamptz NOT NULL,
  respond_by timestamptz NOT NULL CHECK (respond_by > opened_at),
  decide_by timestamptz NOT NULL CHECK (decide_by > opened_at),
  UNIQUE (proposal, n),
  UNIQUE (id, digest),
  UNIQUE (id, proposal, digest),
  FOREIGN KEY (revision, proposal, digest) REFERENCES revisions (id, proposal, digest)
);
SELECT make_append_only('rounds');

CREATE TABLE round_seats (
  round typeid NOT NULL REFERENCES rounds (id),
  role text NOT NULL REFERENCES roles (role),
  PRIMARY KEY (round, role)
);
SELECT make_append_only('round_seats');

-- One person, one live decision in a round, in one role, on the round's digest (R1, R6).
-- attempt counts a person's decisions in the round, seat a seat's approvals: both from 1, and
-- there is a next one only when the one before is void.
CREATE TABLE decisions (
  id typeid PRIMARY KEY CHECK (id LIKE 'dec\_%'),
  round typeid NOT NULL,
  person typeid NOT NULL REFERENCES people (id),
  identity typeid NOT NULL REFERENCES people (id),
  role text NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('approve', 'request_changes', 'reject')),
  digest sha256 NOT NULL,
  reason text CHECK (verdict = 'approve' OR coalesce(reason, '') <> ''),
  auth_method text NOT NULL,
  auth_level text NOT NULL,
  attempt bigint NOT NULL CHECK (attempt > 0),
  seat bigint CHECK (seat > 0),
  decided_at timestamptz NOT NULL,
  CHECK ((verdict = 'approve') = (seat IS NOT NULL)),
  FOREIGN KEY (round, digest) REFERENCES rounds (id, digest),
  FOREIGN KEY (round, role) REFERENCES round_seats (round, role),
  CONSTRAINT decisions_one_per_person UNIQUE (round, identity, attempt),
  CONSTRAINT decisions_one_per_seat UNIQUE (round, role, seat)
);
CREATE INDEX decisions_person ON decisions (person, id);
SELECT make_append_only('decisions');

-- Approvals whose signer lost the role or the account before the round was decided (R8).
CREATE TABLE decision_voids (
  decision typeid PRIMARY KEY REFERENCES decisions (id),
  reason text NOT NULL CHECK (reason = 'ineligible'),
  voided_at timestamptz NOT NULL
);
SELECT make_append_only('decision_voids');

CREATE FUNCTION check_decision_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM decisions d
    WHERE d.round = NEW.round AND d.id <> NEW.id
      AND (d.identity = NEW.identity OR (d.role = NEW.role AND NEW.seat > d.seat))
      AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id)
  ) THEN
    RAISE EXCEPTION 'a live decision stands before this one'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_one_live';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER decision_is_the_live_one AFTER INSERT ON decisions
  FOR EACH ROW EXECUTE FUNCTION check_decision_order();

-- Whoever asked, wrote, owns or runs it never decides on it (R4, transition 4).
CREATE FUNCTION check_decision_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM rounds d
    JOIN proposals p ON p.id = d.proposal
    JOIN revisions r ON r.proposal = p.id
    JOIN people party ON party.id IN (p.requester, r.author)
      OR (r.id = d.revision AND party.id IN (r.owner, r.deputy, r.maintainer))
    WHERE d.id = NEW.round AND party.identity = NEW.identity
  ) THEN
    RAISE EXCEPTION 'a party to the proposal decides on it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_no_party';
  END IF;
  IF NOT EXISTS (
    SELECT FROM people WHERE id = NEW.person AND identity = NEW.identity AND active
  ) THEN
    RAISE EXCEPTION 'not the active account of that person'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_active_person';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER decision_person_is_no_party AFTER INSERT ON decisions
  FOR EACH ROW EXECUTE FUNCTION check_decision_person();

-- ── Grants and budgets ──────────────────────────────────────────────────────────────────────
CREATE TABLE grants (
  id typeid PRIMARY KEY CHECK (id LIKE 'grant\_%'),
  proposal typeid NOT NULL REFERENCES proposals (id),
  round typeid NOT NULL,
  digest sha256 NOT NULL,
  tier text NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
  build_digests text[] NOT NULL,
  -- rules whose effect is "block token", as {id, text}; leases are refused while any stands
  token_blocks text NOT NULL,
  -- the authorised numbers with who set each, canonical JSON
  terms bytea NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT grants_one_per_round UNIQUE (round),
  FOREIGN KEY (round, proposal, digest) REFERENCES rounds (id, proposal, digest)
);
CREATE INDEX grants_proposal ON grants (proposal);
SELECT make_append_only('grants');

CREATE TABLE grant_pools (
  grant_id typeid NOT NULL REFERENCES grants (id),
  pool typeid NOT NULL REFERENCES pools (id),
  PRIMARY KEY (grant_id, pool)
);
SELECT make_append_only('grant_pools');

CREATE TABLE budgets (
  id typeid PRIMARY KEY REFERENCES scopes (id),
  grant_id typeid NOT NULL REFERENCES grants (id),
  target bigint NOT NULL CHECK (target >= 0),
  hosts text[] NOT NULL,
  path_prefixes text[] NOT NULL,
  methods text[] NOT NULL,
  -- of this target, in its own zone; the grant's are the earliest and the latest of them
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
  total_requests bigint NOT NULL CHECK (total_requests >= 0),
  total_used bigint NOT NULL DEFAULT 0 CHECK (total_used BETWEEN 0 AND total_requests),
  evidence_expires_at timestamptz,
  UNIQUE (grant_id, target)
);

-- ── Transitions: the only state of rounds and grants ────────────────────────────────────────
CREATE TABLE legal_transitions (
  kind text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  first boolean NOT NULL,
  PRIMARY KEY (kind, from_state, to_state, first)
);
INSERT INTO legal_transitions (kind, from_state, to_state, first) VALUES
  ('round', 'draft', 'in_review', true),
  ('round', 'in_review', 'approved', false),
  ('round', 'in_review', 'countered', false),
  ('round', 'in_review', 'changes_requested', false),
  ('round', 'in_review', 'rejected', false),
  ('round', 'in_review', 'lapsed', false),
  ('round', 'in_review', 'withdrawn', false),
  ('round', 'in_review', 'superseded', false),
  ('round', 'countered', 'approved', false),
  ('round', 'countered', 'draft', false),
  ('round', 'countered', 'lapsed', false),
  ('round', 'countered', 'withdrawn', false),
  ('grant', 'approved', 'scheduled', true),
  ('grant', 'scheduled', 'active', false),
  ('grant', 'active', 'suspended', false),
  ('grant', 'suspended', 'active', false),
  ('grant', 'scheduled', 'revoked', false),
  ('grant', 'active', 'revoked', false),
  ('grant', 'suspended', 'revoked', false),
  ('grant', 'active', 'replaced', false),
  ('grant', 'active', 'ended', false);
SELECT make_append_only('legal_transitions');

CREATE TABLE transitions (
  object typeid NOT NULL,
  kind text NOT NULL,
  seq bigint NOT NULL CHECK (seq > 0),
  from_state text NOT NULL,
  to_state text NOT NULL,
  event typeid NOT NULL REFERENCES events (id),
  at timestamptz NOT NULL,
  first boolean GENERATED ALWAYS AS (seq = 1) STORED,
  before bigint GENERATED ALWAYS AS (NULLIF(seq - 1, 0)) STORED,
  PRIMARY KEY (object, seq),
  UNIQUE (object, kind, seq, to_state),
  FOREIGN KEY (kind, from_state, to_state, first)
    REFERENCES legal_transitions (kind, from_state, to_state, first),
  FOREIGN KEY (object, kind, before, from_state)
    REFERENCES transitions (object, kind, seq, to_state),
  CHECK (object LIKE kind || '\_%')
);
SELECT make_append_only('transitions');

-- A round is approved only with two seats or more, every one filled by a live approval of somebody
-- who is active and has held the role since, all of them different people, and no rejection in it.
CREATE FUNCTION check_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM round_seats s WHERE s.round = NEW.object) < 2 OR EXISTS (
    SELECT FROM round_seats s WHERE s.round = NEW.object AND NOT EXISTS (
      SELECT FROM decisions d
      JOIN people p ON p.id = d.person AND p.active
        AND (p.stopped_at IS NULL OR p.stopped_at <= d.decided_at)
      JOIN role_assignments a ON a.person = d.person AND a.role = d.role
        AND a.taken_at IS NULL AND a.given_at <= d.decided_at
      WHERE d.round = s.round AND d.role = s.role AND d.verdict = 'approve'
        AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id))
  ) OR EXISTS (
    SELECT FROM decisions d WHERE d.round = NEW.object AND d.verdict <> 'approve'
  ) OR EXISTS (
    SELECT FROM decisions d JOIN people p ON p.id = d.person
    WHERE d.round = NEW.object
      AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id)
    GROUP BY p.identity HAVING count(*) > 1
  ) THEN
    RAISE EXCEPTION 'round % lacks a signature', NEW.object
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transitions_quorum';
  END IF;
  RETURN NULL;
END $$;
-- Nobody decides on a round that is closed: a decision comes before the transition it causes.
CREATE FUNCTION check_decision_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 'in_review' IS DISTINCT FROM (
    SELECT to_state FROM transitions WHERE object = NEW.round ORDER BY seq DESC LIMIT 1
  ) THEN
    RAISE EXCEPTION 'round % is not in review', NEW.round
      USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_open_round';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER decision_round_is_open AFTER INSERT ON decisions
  FOR EACH ROW EXECUTE FUNCTION check_decision_round();

CREATE TRIGGER approval_has_its_quorum AFTER INSERT ON transitions
  FOR EACH ROW WHEN (NEW.kind = 'round' AND NEW.to_state = 'approved')
  EXECUTE FUNCTION check_approval();

-- A grant belongs to an approved round.
CREATE FUNCTION check_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM transitions t
    WHERE t.object = NEW.round AND t.kind = 'round' AND t.to_state = 'approved'
  ) THEN
    RAISE EXCEPTION 'grant % has no approved round', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'grants_need_approval';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER grant_has_its_approval AFTER INSERT ON grants
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_grant();

-- ── Leases ──────────────────────────────────────────────────────────────────────────────────
-- One row per chain: this term and the previous one (budgets.md I8). frees_at: until when it
-- occupies anything.
CREATE TABLE leases (
  id typeid PRIMARY KEY CHECK (id LIKE 'lease\_%'),
  grant_id typeid NOT NULL REFERENCES grants (id),
  budget typeid NOT NULL REFERENCES budgets (id),
  pool typeid NOT NULL REFERENCES pools (id),
  worker typeid NOT NULL REFERENCES workers (id),
  -- the id of a gateway, or of the pool when it enforces itself; the token's aud
  enforcement_point text COLLATE "C" NOT NULL,
  -- the credential it was granted with: a lease ends with its key (I5)
  credential typeid NOT NULL REFERENCES credentials (id),
  hosts text[] NOT NULL CHECK (cardinality(hosts) BETWEEN 1 AND 20),
  build_digest text,
  started_at timestamptz NOT NULL,
  term bigint NOT NULL CHECK (term > 0),
  urps bigint NOT NULL CHECK (urps > 0),
  burst bigint NOT NULL CHECK (burst > 0),
  concurrency bigint NOT NULL CHECK (concurrency > 0),
  quota bigint NOT NULL CHECK (quota > 0),
  day date NOT NULL,
  wants_urps bigint NOT NULL CHECK (wants_urps > 0),
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > issued_at),
  previous_urps bigint NOT NULL DEFAULT 0 CHECK (previous_urps >= 0),
  previous_burst bigint NOT NULL DEFAULT 0 CHECK (previous_burst >= 0),
  previous_concurrency bigint NOT NULL DEFAULT 0 CHECK (previous_concurrency >= 0),
  previous_expires_at timestamptz,
  ended_at timestamptz,
  ended_as text CHECK (ended_as IN ('returned', 'revoked', 'exhausted')),
  frees_at timestamptz NOT NULL,
  -- the usage report that came with the return
  return_report text
    CHECK (return_report IS NULL OR ended_as IS NOT DISTINCT FROM 'returned'),
  CHECK ((ended_at IS NULL) = (ended_as IS NULL)),
  CHECK ((previous_expires_at IS NULL) = (previous_urps = 0))
);
CREATE INDEX leases_budget ON leases (budget, frees_at);
CREATE INDEX leases_grant ON leases (grant_id, id);
CREATE INDEX leases_pool ON leases (pool, id);
CREATE INDEX leases_worker ON leases (worker, budget);

-- The journal: one row per term, with the report that settled it.
CREATE TABLE lease_terms (
  lease typeid NOT NULL REFERENCES leases (id),
  term bigint NOT NULL CHECK (term > 0),
  urps bigint NOT NULL CHECK (urps > 0),
  burst bigint NOT NULL CHECK (burst > 0),
  concurrency bigint NOT NULL CHECK (concurrency > 0),
  quota bigint NOT NULL CHECK (quota > 0),
  day date NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > issued_at),
  -- the usage report that came with the request for this term (of the term before)
  report text,
  PRIMARY KEY (lease, term)
);
SELECT make_append_only('lease_terms');

-- Every scope that a lease counts against.
CREATE TABLE lease_charges (
  scope typeid NOT NULL REFERENCES scopes (id),
  lease typeid NOT NULL REFERENCES leases (id),
  PRIMARY KEY (scope, lease)
);

-- Workers that were refused for want of capacity: holders make room for them when they renew.
CREATE TABLE lease_waits (
  budget typeid NOT NULL REFERENCES budgets (id),
  worker typeid NOT NULL REFERENCES workers (id),
  wants_urps bigint NOT NULL CHECK (wants_urps > 0),
  since timestamptz NOT NULL,
  until timestamptz NOT NULL CHECK (until >= since),
  PRIMARY KEY (budget, worker)
);

-- ── Locks ───────────────────────────────────────────────────────────────────────────────────
CREATE TABLE locks (
  id typeid PRIMARY KEY CHECK (id LIKE 'lock\_%'),
  scope_kind text NOT NULL
    CHECK (scope_kind IN ('everything', 'site', 'proposal', 'grant', 'pool', 'worker')),
  scope_id text COLLATE "C" CHECK ((scope_id IS NULL) = (scope_kind = 'everything')),
  reason text NOT NULL CHECK (reason <> ''),
  locked_by typeid NOT NULL REFERENCES people (id),
  identity typeid NOT NULL REFERENCES people (id),
  -- the roles the locker held then: one of the two who release shares one of them
  roles text[] NOT NULL,
  locked_at timestamptz NOT NULL
);
CREATE INDEX locks_scope ON locks (scope_kind, scope_id);
SELECT make_append_only('locks');

-- A lock is released when its second row is there; two rows are two people.
CREATE TABLE lock_releases (
  lock typeid NOT NULL REFERENCES locks (id),
  n bigint NOT NULL CHECK (n IN (1, 2)),
  person typeid NOT NULL REFERENCES people (id),
  identity typeid NOT NULL REFERENCES people (id),
  reason text NOT NULL CHECK (reason <> ''),
  released_at timestamptz NOT NULL,
  before bigint GENERATED ALWAYS AS (NULLIF(n - 1, 0)) STORED,
  PRIMARY KEY (lock, n),
  UNIQUE (lock, identity),
  FOREIGN KEY (lock, before) REFERENCES lock_releases (lock, n)
);
SELECT make_append_only('lock_releases');

CREATE FUNCTION check_lock_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM people WHERE id = NEW.person AND identity = NEW.identity AND active
  ) THEN
    RAISE EXCEPTION 'not the active account of that person'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'lock_releases_active_person';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER lock_release_is_by_its_person AFTER INSERT ON lock_releases
  FOR EACH ROW EXECUTE FUNCTION check_lock_release();

-- ── Service ─────────────────────────────────────────────────────────────────────────────────
-- Public keys of every replica; the private halves are files.
CREATE TABLE signing_keys (
  kid text PRIMARY KEY,
  algorithm text NOT NULL CHECK (algorithm IN ('ES256', 'EdDSA')),
  jwk text NOT NULL,
  registered_at timestamptz NOT NULL,
  retired_at timestamptz
);

CREATE TABLE idempotency_keys (
  caller text COLLATE "C" NOT NULL,
  path text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  body_sha256 sha256 NOT NULL,
  status int NOT NULL,
  answer bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (caller, path, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
