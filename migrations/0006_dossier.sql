-- The dossier of a revision: what the service itself fetched from the targets' hosts.

-- What is to be fetched, host by host. Whoever fetches takes a row for a while; a fetcher that
-- dies loses it when that time is over.
CREATE TABLE dossier_requests (
  revision typeid NOT NULL REFERENCES revisions (id),
  host text COLLATE "C" NOT NULL,
  asked_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  claimed_until timestamptz,
  attempts bigint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- whether the last attempt brought an answer
  answered boolean NOT NULL DEFAULT false,
  -- whether everything but robots.txt has been fetched, which is done once
  completed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (revision, host)
);
CREATE INDEX dossier_requests_due ON dossier_requests (due_at);
CREATE INDEX dossier_requests_claims ON dossier_requests (host, claimed_until)
  WHERE claimed_until IS NOT NULL;

-- record: canonical JSON of everything but the content; both hashes stand in the event.
CREATE TABLE dossier_items (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  revision typeid NOT NULL,
  host text COLLATE "C" NOT NULL,
  kind text NOT NULL
    CHECK (kind IN ('robots', 'terms', 'tdmrep', 'security_txt', 'response_time')),
  record bytea NOT NULL,
  record_sha256 sha256 NOT NULL CHECK (record_sha256 = sha256(record)),
  content bytea NOT NULL CHECK (octet_length(content) <= 1048576),
  content_sha256 sha256 NOT NULL CHECK (content_sha256 = sha256(content)),
  event typeid NOT NULL REFERENCES events (id),
  fetched_at timestamptz NOT NULL,
  FOREIGN KEY (revision, host) REFERENCES dossier_requests (revision, host)
);
CREATE INDEX dossier_items_revision ON dossier_items (revision, host, kind, n);
SELECT make_append_only('dossier_items');

-- What the robots.txt of a host, as fetched last, means for a target; leases look here. A pattern
-- has a row of its own, which stands for hosts that nobody has named yet.
CREATE TABLE robots_standings (
  revision typeid NOT NULL REFERENCES revisions (id),
  target bigint NOT NULL CHECK (target >= 0),
  host text COLLATE "C" NOT NULL,
  verdict text NOT NULL CHECK (verdict IN
    ('pending', 'allowed', 'none', 'disallowed', 'unreachable_5xx', 'unverified')),
  tokens text NOT NULL CHECK (tokens IN ('free', 'blocked')),
  crawl_delay_ms bigint CHECK (crawl_delay_ms > 0),
  -- the item that says so; without one nothing is allowed
  item bigint REFERENCES dossier_items (n),
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (revision, target, host),
  CHECK (item IS NOT NULL OR (verdict = 'pending' AND tokens = 'blocked'))
);
