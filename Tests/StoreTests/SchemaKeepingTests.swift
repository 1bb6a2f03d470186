import CountersignTesting
import Domain
import Testing

@Suite("the schema: nothing submitted is changed or deleted (R3, R20)")
struct SchemaKeepingTests {
  static let appendOnly = [
    "attestations", "condition_conflicts", "counter_acceptances", "counter_declines",
    "counter_offers", "decision_voids", "decisions", "dossier_items", "event_reasons", "events",
    "files",
    "grant_pools", "grant_reassessments", "grants", "handover_acceptances", "handovers",
    "incident_closures", "incident_entries", "incident_impacts", "incident_links",
    "incident_outages", "incident_owners", "incidents",
    "legal_transitions", "lock_releases", "locks", "narrowings", "notes",
    "policies", "policy_proposals", "policy_signatures", "proposals", "reminders", "resumptions",
    "revisions", "round_reassessments", "round_seats", "rounds", "service", "suspension_lifts",
    "suspensions", "transitions", "webhook_attempts", "webhook_deliveries", "webhook_endings",
    "webhooks",
  ]

  /// Rows for the tables that a grant with a lease leaves empty.
  private static func fill(_ psql: Psql, _ person: String) throws {
    let (lock, counter) = (newID(LockKind.self), newID(CounterKind.self))
    try psql.run(
      """
      INSERT INTO event_reasons SELECT id, 'because' FROM events LIMIT 1;
      INSERT INTO decision_voids SELECT id, 'ineligible', now() FROM decisions LIMIT 1;
      INSERT INTO locks (id, scope_kind, reason, locked_by, identity, roles, locked_at)
        VALUES ('\(lock)', 'everything', 'stop', '\(person)', '\(person)', '{operator}', now());
      INSERT INTO lock_releases (lock, n, person, identity, reason, released_at)
        VALUES ('\(lock)', 1, '\(person)', '\(person)', 'go', now());
      """)
    try attach(psql, person)
    let hook = newID(WebhookKind.self)
    try psql.run(
      """
      INSERT INTO reminders SELECT object, 'respond_50', event, at FROM transitions LIMIT 1;
      INSERT INTO webhooks (id, url, event_types, created_by, created_at)
        VALUES ('\(hook)', 'http://a.example/', '{*}', '\(person)', now());
      INSERT INTO webhook_endings VALUES ('\(hook)', 'deleted', now());
      INSERT INTO webhook_deliveries SELECT '\(hook)', id, now() FROM events LIMIT 1;
      INSERT INTO webhook_attempts SELECT webhook, event, 1, now(), 1, 200, NULL
        FROM webhook_deliveries;
      INSERT INTO dossier_requests (revision, host, asked_at, due_at)
        SELECT id, 'a.example', now(), now() FROM revisions LIMIT 1;
      INSERT INTO dossier_items (revision, host, kind, record, record_sha256, content,
        content_sha256, event, fetched_at)
        SELECT r.revision, r.host, 'robots', '\\x01', sha256('\\x01'::bytea), '\\x02',
          sha256('\\x02'::bytea), e.id, now()
        FROM dossier_requests r, (SELECT id FROM events LIMIT 1) e;
      INSERT INTO notes SELECT '\(newID(NoteKind.self))', id, '\(person)', 'read', now()
        FROM proposals LIMIT 1;
      """)
    // The round is approved already: its counter-offer is written past every check.
    try psql.run(
      """
      ALTER TABLE counter_offers DISABLE TRIGGER USER;
      ALTER TABLE counter_acceptances DISABLE TRIGGER USER;
      ALTER TABLE counter_declines DISABLE TRIGGER USER;
      INSERT INTO counter_offers SELECT '\(counter)', r.id, '{}', sha256('{}'::bytea), e.id, now()
        FROM rounds r, (SELECT id FROM events LIMIT 1) e;
      INSERT INTO counter_acceptances
        SELECT id, round, digest, '\(person)', '\(person)', event, now() FROM counter_offers;
      INSERT INTO counter_declines SELECT * FROM counter_acceptances;
      INSERT INTO condition_conflicts (event, decision, round, person, role, conditions,
        refused_at)
        SELECT c.event, d.id, d.round, d.person, d.role, '{}', now()
        FROM counter_offers c, decisions d LIMIT 1;
      ALTER TABLE counter_offers ENABLE TRIGGER USER;
      ALTER TABLE counter_acceptances ENABLE TRIGGER USER;
      ALTER TABLE counter_declines ENABLE TRIGGER USER;
      """)
    try fillGrant(psql, person)
    try fillPolicy(psql, person)
    try fillIncident(psql, person)
  }

