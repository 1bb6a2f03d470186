-- Stop: epoch events, which make tokens void before they run out, and what is known of whoever
-- enforces leases (budgets.md, Stop; decision 25).

-- ── Epochs ──────────────────────────────────────────────────────────────────────────────────
-- How many epoch events there are: the number of the last one, which every new token carries.
CREATE TABLE current_epoch (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  epoch bigint NOT NULL CHECK (epoch >= 0)
);
INSERT INTO current_epoch (epoch) VALUES (0);

-- Tokens with a smaller epoch are void where every list that is there names them; without any list
-- that is all of them. A row is numbered at the end of its transaction; nobody sees it before.
CREATE TABLE epoch_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  epoch bigint CHECK (epoch > 0),
  scope_kind text NOT NULL CHECK (scope_kind IN ('everything', 'site', 'proposal', 'grant', 'pool',
    'worker', 'budget')),
  scope_id text COLLATE "C" CHECK ((scope_id IS NULL) = (scope_kind = 'everything')),
  proposals text[],
  grants text[],
  workers text[],
  hosts text[],
  cause text NOT NULL CHECK (cause IN ('lock', 'revocation', 'suspension', 'replacement',
    'narrowing', 'hold')),
  event typeid NOT NULL REFERENCES events (id),
  at timestamptz NOT NULL,
  CONSTRAINT epoch_events_number UNIQUE (epoch),
  CONSTRAINT epoch_events_covers CHECK (
    (scope_kind = 'everything') = (num_nonnulls(proposals, grants, workers, hosts) = 0))
);
CREATE INDEX epoch_events_event ON epoch_events (event);

-- Numbers are given by deferred triggers, when a transaction has taken all its other locks, and the
-- row of the counter stays locked until it is over: the next number is not given before this one is
-- there for all to see. So whoever has seen a number has seen all before it, and two transactions
-- never wait for each other here.
CREATE FUNCTION number_epoch_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  next bigint;
BEGIN
  UPDATE current_epoch SET epoch = epoch + 1 RETURNING epoch INTO STRICT next;
  UPDATE epoch_events SET epoch = next WHERE id = NEW.id;
  PERFORM pg_notify('countersign_epochs', '');
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER epoch_event_is_numbered AFTER INSERT ON epoch_events
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION number_epoch_event();

CREATE TRIGGER epoch_is_counted BEFORE UPDATE ON current_epoch FOR EACH ROW
  WHEN (pg_trigger_depth() = 0 OR NEW.epoch <> OLD.epoch + 1) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER epoch_is_kept BEFORE INSERT OR DELETE ON current_epoch
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER epoch_is_kept_all BEFORE TRUNCATE ON current_epoch
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER epoch_event_begins_without_number BEFORE INSERT ON epoch_events FOR EACH ROW
  WHEN (NEW.epoch IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER epoch_event_stays BEFORE UPDATE ON epoch_events FOR EACH ROW
  WHEN (pg_trigger_depth() = 0 OR OLD.epoch IS NOT NULL
    OR to_jsonb(NEW) - 'epoch' <> to_jsonb(OLD) - 'epoch')
  EXECUTE FUNCTION refuse_change();
CREATE TRIGGER epoch_event_is_kept BEFORE DELETE ON epoch_events
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER epoch_events_are_kept BEFORE TRUNCATE ON epoch_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One number for the service takes the place of one for each scope.
ALTER TABLE scopes DROP COLUMN epoch;

-- ── Enforcement points ──────────────────────────────────────────────────────────────────────
-- What is known of a gateway, or of a pool that enforces its own leases, from what it asks and says.
CREATE TABLE enforcement_points (
  id typeid PRIMARY KEY CHECK (id LIKE 'gate\_%' OR id LIKE 'pool\_%'),
  -- when it asked last for epoch events
  seen_at timestamptz,
  -- the last one that it had taken in by then
  epoch bigint NOT NULL DEFAULT 0 CHECK (epoch >= 0),
  -- what it says of its clock: so much ahead of the database's, give or take
  clock_offset_ms bigint,
  clock_uncertainty_ms bigint CHECK (clock_uncertainty_ms >= 0),
  reported_at timestamptz,
  CHECK ((clock_offset_ms IS NULL) = (clock_uncertainty_ms IS NULL))
);
ALTER TABLE enforcement_points SET (fillfactor = 70);

-- When it was first heard that a point had taken in all events up to one; kept for seven days.
CREATE TABLE epoch_acknowledgements (
  point typeid NOT NULL REFERENCES enforcement_points (id),
  epoch bigint NOT NULL CHECK (epoch > 0),
  at timestamptz NOT NULL,
  PRIMARY KEY (point, epoch)
);

-- The newest term that the enforcement point has seen: it refuses those before, which count no more.
ALTER TABLE leases ADD COLUMN acknowledged_term bigint NOT NULL DEFAULT 0
  CONSTRAINT leases_acknowledged CHECK (acknowledged_term BETWEEN 0 AND term);

-- What an enforcement point has let through and turned away of a chain, and the most it saw in a
-- second, over all its reports.
CREATE TABLE lease_sightings (
  lease typeid PRIMARY KEY REFERENCES leases (id),
  -- of the newest report
  term bigint NOT NULL CHECK (term > 0),
  requests bigint NOT NULL CHECK (requests >= 0),
  refusals bigint NOT NULL CHECK (refusals >= 0),
  most_urps bigint NOT NULL CHECK (most_urps >= 0),
  reported_at timestamptz NOT NULL
);
ALTER TABLE lease_sightings SET (fillfactor = 70);
