-- Incidents: cases about harm, with entries of four stages, what they are about, who answers for
-- them, and how they ended. Whether one is open, its stage and its deadlines follow from its rows.

-- policy: whose clocks run. cause, subject: what the service found by itself; the occurrences of
-- one cause on one subject follow each other, and only the last may be open.
CREATE TABLE incidents (
  id typeid PRIMARY KEY CHECK (id LIKE 'inc\_%'),
  number bigint GENERATED ALWAYS AS IDENTITY,
  source text NOT NULL
    CHECK (source IN ('complaint', 'provider_notice', 'own_finding', 'breaker', 'service')),
  cause text CHECK (cause IN ('breaker', 'clock_step', 'quarantine', 'log_inconsistent')),
  subject text COLLATE "C" CHECK (subject <> ''),
  occurrence bigint CHECK (occurrence > 0),
  summary text NOT NULL CHECK (summary <> ''),
  noticed_at timestamptz NOT NULL,
  started_at timestamptz,
  opened_by typeid REFERENCES people (id),
  opened_at timestamptz NOT NULL,
  policy bigint REFERENCES policies (version),
  follows typeid REFERENCES incidents (id),
  event typeid NOT NULL REFERENCES events (id),
  before bigint GENERATED ALWAYS AS (NULLIF(occurrence - 1, 0)) STORED,
  CONSTRAINT incidents_number_key UNIQUE (number),
  CONSTRAINT incidents_occurrence UNIQUE (cause, subject, occurrence),
  CONSTRAINT incidents_occurrence_before FOREIGN KEY (cause, subject, before)
    REFERENCES incidents (cause, subject, occurrence),
  CONSTRAINT incidents_found CHECK (num_nonnulls(cause, subject, occurrence) IN (0, 3)),
  CONSTRAINT incidents_opened_by CHECK ((opened_by IS NULL) = (cause IS NOT NULL)),
  CONSTRAINT incidents_source CHECK (
    (source IN ('breaker', 'service')) = (cause IS NOT NULL)
    AND (source = 'breaker') = (cause IS NOT DISTINCT FROM 'breaker')),
  CONSTRAINT incidents_noticed CHECK (noticed_at <= opened_at AND started_at <= noticed_at)
);
SELECT make_append_only('incidents');

-- note: stays out of the log, which has its hash. meets: clocks whose duty the entry says is done.
CREATE TABLE incident_entries (
  incident typeid NOT NULL REFERENCES incidents (id),
  n bigint NOT NULL CHECK (n BETWEEN 1 AND 1000),
  stage text NOT NULL CHECK (stage IN ('identification', 'impact', 'containment', 'recovery')),
  note text NOT NULL CHECK (note <> ''),
  -- none: the service
  author typeid REFERENCES people (id),
  meets text[] NOT NULL,
  event typeid NOT NULL REFERENCES events (id),
  at timestamptz NOT NULL,
  before bigint GENERATED ALWAYS AS (NULLIF(n - 1, 0)) STORED,
  PRIMARY KEY (incident, n),
  UNIQUE (incident, n, stage),
  FOREIGN KEY (incident, before) REFERENCES incident_entries (incident, n)
);
CREATE INDEX incident_entries_event ON incident_entries (event);
SELECT make_append_only('incident_entries');

-- What a site suffered in a time, and what our workers had sent to it then as far as was known
-- when the entry was written: the journal of leases is pruned.
CREATE TABLE incident_impacts (
  incident typeid NOT NULL,
  n bigint NOT NULL,
  stage text NOT NULL DEFAULT 'impact' CHECK (stage = 'impact'),
  site text COLLATE "C" NOT NULL,
  from_at timestamptz NOT NULL,
  to_at timestamptz NOT NULL CHECK (to_at > from_at),
  service text NOT NULL CHECK (service IN ('available', 'unavailable')),
  users bigint CHECK (users >= 0),
  requests_reported bigint NOT NULL CHECK (requests_reported >= 0),
  requests_unreported_max bigint NOT NULL CHECK (requests_unreported_max >= 0),
  PRIMARY KEY (incident, n),
  FOREIGN KEY (incident, n, stage) REFERENCES incident_entries (incident, n, stage)
);
SELECT make_append_only('incident_impacts');

-- Who answers for it; the last row counts.
CREATE TABLE incident_owners (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident typeid NOT NULL REFERENCES incidents (id),
  person typeid NOT NULL REFERENCES people (id),
  event typeid NOT NULL REFERENCES events (id),
  at timestamptz NOT NULL
);
CREATE INDEX incident_owners_incident ON incident_owners (incident, n);
SELECT make_append_only('incident_owners');

