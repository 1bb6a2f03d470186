-- Review rounds in full: conditions on approvals, counter-offers with their answers, decisions
-- that are taken back.

-- ── Conditions ──────────────────────────────────────────────────────────────────────────────
-- conditions: the numbers, canonical JSON; note: the reviewer's words beside them; narrows:
-- whether they leave less than the round's snapshot allows.
ALTER TABLE decisions
  ADD COLUMN conditions bytea,
  ADD COLUMN note text,
  ADD COLUMN narrows boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT decisions_conditions_approve CHECK (verdict = 'approve' OR conditions IS NULL),
  ADD CONSTRAINT decisions_note_conditions CHECK (note IS NULL OR conditions IS NOT NULL),
  ADD CONSTRAINT decisions_narrows_conditions CHECK (NOT narrows OR conditions IS NOT NULL);

-- Conditions that left nothing beside those of others, so that both sides see it. One row for
-- each decision in the way; not a decision.
CREATE TABLE condition_conflicts (
  event typeid NOT NULL REFERENCES events (id),
  decision typeid NOT NULL REFERENCES decisions (id),
  round typeid NOT NULL,
  person typeid NOT NULL REFERENCES people (id),
  role text NOT NULL,
  conditions bytea NOT NULL,
  note text,
  refused_at timestamptz NOT NULL,
  PRIMARY KEY (event, decision),
  FOREIGN KEY (round, role) REFERENCES round_seats (round, role)
);
CREATE INDEX condition_conflicts_round ON condition_conflicts (round);
SELECT make_append_only('condition_conflicts');

-- ── Decisions that do not stand any more ────────────────────────────────────────────────────
-- ineligible: found at the next decision (R8); retracted: by the signer, before the round is
-- decided (R11). Neither brings an earlier decision back.
ALTER TABLE decision_voids
  DROP CONSTRAINT decision_voids_reason_check,
  ADD COLUMN retracted_by typeid REFERENCES people (id),
  ADD CONSTRAINT decision_voids_reason_check CHECK (reason IN ('ineligible', 'retracted')),
  ADD CONSTRAINT decision_voids_retracted_by CHECK (
    (reason = 'retracted') = (retracted_by IS NOT NULL));

CREATE FUNCTION round_state(which typeid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT to_state FROM transitions WHERE object = which ORDER BY seq DESC LIMIT 1
$$;

CREATE FUNCTION check_retraction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM decisions d
    JOIN people signer ON signer.id = d.person
    JOIN people me ON me.id = NEW.retracted_by AND me.identity = signer.identity AND me.active
    WHERE d.id = NEW.decision
  ) THEN
    RAISE EXCEPTION 'only who decided takes a decision back'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_voids_own';
  END IF;
  IF NOT EXISTS (
    SELECT FROM decisions d
    WHERE d.id = NEW.decision AND round_state(d.round) IN ('in_review', 'countered')
  ) THEN
    RAISE EXCEPTION 'the round of % is decided', NEW.decision
      USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_voids_open_round';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER retraction_is_ones_own AFTER INSERT ON decision_voids
  FOR EACH ROW WHEN (NEW.reason = 'retracted') EXECUTE FUNCTION check_retraction();

-- ── Counter-offers ──────────────────────────────────────────────────────────────────────────
-- bytes: the exact RFC 8785 bytes of the numbers, who set each, and the revision's digest.
CREATE TABLE counter_offers (
  id typeid PRIMARY KEY CHECK (id LIKE 'counter\_%'),
  round typeid NOT NULL REFERENCES rounds (id),
  bytes bytea NOT NULL,
  digest sha256 NOT NULL CHECK (digest = sha256(bytes)),
  event typeid NOT NULL REFERENCES events (id),
  made_at timestamptz NOT NULL,
  CONSTRAINT counter_offers_one_per_round UNIQUE (round),
  UNIQUE (id, round, digest)
);
SELECT make_append_only('counter_offers');

