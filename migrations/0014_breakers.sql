-- Breakers: the automatic stop of a budget on a host. A row is written under the lock of the
-- budget's scope; without a row it is closed and nothing was heard.
CREATE TABLE breakers (
  budget typeid NOT NULL REFERENCES budgets (id),
  host text COLLATE "C" NOT NULL,
  -- as it was stored; an opening ends, and the way back goes on, by time alone
  phase text NOT NULL CHECK (phase IN ('closed', 'open', 'half_open', 'ramping')),
  since timestamptz,
  until timestamptz CHECK (until > since),
  causes text[] NOT NULL DEFAULT '{}',
  lifted_by text CHECK (lifted_by IN ('time', 'people')),
  -- the lease that tries while it is half-open
  probe typeid,
  probe_frees_at timestamptz,
  -- of the last 24 hours, in seconds since 1970, oldest first
  openings bigint[] NOT NULL,
  back_off bigint NOT NULL CHECK (back_off >= 0),
  -- the end of the last opening
  quiet_from timestamptz,
  -- what was heard in the last minute: seven numbers for each second with a report
  failures_before bigint NOT NULL CHECK (failures_before >= 0),
  tallies bigint[] NOT NULL CHECK (cardinality(tallies) % 7 = 0),
  -- how fast the host answers at low load; 0: nobody measured it; NULL: nobody looked yet
  baseline_ms bigint CHECK (baseline_ms >= 0),
  PRIMARY KEY (budget, host),
  CHECK ((phase = 'closed') = (since IS NULL)),
  CHECK ((phase = 'open') = (until IS NOT NULL AND lifted_by IS NOT NULL)),
  CHECK ((phase = 'open') = (cardinality(causes) > 0)),
  CHECK (probe IS NULL OR phase = 'half_open'),
  CHECK ((probe IS NULL) = (probe_frees_at IS NULL))
) WITH (fillfactor = 70);

-- What only people lift waits for the second signature under the grant's suspension.
CREATE FUNCTION check_breaker_lift() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM budgets b JOIN suspensions s ON s.grant_id = b.grant_id
    WHERE b.id = OLD.budget AND s.cause = 'breaker' AND s.subject = OLD.host
      AND NOT EXISTS (SELECT FROM suspension_lifts l WHERE l.suspension = s.event)
  ) THEN
    RAISE EXCEPTION 'the breaker of % takes two people', OLD.host
      USING ERRCODE = 'check_violation', CONSTRAINT = 'breakers_take_two';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER breaker_is_lifted_by_two BEFORE UPDATE ON breakers
  FOR EACH ROW WHEN (OLD.phase = 'open' AND OLD.lifted_by = 'people'
    AND (NEW.phase <> 'open' OR NEW.lifted_by <> 'people'))
  EXECUTE FUNCTION check_breaker_lift();
CREATE TRIGGER breakers_are_kept BEFORE DELETE ON breakers
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER breakers_are_all_kept BEFORE TRUNCATE ON breakers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The newest usage report that was counted: the term it told of, until when by the holder's
-- clock, and when it arrived. A report that comes again counts once.
ALTER TABLE leases
  ADD COLUMN reported_term bigint,
  ADD COLUMN reported_to timestamptz,
  ADD COLUMN reported_at timestamptz,
  ADD CHECK (num_nonnulls(reported_term, reported_to, reported_at) IN (0, 3));

-- Holds that stand are few.
CREATE INDEX scopes_held ON scopes (hold_until) WHERE hold_until IS NOT NULL;
