import CountersignTesting
import Domain
import Testing

@Suite("the schema: the life of a grant (lifecycle, transitions 13 to 18)")
struct SchemaGrantLifeTests {
  /// A suspension of the only grant, which is recorded as active before.
  private static func suspended(_ cause: String) -> String {
    """
    INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
      SELECT id, 'grant', 2, 'scheduled', 'active', (SELECT min(id) FROM events), now() FROM grants;
    INSERT INTO suspensions (event, grant_id, cause, role, since)
      SELECT (SELECT min(id) FROM events), id, '\(cause)', 'operator', now() FROM grants;
    INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
      SELECT id, 'grant', 3, 'active', 'suspended', (SELECT min(id) FROM events), now()
      FROM grants;
    """
  }

  private static let signature = """
    INSERT INTO resumptions (suspension, n, person, identity, role, event, resumed_at)
    SELECT s.event, n, d.person, d.identity, 'operator', s.event, now()
    FROM suspensions s,
      (SELECT person, identity, row_number() OVER (ORDER BY id) AS n FROM decisions) d
    WHERE n <= %
    """

  private static let lift = """
    INSERT INTO suspension_lifts SELECT event, event, now() FROM suspensions
    """

  private static let resumed = """
    INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
    SELECT id, 'grant', 4, 'suspended', 'active', (SELECT min(id) FROM events), now() FROM grants
    """

  @Test("15: a cause is lifted by its signatures only, after harm by two; none may stand")
  func resumption() async throws {
    try await Psql.withLease { grant, _, psql in
      let one = Self.signature.replacing("%", with: "1")
      let two = Self.signature.replacing("%", with: "2")
      let rows: [(cause: String, acts: [String], answer: String)] = [
        ("party_gone", [Self.resumed], "grants_active_without_cause"),
        ("party_gone", [Self.lift], "suspension_lifts_signed"),
        ("party_gone", [one, Self.lift, Self.resumed], Psql.accepted),
        ("breaker", [one, Self.lift], "suspension_lifts_signed"),
        ("breaker", [two, Self.lift, Self.resumed], Psql.accepted),
        ("unheard_of", [], "suspensions_cause_check"),
      ]
      for row in rows {
        let acts = ([Self.suspended(row.cause)] + row.acts).joined(separator: ";")
        let answer = try psql.answer(
          "SET CONSTRAINTS ALL DEFERRED; \(acts); SET CONSTRAINTS ALL IMMEDIATE")
        #expect(answer == row.answer, "\(row.cause) \(row.acts.count)")
      }
      let party = """
        INSERT INTO resumptions (suspension, n, person, identity, role, event, resumed_at)
        SELECT event, 1, '\(grant.requester.id)', '\(grant.requester.id)', 'operator', event, now()
        FROM suspensions
        """
      let answer = try psql.answer(
        "SET CONSTRAINTS ALL DEFERRED; \(Self.suspended("breaker")); \(party)")
      #expect(answer == "resumptions_no_party")
    }
  }

  @Test("R3: no number of a grant grows, and it never ends later")
  func narrowing() async throws {
    try await Psql.withLease { _, _, psql in
      let table = [
        ("UPDATE scopes SET max_urps = max_urps + 1 WHERE kind = 'budget'", "budgets_only_narrow"),
        ("UPDATE scopes SET max_workers = 9 WHERE kind = 'budget'", "budgets_only_narrow"),
        (
          "UPDATE scopes SET max_urps = max_urps - 1 WHERE kind = 'budget'",
          "budgets_as_their_terms"
        ),
        ("UPDATE scopes SET windows = '[]' WHERE kind = 'budget'", "budgets_as_their_terms"),
        ("UPDATE budgets SET ends_at = ends_at + interval '1 s'", "budgets_only_narrow"),
        ("UPDATE budgets SET hosts = '{example.org}'", "budgets_only_narrow"),
        ("UPDATE budgets SET ends_at = ends_at - interval '1 s'", "budgets_as_their_terms"),
        (
          "UPDATE grant_standings SET ends_at = ends_at + interval '1 s'",
          "grant_standings_only_narrow"
        ),
      ]
      for (sql, answer) in table { try psql.expect(sql, answer) }
      let deletion = try psql.answer("DELETE FROM grant_standings")
      #expect(deletion.contains("append-only"))
    }
  }

  /// A narrowing to half the rate as psql would write it, by somebody, in the terms alone.
  private static func narrowing(by person: String) -> String {
    """
    INSERT INTO narrowings
    SELECT (SELECT min(id) FROM events), id, 1, '\(person)',
      convert_to(replace(convert_from(terms, 'UTF8'), '"max_rps":1,', '"max_rps":0.5,'), 'UTF8'),
      now(), now()
    FROM grants;
    """
  }