CREATE TABLE counter_acceptances (
  counter typeid PRIMARY KEY,
  round typeid NOT NULL,
  -- the digest that was echoed
  digest sha256 NOT NULL,
  person typeid NOT NULL REFERENCES people (id),
  identity typeid NOT NULL REFERENCES people (id),
  event typeid NOT NULL REFERENCES events (id),
  accepted_at timestamptz NOT NULL,
  FOREIGN KEY (counter, round, digest) REFERENCES counter_offers (id, round, digest)
);
SELECT make_append_only('counter_acceptances');

CREATE TABLE counter_declines (
  counter typeid PRIMARY KEY,
  round typeid NOT NULL,
  digest sha256 NOT NULL,
  person typeid NOT NULL REFERENCES people (id),
  identity typeid NOT NULL REFERENCES people (id),
  event typeid NOT NULL REFERENCES events (id),
  declined_at timestamptz NOT NULL,
  FOREIGN KEY (counter, round, digest) REFERENCES counter_offers (id, round, digest)
);
SELECT make_append_only('counter_declines');

-- Who answers is the requester or the owner of the revision (transitions 6, 7), while it waits.
CREATE FUNCTION check_counter_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM rounds d JOIN proposals p ON p.id = d.proposal JOIN revisions r ON r.id = d.revision
    JOIN people party ON party.id IN (p.requester, r.owner)
    JOIN people me ON me.id = NEW.person AND me.active AND me.identity = NEW.identity
    WHERE d.id = NEW.round AND party.identity = me.identity
  ) THEN
    RAISE EXCEPTION 'only the requester or the owner answers a counter-offer'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'counter_answers_by_party';
  END IF;
  IF round_state(NEW.round) IS DISTINCT FROM 'countered' THEN
    RAISE EXCEPTION 'round % is not countered', NEW.round
      USING ERRCODE = 'check_violation', CONSTRAINT = 'counter_answers_open';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER acceptance_is_by_a_party AFTER INSERT ON counter_acceptances
  FOR EACH ROW EXECUTE FUNCTION check_counter_answer();
CREATE TRIGGER decline_is_by_a_party AFTER INSERT ON counter_declines
  FOR EACH ROW EXECUTE FUNCTION check_counter_answer();

CREATE FUNCTION check_counter_offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF round_state(NEW.round) IS DISTINCT FROM 'in_review' THEN
    RAISE EXCEPTION 'round % is not in review', NEW.round
      USING ERRCODE = 'check_violation', CONSTRAINT = 'counter_offers_open_round';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER counter_offer_round_is_open AFTER INSERT ON counter_offers
  FOR EACH ROW EXECUTE FUNCTION check_counter_offer();

-- ── What a round may become ─────────────────────────────────────────────────────────────────
-- Two seats or more, every one filled by a live approval of somebody who is active and has held
-- the role since, all of them different people, and no other verdict in it.
CREATE FUNCTION round_is_signed(which typeid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT (SELECT count(*) FROM round_seats s WHERE s.round = which) >= 2
    AND NOT EXISTS (
      SELECT FROM round_seats s WHERE s.round = which AND NOT EXISTS (
        SELECT FROM decisions d
        JOIN people p ON p.id = d.person AND p.active
          AND (p.stopped_at IS NULL OR p.stopped_at <= d.decided_at)
        JOIN role_assignments a ON a.person = d.person AND a.role = d.role
          AND a.taken_at IS NULL AND a.given_at <= d.decided_at
        WHERE d.round = s.round AND d.role = s.role AND d.verdict = 'approve'
          AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id)))
    AND NOT EXISTS (SELECT FROM decisions d WHERE d.round = which AND d.verdict <> 'approve')
    AND NOT EXISTS (
      SELECT FROM decisions d JOIN people p ON p.id = d.person
      WHERE d.round = which
        AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id)
      GROUP BY p.identity HAVING count(*) > 1)