  private static func fillIncident(_ psql: Psql, _ person: String) throws {
    let incident = newID(IncidentKind.self)
    let event = try psql.value("SELECT id FROM events ORDER BY id LIMIT 1")
    let signer = try psql.value("SELECT person FROM decisions ORDER BY id LIMIT 1")
    try psql.run(
      """
      INSERT INTO incidents (id, source, summary, noticed_at, opened_by, opened_at, event)
        VALUES ('\(incident)', 'complaint', 'they called', now(), '\(person)', now(), '\(event)');
      INSERT INTO incident_entries VALUES
        ('\(incident)', 1, 'impact', 'x', '\(person)', '{}', '\(event)', now()),
        ('\(incident)', 2, 'recovery', 'x', '\(person)', '{}', '\(event)', now());
      INSERT INTO incident_impacts VALUES ('\(incident)', 1, 'impact', 'a.example',
        now() - interval '1 h', now(), 'unavailable', 1, 0, 0);
      INSERT INTO incident_owners (incident, person, event, at)
        VALUES ('\(incident)', '\(person)', '\(event)', now());
      INSERT INTO incident_links (incident, n, site, event, at)
        VALUES ('\(incident)', 1, 'a.example', '\(event)', now());
      INSERT INTO incident_closures
        VALUES ('\(incident)', '\(signer)', '\(signer)', '\(event)', now());
      INSERT INTO incident_outages VALUES ('\(incident)', 'a.example', 5);
      """)
  }

  private static func fillPolicy(_ psql: Psql, _ person: String) throws {
    let event = try psql.value("SELECT id FROM events ORDER BY id LIMIT 1")
    try psql.run(
      """
      INSERT INTO role_assignments (person, role, given_at, given_by)
        VALUES ('\(person)', 'administrator', now(), 'service');
      INSERT INTO policy_proposals
        VALUES (2, '{}', sha256('{}'::bytea), '\(person)', now());
      INSERT INTO policy_signatures VALUES (2, 1, '\(person)', '\(person)', 1, now());
      INSERT INTO round_reassessments SELECT id, 1, 'T1', '{}', '\(event)', now() FROM rounds;
      INSERT INTO grant_reassessments
        SELECT id, 1, 'flagged', '[]', '\(event)', now() FROM grants;
      """)
  }

  private static func fillGrant(_ psql: Psql, _ person: String) throws {
    let event = try psql.value("SELECT id FROM events ORDER BY id LIMIT 1")
    let signer = try psql.value("SELECT person FROM decisions ORDER BY id LIMIT 1")
    let grant = try psql.value("SELECT id FROM grants")
    try psql.run(
      """
      INSERT INTO suspensions (event, grant_id, cause, role, since)
        VALUES ('\(event)', '\(grant)', 'party_gone', 'legal_reviewer', now());
      INSERT INTO resumptions (suspension, n, person, identity, role, event, resumed_at)
        VALUES ('\(event)', 1, '\(signer)', '\(signer)', 'legal_reviewer', '\(event)', now());
      INSERT INTO suspension_lifts VALUES ('\(event)', '\(event)', now());
      INSERT INTO narrowings
        SELECT '\(event)', '\(grant)', 1, '\(person)', terms, now(), now() FROM grants;
      INSERT INTO attestations
        SELECT '\(event)', '\(grant)', maintainer, now() FROM grant_standings;
      INSERT INTO handovers VALUES
        ('\(event)', '\(grant)', 'owner', '\(signer)', '\(person)', '\(person)', now());
      INSERT INTO handover_acceptances VALUES ('\(event)', '\(event)', now());
      """)
  }

  /// A file of one byte in one piece.
  @discardableResult
  private static func attach(_ psql: Psql, _ person: String) throws -> String {
    let file = newID(FileKind.self)
    try psql.run(
      """
      INSERT INTO uploads VALUES ('\(file)', now());
      INSERT INTO upload_pieces VALUES ('\(file)', 1, '\\x01');
      INSERT INTO files SELECT '\(file)', id, 'a', sha256('\\x01'::bytea), 1, 1, 'text/plain',
        '\(person)', now() FROM proposals LIMIT 1;
      """)
    return file
  }