  @Test("R3: a narrowing is by a party, and its terms are the numbers of the budget")
  func narrowingRecords() async throws {
    try await Psql.withLease { grant, _, psql in
      let half = "UPDATE scopes SET max_urps = max_urps / 2 WHERE kind = 'budget';"
      let signer = try psql.value("SELECT person FROM decisions ORDER BY id LIMIT 1")
      let requester = grant.requester.id.text
      let table = [
        (Self.narrowing(by: requester) + half, Psql.accepted),
        (half + Self.narrowing(by: requester), Psql.accepted),
        (Self.narrowing(by: requester), "budgets_as_their_terms"),
        (half, "budgets_as_their_terms"),
        (Self.narrowing(by: signer) + half, "narrowings_by_party"),
        (
          Self.narrowing(by: requester) + half
            + "UPDATE scopes SET windows = '[]' WHERE kind = 'budget';", "budgets_as_their_terms"
        ),
      ]
      for (sql, answer) in table {
        try psql.expect(
          "SET CONSTRAINTS ALL DEFERRED; \(sql) SET CONSTRAINTS ALL IMMEDIATE", answer)
      }
    }
  }

  @Test("R15: the maintainer attests, and a part passes by an accepted handover only")
  func partsAndAttestations() async throws {
    try await Psql.withLease { grant, _, psql in
      let requester = grant.requester.id.text
      let heir = newID(PersonKind.self)
      try psql.run(
        """
        INSERT INTO people (id, identity, name, email, active, version, created_at)
        VALUES ('\(heir)', '\(heir)', 'Heir', 'heir@demo.example', true, 1, now())
        """)
      func attests(_ person: String) -> String {
        """
        INSERT INTO attestations
        SELECT (SELECT min(id) FROM events), id, '\(person)', starts_at + interval '1 s'
        FROM grants;
        """
      }
      let counts = """
        UPDATE grant_standings SET attested_at = attested_at + interval '1 s';
        """
      let offer = """
        INSERT INTO handovers
        SELECT (SELECT min(id) FROM events), grant_id, 'maintainer', maintainer, '\(heir)',
          '\(requester)', now()
        FROM grant_standings;
        """
      let accepts = """
        INSERT INTO handover_acceptances SELECT event, event, now() FROM handovers;
        """
      func passes(_ part: String) -> String {
        "UPDATE grant_standings SET \(part) = '\(heir)';"
      }
      let table = [
        (attests(requester) + counts, Psql.accepted),
        (attests(heir), "attestations_by_maintainer"),
        (counts, "grant_standings_attested"),
        (offer + accepts + passes("maintainer"), Psql.accepted),
        (offer + passes("maintainer"), "grant_standings_handed_over"),
        (passes("maintainer"), "grant_standings_handed_over"),
        (offer + accepts + passes("deputy"), "grant_standings_handed_over"),
      ]
      for (sql, answer) in table { try psql.expect(sql, answer) }
    }
  }

  @Test("17: a proposal has one grant, beside one whose place it takes; what is over stays over")
  func oneGrant() async throws {
    try await Psql.withLease { grant, _, psql in
      let twin = """
        INSERT INTO grant_standings (grant_id, proposal, owner, deputy, maintainer, ends_at,
          attested_at)
        SELECT '\(newID(GrantKind.self))', proposal, owner, deputy, maintainer, ends_at, now()
        FROM grant_standings
        """
      let answer = try psql.answer(
        "ALTER TABLE grant_standings DROP CONSTRAINT grant_standings_grant_id_fkey; \(twin)")
      #expect(answer == "grants_one_standing")
      let over = """
        INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
        VALUES ('\(grant.grant)', 'grant', 2, 'scheduled', 'revoked',
          (SELECT min(id) FROM events), now())
        """
      try psql.expect(
        "\(over); UPDATE grant_standings SET closed_at = NULL", "grant_standings_only_narrow")
    }
  }

  @Test("R15: a signer of the round never takes a part in the grant")
  func handover() async throws {
    try await Psql.withLease { grant, _, psql in
      try psql.expect(
        """
        INSERT INTO handovers
        SELECT (SELECT min(id) FROM events), '\(grant.grant)', 'owner', '\(grant.requester.id)',
          d.person, '\(grant.requester.id)', now()
        FROM decisions d LIMIT 1
        """, "handovers_no_signer")
    }
  }
}