$$;

-- in_review → approved: signed, and no condition narrows. in_review → countered: signed, some
-- condition narrows, and the counter-offer is there. countered → approved: signed still, and the
-- counter-offer is accepted.
CREATE OR REPLACE FUNCTION check_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  narrows boolean := EXISTS (
    SELECT FROM decisions d WHERE d.round = NEW.object AND d.narrows
      AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id));
  offered boolean := EXISTS (SELECT FROM counter_offers WHERE round = NEW.object);
BEGIN
  IF NOT round_is_signed(NEW.object) THEN
    RAISE EXCEPTION 'round % lacks a signature', NEW.object
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transitions_quorum';
  END IF;
  IF NEW.from_state = 'in_review' AND NEW.to_state = 'approved' AND (narrows OR offered) THEN
    RAISE EXCEPTION 'round % is signed under conditions', NEW.object
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transitions_counter';
  END IF;
  IF NEW.to_state = 'countered' AND NOT (narrows AND offered) THEN
    RAISE EXCEPTION 'round % has no counter-offer to make', NEW.object
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transitions_counter';
  END IF;
  IF NEW.from_state = 'countered' AND NOT EXISTS (
    SELECT FROM counter_acceptances WHERE round = NEW.object
  ) THEN
    RAISE EXCEPTION 'the counter-offer of round % is not accepted', NEW.object
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transitions_acceptance';
  END IF;
  RETURN NULL;
END $$;
DROP TRIGGER approval_has_its_quorum ON transitions;
CREATE TRIGGER approval_has_its_quorum AFTER INSERT ON transitions
  FOR EACH ROW WHEN (NEW.kind = 'round' AND NEW.to_state IN ('approved', 'countered'))
  EXECUTE FUNCTION check_approval();

-- countered → draft: declined. An accepted counter-offer goes nowhere but to approved.
CREATE FUNCTION check_after_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.to_state = 'draft' AND NOT EXISTS (
    SELECT FROM counter_declines WHERE round = NEW.object
  ) THEN
    RAISE EXCEPTION 'the counter-offer of round % is not declined', NEW.object
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transitions_decline';
  END IF;
  IF (NEW.to_state <> 'approved' AND EXISTS (
      SELECT FROM counter_acceptances WHERE round = NEW.object))
    OR (NEW.to_state <> 'draft' AND EXISTS (
      SELECT FROM counter_declines WHERE round = NEW.object))
  THEN
    RAISE EXCEPTION 'the counter-offer of round % was answered otherwise', NEW.object
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transitions_answer';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER counter_is_answered AFTER INSERT ON transitions
  FOR EACH ROW WHEN (NEW.kind = 'round' AND NEW.from_state = 'countered')
  EXECUTE FUNCTION check_after_counter();

-- A grant is of what was signed: the revision, or the counter-offer that was accepted.
ALTER TABLE rounds ADD CONSTRAINT rounds_id_proposal_key UNIQUE (id, proposal);
ALTER TABLE grants
  DROP CONSTRAINT grants_round_proposal_digest_fkey,
  ADD CONSTRAINT grants_round_proposal_fkey
    FOREIGN KEY (round, proposal) REFERENCES rounds (id, proposal);

CREATE FUNCTION check_grant_digest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.digest IS DISTINCT FROM coalesce(
    (SELECT digest FROM counter_offers WHERE round = NEW.round),
    (SELECT digest FROM rounds WHERE id = NEW.round))
  THEN
    RAISE EXCEPTION 'grant % is of another digest than its round', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'grants_digest';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER grant_is_of_what_was_signed AFTER INSERT ON grants
  FOR EACH ROW EXECUTE FUNCTION check_grant_digest();

-- ── Deadlines ───────────────────────────────────────────────────────────────────────────────
CREATE INDEX rounds_decide_by ON rounds (decide_by);