  @Test("a file has all its bytes, and they stay; those of an upload that came to nothing go")
  func files() async throws {
    try await Psql.withLease { grant, _, psql in
      let file = try Self.attach(psql, grant.requester.id.text)
      let kept = "the pieces of a file are append-only"
      for sql in [
        "DELETE FROM upload_pieces", "UPDATE upload_pieces SET bytes = '\\x02'",
        "DELETE FROM uploads WHERE id = '\(file)'",
      ] {
        let answer = try psql.answer(sql)
        #expect(answer.contains(kept) || answer == "files_id_fkey", "\(answer)")
      }
      let upload = newID(FileKind.self)
      try psql.run(
        """
        INSERT INTO uploads VALUES ('\(upload)', now());
        INSERT INTO upload_pieces VALUES ('\(upload)', 1, '\\x01');
        """)
      let whole = """
        INSERT INTO files SELECT '\(upload)', proposal, name, sha256, %, media_type, author,
          created_at FROM files
        """
      try psql.expect(whole.replacing("%", with: "1, 1"), Psql.accepted)
      try psql.expect(whole.replacing("%", with: "2, 1"), "files_complete")
      try psql.expect(whole.replacing("%", with: "1, 2"), "files_complete")
      try psql.expect("DELETE FROM uploads WHERE id = '\(upload)'", Psql.accepted)
    }
  }

  @Test("UPDATE, DELETE and TRUNCATE of every append-only table are refused")
  func appendOnlyTables() async throws {
    try await Psql.withLease { grant, _, psql in
      try Self.fill(psql, grant.requester.id.text)
      for table in Self.appendOnly {
        #expect(try psql.value("SELECT count(*) > 0 FROM \(table)") == "t", "\(table) is empty")
        let column = try psql.value(
          """
          SELECT attname FROM pg_attribute WHERE attrelid = '\(table)'::regclass AND attnum > 0
            AND attgenerated = '' AND attidentity = '' ORDER BY attnum LIMIT 1
          """)
        let acts = [
          ("UPDATE", "UPDATE \(table) SET \(column) = \(column)"),
          ("DELETE", "DELETE FROM \(table)"), ("TRUNCATE", "TRUNCATE \(table) CASCADE"),
        ]
        for (name, sql) in acts {
          let answer = try psql.answer(sql)
          #expect(answer.contains("\(table) is append-only: \(name) refused"), "\(answer)")
        }
      }
    }
  }

  @Test("the list above is the list of the schema")
  func list() async throws {
    try await TestDatabase.with { _, url in
      let rows = try Psql(url: url).run(
        """
        SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE t.tgname = 'append_only' ORDER BY c.relname
        """)
      #expect(rows.compactMap { $0[0] } == Self.appendOnly)
    }
  }

  @Test("what is hashed is what is stored")
  func digests() async throws {
    try await Psql.withLease { grant, _, psql in
      let event = """
        INSERT INTO events (id, stream, seq, prev, type, object_type, object_id, actor, bytes,
          leaf_hash, recorded_at)
        SELECT '\(newID(EventKind.self))', stream, seq + 1, leaf_hash, type, object_type,
          object_id, actor, '{}', %, now() FROM events ORDER BY seq DESC, id LIMIT 1
        """
      let revision = """
        INSERT INTO revisions (id, proposal, n, author, content, digest, title, owner, deputy,
          maintainer, hosts, created_at)
        SELECT '\(newID(RevisionKind.self))', proposal, 2, author, '{}', %, title, owner, deputy,
          maintainer, hosts, now() FROM revisions
        """
      let policy = """
        INSERT INTO policy_proposals (version, bytes, digest, proposed_by, proposed_at)
        SELECT 2, '{}', %, id, now() FROM people LIMIT 1
        """
      let rows = [
        (event, "sha256('\\x00'::bytea || '{}')", Psql.accepted),
        (event, "sha256('{}'::bytea)", "events_check"),
        (event, "sha256('\\x01'::bytea || '{}')", "events_check"),
        (event, "'\\x00'", "sha256_check"), (revision, "sha256('{}'::bytea)", Psql.accepted),
        (revision, "sha256('{ }'::bytea)", "revisions_check"),
        (policy, "sha256('{}'::bytea)", Psql.accepted),
        (policy, "sha256(''::bytea)", "policy_proposals_check"),
      ]
      for (sql, hash, answer) in rows {
        try psql.expect(sql.replacing("%", with: hash), answer, "\(hash)")
      }
    }
  }
}