-- operator_kind, users: what was known of a site when it was linked; deadlines rest on it.
CREATE TABLE incident_links (
  incident typeid NOT NULL REFERENCES incidents (id),
  n bigint NOT NULL CHECK (n BETWEEN 1 AND 500),
  lock typeid REFERENCES locks (id),
  grant_id typeid REFERENCES grants (id),
  site text COLLATE "C",
  operator_kind text,
  users bigint CHECK (users >= 0),
  event typeid NOT NULL REFERENCES events (id),
  at timestamptz NOT NULL,
  PRIMARY KEY (incident, n),
  CONSTRAINT incident_links_one_per_lock UNIQUE (lock),
  CONSTRAINT incident_links_grant UNIQUE (incident, grant_id),
  CONSTRAINT incident_links_site UNIQUE (incident, site),
  CONSTRAINT incident_links_one_thing CHECK (num_nonnulls(lock, grant_id, site) = 1),
  CHECK (site IS NOT NULL OR num_nonnulls(operator_kind, users) = 0)
);
CREATE INDEX incidents_follows ON incidents (follows) WHERE follows IS NOT NULL;
CREATE INDEX incident_links_grants ON incident_links (grant_id) WHERE grant_id IS NOT NULL;
CREATE INDEX incident_links_sites ON incident_links (site) WHERE site IS NOT NULL;
SELECT make_append_only('incident_links');

CREATE TABLE incident_closures (
  incident typeid PRIMARY KEY REFERENCES incidents (id),
  person typeid NOT NULL REFERENCES people (id),
  identity typeid NOT NULL REFERENCES people (id),
  event typeid NOT NULL REFERENCES events (id),
  closed_at timestamptz NOT NULL
);
SELECT make_append_only('incident_closures');

-- What each site's meter showed when the incident was closed.
CREATE TABLE incident_outages (
  incident typeid NOT NULL REFERENCES incident_closures (incident),
  site text COLLATE "C" NOT NULL,
  seconds bigint NOT NULL CHECK (seconds >= 0),
  PRIMARY KEY (incident, site)
);
SELECT make_append_only('incident_outages');

-- A case that is closed stays as it was. The row's lock makes this true of two transactions at
-- once as well.
CREATE FUNCTION check_incident_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM incidents WHERE id = NEW.incident FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM incident_closures WHERE incident = NEW.incident) THEN
    RAISE EXCEPTION 'incident % is closed', NEW.incident
      USING ERRCODE = 'check_violation', CONSTRAINT = 'incidents_closed';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER incident_is_open AFTER INSERT ON incident_entries
  FOR EACH ROW EXECUTE FUNCTION check_incident_open();
CREATE TRIGGER incident_is_open AFTER INSERT ON incident_impacts
  FOR EACH ROW EXECUTE FUNCTION check_incident_open();
CREATE TRIGGER incident_is_open AFTER INSERT ON incident_owners
  FOR EACH ROW EXECUTE FUNCTION check_incident_open();
CREATE TRIGGER incident_is_open AFTER INSERT ON incident_links
  FOR EACH ROW EXECUTE FUNCTION check_incident_open();

-- Of one cause on one subject one incident is open at a time.
CREATE FUNCTION check_incident_occurrence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM incidents i WHERE i.cause = NEW.cause AND i.subject = NEW.subject
      AND i.id <> NEW.id
      AND NOT EXISTS (SELECT FROM incident_closures c WHERE c.incident = i.id)
  ) THEN
    RAISE EXCEPTION 'an incident of % on % is open', NEW.cause, NEW.subject
      USING ERRCODE = 'check_violation', CONSTRAINT = 'incidents_one_open';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER incident_is_the_open_one AFTER INSERT ON incidents
  FOR EACH ROW WHEN (NEW.cause IS NOT NULL) EXECUTE FUNCTION check_incident_occurrence();

-- It is closed after a recovery, by somebody who may let things go, and by no party to a proposal
-- whose grants it is about.
CREATE FUNCTION check_incident_closure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM incidents WHERE id = NEW.incident FOR NO KEY UPDATE;
  IF NOT EXISTS (
    SELECT FROM incident_entries WHERE incident = NEW.incident AND stage = 'recovery'
  ) THEN
    RAISE EXCEPTION 'incident % has no recovery', NEW.incident
      USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_closures_recovery';
  END IF;
  IF NOT EXISTS (
    SELECT FROM people p JOIN role_assignments a ON a.person = p.id AND a.taken_at IS NULL
    JOIN roles r USING (role)
    WHERE p.id = NEW.person AND p.identity = NEW.identity AND p.active
      AND (r.decides OR r.role = 'operator')
  ) THEN
    RAISE EXCEPTION 'not the active account of an operator or of somebody who decides'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_closures_role';
  END IF;
  IF EXISTS (
    SELECT FROM incident_links l JOIN grants g ON g.id = l.grant_id
    JOIN grant_standings h ON h.grant_id = g.id
    JOIN proposals o ON o.id = g.proposal JOIN revisions r ON r.proposal = g.proposal
    JOIN people p ON p.id IN (o.requester, r.author, h.owner)
    WHERE l.incident = NEW.incident AND p.identity = NEW.identity
  ) THEN
    RAISE EXCEPTION 'a party to the proposal closes its incident'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'incident_closures_no_party';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER incident_closure_is_legal AFTER INSERT ON incident_closures
  FOR EACH ROW EXECUTE FUNCTION check_incident_closure();
