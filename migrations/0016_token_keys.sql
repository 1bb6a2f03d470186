-- Token keys take turns. A key is published before it signs, so that whoever keeps the published
-- keys for a while has it by then; one that was replaced is published until its last token is over.

ALTER TABLE signing_keys
  ADD COLUMN signs_from timestamptz,
  ADD COLUMN published_until timestamptz;
UPDATE signing_keys SET signs_from = registered_at,
  published_until = retired_at + interval '313 seconds';
ALTER TABLE signing_keys
  ALTER COLUMN signs_from SET NOT NULL,
  ADD CONSTRAINT signing_keys_published_first CHECK (signs_from >= registered_at),
  ADD CONSTRAINT signing_keys_retirement
    CHECK ((retired_at IS NULL) = (published_until IS NULL) AND published_until >= retired_at);

-- Nothing about a key changes but its end, and that only comes nearer.
CREATE FUNCTION check_signing_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.kid, NEW.algorithm, NEW.jwk, NEW.registered_at, NEW.signs_from)
      IS DISTINCT FROM (OLD.kid, OLD.algorithm, OLD.jwk, OLD.registered_at, OLD.signs_from)
    OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS DISTINCT FROM OLD.retired_at)
    OR NEW.published_until > OLD.published_until
  THEN
    RAISE EXCEPTION 'a token key only ends'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'signing_keys_only_end';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER signing_key_only_ends BEFORE UPDATE ON signing_keys
  FOR EACH ROW EXECUTE FUNCTION check_signing_key();
CREATE TRIGGER signing_key_stays BEFORE DELETE ON signing_keys
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER signing_keys_stay BEFORE TRUNCATE ON signing_keys
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
