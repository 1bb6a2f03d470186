-- An open round is held against what sites, robots.txt and policies are now, as often as they change:
-- the newest record counts.

ALTER TABLE round_reassessments
  ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY,
  DROP CONSTRAINT round_reassessments_pkey,
  ADD PRIMARY KEY (round, seq);

CREATE OR REPLACE FUNCTION check_approval_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT max(version) FROM policies) > greatest(
    (SELECT d.policy FROM rounds d WHERE d.id = NEW.object),
    (SELECT max(r.policy) FROM round_reassessments r WHERE r.round = NEW.object))
  THEN
    RAISE EXCEPTION 'round % was not held against the policy in force', NEW.object
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transitions_policy_in_force';
  END IF;
  -- A site that is no longer what prohibited the round lets it go on.
  IF (SELECT r.tier FROM round_reassessments r WHERE r.round = NEW.object
      ORDER BY r.seq DESC LIMIT 1) = 'X'
  THEN
    RAISE EXCEPTION 'round % is prohibited since', NEW.object
      USING ERRCODE = 'check_violation', CONSTRAINT = 'transitions_not_prohibited';
  END IF;
  RETURN NULL;
END $$;
