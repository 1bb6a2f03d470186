-- What the service does by itself: jobs that outlive a process, reminders, webhooks; and notes and
-- files beside a proposal.

-- ── Jobs ────────────────────────────────────────────────────────────────────────────────────
-- Asked for in the transaction of the effect they belong to, done at least once. Only whoever
-- claimed a job last ends it: `claims` grows with every claim.
CREATE TABLE jobs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text COLLATE "C" NOT NULL,
  -- what it is about; one subject never takes all hands
  subject text COLLATE "C" NOT NULL,
  unique_key text COLLATE "C" NOT NULL,
  payload text NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  -- how often it was begun since it was last asked for
  attempt bigint NOT NULL DEFAULT 0 CHECK (attempt >= 0),
  claims bigint NOT NULL DEFAULT 0 CHECK (claims >= attempt),
  claimed_until timestamptz,
  ended_at timestamptz,
  ended_as text CHECK (ended_as IN ('done', 'failed')),
  last_error text,
  CONSTRAINT jobs_unique_key UNIQUE (kind, unique_key),
  CHECK ((ended_at IS NULL) = (ended_as IS NULL)),
  CHECK (ended_at IS NULL OR claimed_until IS NULL)
);
CREATE INDEX jobs_waiting ON jobs (kind, subject, due_at, id) WHERE ended_at IS NULL;
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL;

-- ── Reminders ───────────────────────────────────────────────────────────────────────────────
-- That somebody was reminded, once for each mark: half of the time, four fifths of it …
CREATE TABLE reminders (
  object typeid NOT NULL,
  mark text NOT NULL,
  event typeid NOT NULL REFERENCES events (id),
  at timestamptz NOT NULL,
  PRIMARY KEY (object, mark)
);
SELECT make_append_only('reminders');

-- ── Webhooks ────────────────────────────────────────────────────────────────────────────────
CREATE TABLE webhooks (
  id typeid PRIMARY KEY CHECK (id LIKE 'hook\_%'),
  url text NOT NULL CHECK (url LIKE 'http%://%'),
  -- types of events, `family.*`, or `*`
  event_types text[] NOT NULL CHECK (cardinality(event_types) > 0),
  created_by typeid NOT NULL REFERENCES people (id),
  created_at timestamptz NOT NULL
);
SELECT make_append_only('webhooks');

CREATE TABLE webhook_endings (
  webhook typeid PRIMARY KEY REFERENCES webhooks (id),
  ended_as text NOT NULL CHECK (ended_as IN ('deleted', 'disabled')),
  ended_at timestamptz NOT NULL
);
SELECT make_append_only('webhook_endings');

-- What messages are signed with, kept only as long as the webhook lives. The bytes themselves, or
-- sealed by the key whose name stands beside them.
CREATE TABLE webhook_secrets (
  webhook typeid PRIMARY KEY REFERENCES webhooks (id),
  secret bytea NOT NULL,
  sealed_by text
);

-- One event for one webhook, made in the transaction of the event.
CREATE TABLE webhook_deliveries (
  webhook typeid NOT NULL REFERENCES webhooks (id),
  event typeid NOT NULL REFERENCES events (id),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (webhook, event)
);
SELECT make_append_only('webhook_deliveries');

CREATE TABLE webhook_attempts (
  webhook typeid NOT NULL,
  event typeid NOT NULL,
  n bigint NOT NULL CHECK (n > 0),
  at timestamptz NOT NULL,
  milliseconds bigint NOT NULL CHECK (milliseconds >= 0),
  -- of the answer; none where there was no answer
  status int,
  error text,
  PRIMARY KEY (webhook, event, n),
  FOREIGN KEY (webhook, event) REFERENCES webhook_deliveries (webhook, event),
  CHECK (num_nonnulls(status, error) > 0)
);
SELECT make_append_only('webhook_attempts');
CREATE INDEX webhook_attempts_at ON webhook_attempts (webhook, at);

-- ── Notes and files ─────────────────────────────────────────────────────────────────────────
CREATE TABLE notes (
  id typeid PRIMARY KEY CHECK (id LIKE 'note\_%'),
  proposal typeid NOT NULL REFERENCES proposals (id),
  author typeid NOT NULL REFERENCES people (id),
  text text NOT NULL CHECK (text <> ''),
  created_at timestamptz NOT NULL
);
CREATE INDEX notes_proposal ON notes (proposal, id);
SELECT make_append_only('notes');

-- Bytes that arrive, before it is known whether all of them will; a file is an upload that did.
CREATE TABLE uploads (
  id typeid PRIMARY KEY CHECK (id LIKE 'file\_%'),
  created_at timestamptz NOT NULL
);
CREATE INDEX uploads_created_at ON uploads (created_at);

CREATE TABLE upload_pieces (
  upload typeid NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
  n bigint NOT NULL CHECK (n > 0),
  bytes bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 1048576),
  PRIMARY KEY (upload, n)
);
-- Compressing again what is compressed already costs more than it saves.
ALTER TABLE upload_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE files (
  id typeid PRIMARY KEY REFERENCES uploads (id),
  proposal typeid NOT NULL REFERENCES proposals (id),
  name text NOT NULL CHECK (name <> ''),
  sha256 sha256 NOT NULL,
  size bigint NOT NULL CHECK (size BETWEEN 0 AND 20971520),
  pieces bigint NOT NULL CHECK (pieces >= 0),
  media_type text NOT NULL,
  author typeid NOT NULL REFERENCES people (id),
  created_at timestamptz NOT NULL
);
CREATE INDEX files_proposal ON files (proposal, id);
CREATE INDEX files_sha256 ON files (sha256);
SELECT make_append_only('files');

-- The bytes of a file stay; those of an upload that came to nothing go.
CREATE FUNCTION keep_file_pieces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM files WHERE id = OLD.upload) THEN
    RAISE EXCEPTION 'the pieces of a file are append-only: % refused', TG_OP
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER file_pieces_stay BEFORE UPDATE OR DELETE ON upload_pieces
  FOR EACH ROW EXECUTE FUNCTION keep_file_pieces();
CREATE TRIGGER file_pieces_stay_all BEFORE TRUNCATE ON upload_pieces
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A file has all its pieces.
CREATE FUNCTION check_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM upload_pieces WHERE upload = NEW.id) <> NEW.pieces
    OR (SELECT coalesce(sum(octet_length(bytes)), 0) FROM upload_pieces WHERE upload = NEW.id)
      <> NEW.size
  THEN
    RAISE EXCEPTION 'file % is not complete', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'files_complete';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER file_is_complete AFTER INSERT ON files
  FOR EACH ROW EXECUTE FUNCTION check_file();
