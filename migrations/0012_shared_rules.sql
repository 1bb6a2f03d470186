-- Rules that several statements and triggers ask, in one place each.

-- Whether a granted host or pattern and a site (a host and everything under it) have a host in
-- common.
CREATE FUNCTION host_meets(granted text, site text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT granted = site OR right(granted, length(site) + 1) = '.' || site
    OR (left(granted, 2) = '*.' AND right(site, length(granted) - 1) = substr(granted, 2))
$$;

-- Whether any of the granted hosts or patterns and any of the sites have one.
CREATE FUNCTION hosts_meet(granted text[], sites text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT EXISTS (SELECT FROM unnest(granted) x, unnest(sites) s WHERE host_meets(x, s))
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
