import CountersignTesting
import Domain
import Testing

@Suite("the schema: nothing submitted is changed or deleted (R3, R20)")
struct SchemaKeepingTests {
  static let appendOnly = [
    "attestations", "decision_voids", "decisions", "event_reasons", "events", "grant_pools",
    "grant_reassessments", "grants", "handover_acceptances", "handovers", "lease_terms",
    "legal_transitions", "lock_releases", "locks", "narrowings", "policies", "policy_proposals",
    "policy_signatures", "proposals", "resumptions", "revisions", "round_reassessments",
    "round_seats", "rounds", "service", "suspension_lifts", "suspensions", "transitions",
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
    try fillGrant(psql, person)
    try fillPolicy(psql, person)
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
      INSERT INTO narrowings VALUES ('\(event)', '\(grant)', 1, '\(person)', '{}', now(), now());
      INSERT INTO attestations VALUES ('\(event)', '\(grant)', '\(person)', now());
      INSERT INTO handovers VALUES
        ('\(event)', '\(grant)', 'owner', '\(signer)', '\(person)', '\(person)', now());
      INSERT INTO handover_acceptances VALUES ('\(event)', '\(event)', now());
      """)
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
