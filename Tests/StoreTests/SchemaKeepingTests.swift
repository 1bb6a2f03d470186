import CountersignTesting
import Domain
import Testing

@Suite("the schema: nothing submitted is changed or deleted (R3, R20)")
struct SchemaKeepingTests {
  static let appendOnly = [
    "decision_voids", "decisions", "event_reasons", "events", "files", "grant_pools", "grants",
    "lease_terms", "legal_transitions", "lock_releases", "locks", "notes", "policies",
    "proposals", "reminders", "revisions", "round_seats", "rounds", "service", "transitions",
    "webhook_attempts", "webhook_deliveries", "webhook_endings", "webhooks",
  ]

  /// Rows for the tables that a grant with a lease leaves empty.
  private static func fill(_ psql: Psql, _ person: String) throws {
    let lock = newID(LockKind.self)
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
      INSERT INTO notes SELECT '\(newID(NoteKind.self))', id, '\(person)', 'read', now()
        FROM proposals LIMIT 1;
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
        INSERT INTO policies (version, bytes, digest, activated_at) VALUES (2, '{}', %, now())
        """
      let rows = [
        (event, "sha256('\\x00'::bytea || '{}')", Psql.accepted),
        (event, "sha256('{}'::bytea)", "events_check"),
        (event, "sha256('\\x01'::bytea || '{}')", "events_check"),
        (event, "'\\x00'", "sha256_check"), (revision, "sha256('{}'::bytea)", Psql.accepted),
        (revision, "sha256('{ }'::bytea)", "revisions_check"),
        (policy, "sha256('{}'::bytea)", Psql.accepted),
        (policy, "sha256(''::bytea)", "policies_check"),
      ]
      for (sql, hash, answer) in rows {
        try psql.expect(sql.replacing("%", with: hash), answer, "\(hash)")
      }
    }
  }
}
