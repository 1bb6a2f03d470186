-- Every lease call asks in which cluster it is. What does not change in a session is remembered in
-- it; as PL/pgSQL the rest is planned once in a session, not at every call.
CREATE OR REPLACE FUNCTION cluster_identity() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  system text := current_setting('countersign.system', true);
  place text := current_setting('countersign.database', true);
BEGIN
  IF coalesce(system, '') = '' OR coalesce(place, '') = '' THEN
    SELECT system_identifier::text INTO STRICT system FROM pg_control_system();
    SELECT oid::text INTO STRICT place FROM pg_database WHERE datname = current_database();
    PERFORM set_config('countersign.system', system, false),
      set_config('countersign.database', place, false);
  END IF;
  RETURN system || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) || '/' || place;
END $$;
