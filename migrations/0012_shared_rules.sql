-- Two rules that several statements and triggers ask, in one place each.

-- Whether one of the hosts or patterns lies at or under one of the names, or a pattern reaches one.
CREATE FUNCTION hosts_meet(hosts text[], names text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT EXISTS (
    SELECT FROM unnest(hosts) x, unnest(names) s
    WHERE x = s OR right(x, length(s) + 1) = '.' || s
      OR (left(x, 2) = '*.' AND right(s, length(x) - 1) = substr(x, 2)))
$$;

-- Whether an account in use is one of these people's.
CREATE FUNCTION is_account_of(account text, people text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM people w JOIN people p ON p.identity = w.identity
    WHERE w.id = account AND w.active AND p.id = ANY ($2))
$$;

CREATE OR REPLACE FUNCTION check_narrower() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT is_account_of(NEW.narrowed_by, (
    SELECT ARRAY[o.requester, h.owner]::text[]
    FROM grant_standings h JOIN proposals o ON o.id = h.proposal
    WHERE h.grant_id = NEW.grant_id)) THEN
    RAISE EXCEPTION 'neither the requester nor the owner narrows grant %', NEW.grant_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'narrowings_by_party';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION check_attester() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT is_account_of(NEW.person, (
    SELECT ARRAY[h.maintainer]::text[] FROM grant_standings h WHERE h.grant_id = NEW.grant_id))
  THEN
    RAISE EXCEPTION 'somebody else than the maintainer attests grant %', NEW.grant_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'attestations_by_maintainer';
  END IF;
  RETURN NULL;
END $$;
