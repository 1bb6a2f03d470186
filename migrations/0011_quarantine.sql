-- Failover, restore and clock steps (budgets.md, Clock and failover): leases are counted in one
-- cluster by one clock; where either turns out to be another, none is given for a while.

-- Which system, timeline and database this is: a promotion changes the timeline, a restore into
-- another cluster the system, a restore into this one the database. The system is read from a file
-- once in a session.
CREATE FUNCTION cluster_identity() RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(nullif(current_setting('countersign.system', true), ''),
      (SELECT set_config('countersign.system', system_identifier::text, false)
       FROM pg_control_system()))
    || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
    || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
$$;

-- One row, made at the first start.
CREATE TABLE lease_guard (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- where leases were counted last
  cluster text COLLATE "C" NOT NULL,
  quarantined_until timestamptz,
  cause text CHECK (cause IN ('cluster_changed', 'clock_stepped')),
  CHECK ((quarantined_until IS NULL) = (cause IS NULL))
);

INSERT INTO lease_guard (cluster) SELECT cluster_identity() WHERE EXISTS (SELECT FROM leases);

CREATE FUNCTION refuse_shorter_quarantine() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a quarantine is never made shorter, nor taken away before its end'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'lease_guard_only_longer';
END $$;
CREATE TRIGGER quarantine_only_lasts_longer BEFORE UPDATE ON lease_guard FOR EACH ROW
  WHEN (OLD.quarantined_until > coalesce(NEW.quarantined_until, '-infinity')
    AND OLD.quarantined_until > clock_timestamp())
  EXECUTE FUNCTION refuse_shorter_quarantine();
CREATE TRIGGER quarantine_is_kept BEFORE DELETE ON lease_guard
  FOR EACH ROW EXECUTE FUNCTION refuse_shorter_quarantine();
CREATE TRIGGER quarantines_are_kept BEFORE TRUNCATE ON lease_guard
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_shorter_quarantine();
