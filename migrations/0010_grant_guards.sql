-- What the service checks of the people and the numbers of a grant holds for raw SQL too.

-- ── Numbers: what leases are cut from is what the newest terms say ──────────────────────────
CREATE FUNCTION check_budget_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed jsonb := to_jsonb(NEW);
  checked text := coalesce(changed ->> 'grant_id',
    (SELECT grant_id FROM budgets WHERE id = changed ->> 'id'));
  terms jsonb;
BEGIN
  SELECT convert_from(coalesce(
      (SELECT n.terms FROM narrowings n WHERE n.grant_id = g.id ORDER BY n.n DESC LIMIT 1),
      g.terms), 'UTF8')::jsonb
    INTO terms FROM grants g WHERE g.id = checked;
  IF EXISTS (
    SELECT FROM budgets b JOIN scopes c ON c.id = b.id
    LEFT JOIN jsonb_array_elements(terms -> 'budgets') t (said) ON t.said ->> 'id' = b.id
    WHERE b.grant_id = checked AND (
      (c.max_urps, c.burst, c.max_concurrency, c.max_workers, c.daily_requests, c.time_zone,
        b.ends_at)
      IS DISTINCT FROM
      ((t.said ->> 'max_rps')::numeric * 1000000, (t.said ->> 'burst')::bigint,
        (t.said ->> 'max_concurrency')::bigint, (t.said ->> 'max_workers')::bigint,
        (t.said ->> 'daily_requests')::bigint, t.said ->> 'time_zone',
        (t.said ->> 'ends_at')::timestamptz)
      OR (c.windows <> 'always' AND c.windows::jsonb IS DISTINCT FROM t.said -> 'windows'))
  ) THEN
    RAISE EXCEPTION 'the budgets of % are not what its terms say', checked
      USING ERRCODE = 'check_violation', CONSTRAINT = 'budgets_as_their_terms';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER budget_scope_is_as_its_terms
  AFTER UPDATE OF max_urps, burst, max_concurrency, max_workers, daily_requests, time_zone, windows
  ON scopes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'budget')
  EXECUTE FUNCTION check_budget_terms();
CREATE CONSTRAINT TRIGGER budget_is_as_its_terms AFTER UPDATE OF ends_at ON budgets
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_budget_terms();
CREATE CONSTRAINT TRIGGER narrowing_is_as_its_budgets AFTER INSERT ON narrowings
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_budget_terms();

-- Every hour again is wider than some hours.
CREATE TRIGGER budget_hours_only_narrow BEFORE UPDATE OF windows ON scopes FOR EACH ROW
  WHEN (OLD.kind = 'budget' AND NEW.windows = 'always' AND OLD.windows <> 'always')
  EXECUTE FUNCTION refuse_widening();

-- ── People: who narrows, who attests, and to whom a part has passed ─────────────────────────
CREATE FUNCTION check_narrower() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM grant_standings h JOIN proposals o ON o.id = h.proposal
    JOIN people p ON p.id IN (o.requester, h.owner)
    JOIN people w ON w.identity = p.identity
    WHERE h.grant_id = NEW.grant_id AND w.id = NEW.narrowed_by AND w.active
  ) THEN
    RAISE EXCEPTION 'neither the requester nor the owner narrows grant %', NEW.grant_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'narrowings_by_party';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER narrowing_is_by_a_party AFTER INSERT ON narrowings
  FOR EACH ROW EXECUTE FUNCTION check_narrower();

CREATE FUNCTION check_attester() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM grant_standings h JOIN people p ON p.id = h.maintainer
    JOIN people w ON w.identity = p.identity
    WHERE h.grant_id = NEW.grant_id AND w.id = NEW.person AND w.active
  ) THEN
    RAISE EXCEPTION 'somebody else than the maintainer attests grant %', NEW.grant_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'attestations_by_maintainer';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER attestation_is_by_the_maintainer AFTER INSERT ON attestations
  FOR EACH ROW EXECUTE FUNCTION check_attester();

CREATE FUNCTION check_attested() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM attestations a JOIN grants g ON g.id = a.grant_id
    WHERE a.grant_id = NEW.grant_id
      AND greatest(a.attested_at, g.starts_at) = NEW.attested_at
  ) THEN
    RAISE EXCEPTION 'nobody attested grant % then', NEW.grant_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_standings_attested';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER standing_is_attested AFTER UPDATE OF attested_at ON grant_standings
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.attested_at <> OLD.attested_at)
  EXECUTE FUNCTION check_attested();

CREATE FUNCTION check_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (VALUES ('owner', OLD.owner, NEW.owner), ('deputy', OLD.deputy, NEW.deputy),
      ('maintainer', OLD.maintainer, NEW.maintainer)) c (part, giver, taker)
    WHERE c.giver <> c.taker AND NOT EXISTS (
      SELECT FROM handovers h JOIN handover_acceptances a ON a.handover = h.event
      WHERE h.grant_id = NEW.grant_id AND h.part = c.part AND h.from_person = c.giver
        AND h.to_person = c.taker)
  ) THEN
    RAISE EXCEPTION 'a part in grant % passes by an accepted handover only', NEW.grant_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_standings_handed_over';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER standing_is_handed_over
  AFTER UPDATE OF owner, deputy, maintainer ON grant_standings
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_parts();
