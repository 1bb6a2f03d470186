import CountersignTesting
import Domain
import Testing

@Suite("the schema: counter-offers, acceptances and retractions from psql (5 to 7, R11)")
struct SchemaCounterTests {
  private static func offers(_ scene: DecisionScene) -> String {
    """
    INSERT INTO counter_offers (id, round, bytes, digest, event, made_at)
    VALUES ('\(newID(CounterKind.self))', '\(scene.round)', '{}', sha256('{}'::bytea),
      (SELECT id FROM events ORDER BY id DESC LIMIT 1), now());
    """
  }

  private static func answers(
    _ scene: DecisionScene, _ table: String, by person: PersonID, digest: String = "c.digest"
  ) -> String {
    """
    INSERT INTO counter_\(table) SELECT c.id, c.round, \(digest), p.id, p.identity, c.event, now()
    FROM counter_offers c, people p WHERE p.id = '\(person.text)';
    """
  }

  private static func moves(_ scene: DecisionScene, to state: String) -> String {
    """
    INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
    VALUES ('\(scene.round)', 'round', 3, 'countered', '\(state)',
      (SELECT id FROM events ORDER BY id DESC LIMIT 1), now());
    """
  }

  private static let narrows = """
    ALTER TABLE decisions DISABLE TRIGGER append_only;
    UPDATE decisions SET conditions = '{}', narrows = true WHERE role = 'legal_reviewer';
    ALTER TABLE decisions ENABLE TRIGGER append_only;
    """

  private static func signed(_ scene: DecisionScene) -> String {
    scene.decides(scene.scene.legal.id, .legalReviewer)
      + scene.decides(scene.scene.risk.id, .riskReviewer)
  }

  @Test("a round signed under conditions is countered first, with its offer and its quorum")
  func countered() async throws {
    try await DecisionScene.with { scene in
      let (signed, offer) = (Self.signed(scene), Self.offers(scene))
      let (approved, countered) = (scene.moves(to: "approved"), scene.moves(to: "countered"))
      let rows: [(String, String)] = [
        (signed + Self.narrows + approved, "transitions_counter"),
        (signed + offer + approved, "transitions_counter"),
        (signed + approved, Psql.accepted),
        (signed + countered, "transitions_counter"),
        (signed + offer + countered, "transitions_counter"),
        (signed + Self.narrows + countered, "transitions_counter"),
        (offer + countered, "transitions_quorum"),
        (signed + Self.narrows + offer + countered, Psql.accepted),
        (offer + Self.offers(scene), "counter_offers_one_per_round"),
        (scene.moves(to: "withdrawn") + offer, "counter_offers_open_round"),
      ]
      for (sql, answer) in rows { try scene.psql.expect(sql, answer) }
    }
  }

  @Test("it is approved by its acceptance, declined by its decline, and by a party only")
  func answered() async throws {
    try await DecisionScene.with { scene in
      let people = scene.scene
      let open =
        Self.signed(scene) + Self.narrows + Self.offers(scene) + scene.moves(to: "countered")
      func accepts(_ person: PersonID, digest: String = "c.digest") -> String {
        Self.answers(scene, "acceptances", by: person, digest: digest)
      }
      let accepted = accepts(people.owner.id)
      let declined = Self.answers(scene, "declines", by: people.requester.id)
      let grant = scene.grants(digest: "sha256('{}'::bytea)")
      let rows: [(String, String)] = [
        (open + Self.moves(scene, to: "approved"), "transitions_acceptance"),
        (open + declined + Self.moves(scene, to: "approved"), "transitions_acceptance"),
        (open + accepted + Self.moves(scene, to: "approved"), Psql.accepted),
        (open + accepted + Self.moves(scene, to: "approved") + grant, Psql.accepted),
        (open + accepted + Self.moves(scene, to: "approved") + scene.grants(), "grants_digest"),
        (open + Self.moves(scene, to: "draft"), "transitions_decline"),
        (open + accepted + Self.moves(scene, to: "draft"), "transitions_decline"),
        (open + accepted + Self.moves(scene, to: "withdrawn"), "transitions_answer"),
        (open + declined + Self.moves(scene, to: "withdrawn"), "transitions_answer"),
        (open + declined + Self.moves(scene, to: "draft"), Psql.accepted),
        (open + Self.moves(scene, to: "withdrawn"), Psql.accepted),
        (open + accepts(people.legal.id), "counter_answers_by_party"),
        (open + accepts(people.deputy.id), "counter_answers_by_party"),
        (
          open + accepts(people.owner.id, digest: "sha256('x'::bytea)"),
          "counter_acceptances_counter_round_digest_fkey"
        ),
        (Self.signed(scene) + Self.offers(scene) + accepted, "counter_answers_open"),
        (
          open + Self.moves(scene, to: "in_review"),
          "transitions_kind_from_state_to_state_first_fkey"
        ),
        (
          open + accepted + """
            UPDATE role_assignments SET taken_at = clock_timestamp(), taken_by = 'service'
            WHERE person = '\(people.risk.id.text)' AND taken_at IS NULL;
            """ + Self.moves(scene, to: "approved"), "transitions_quorum"
        ),
      ]
      for (sql, answer) in rows { try scene.psql.expect(sql, answer) }
    }
  }

  @Test("R11: one's own decision, while the round is open; it fills no seat afterwards")
  func retracted() async throws {
    try await DecisionScene.with { scene in
      let people = scene.scene
      let signed = Self.signed(scene)
      func retracts(_ person: PersonID) -> String {
        """
        INSERT INTO decision_voids (decision, reason, retracted_by, voided_at)
        SELECT id, 'retracted', '\(person.text)', now() FROM decisions
        WHERE role = 'risk_reviewer';
        """
      }
      let rows: [(String, String)] = [
        (signed + retracts(people.risk.id), Psql.accepted),
        (signed + retracts(people.legal.id), "decision_voids_own"),
        (
          signed + retracts(people.risk.id) + scene.moves(to: "approved"), "transitions_quorum"
        ),
        (
          signed + scene.moves(to: "approved") + retracts(people.risk.id),
          "decision_voids_open_round"
        ),
        (
          signed + "INSERT INTO decision_voids (decision, reason, voided_at) "
            + "SELECT id, 'retracted', now() FROM decisions;", "decision_voids_retracted_by"
        ),
        (
          signed + retracts(people.risk.id)
            + scene.decides(people.risk.id, .riskReviewer) {
              $0.attempt = 2
              $0.seat = 2
            } + scene.moves(to: "approved"), Psql.accepted
        ),
      ]
      for (sql, answer) in rows { try scene.psql.expect(sql, answer) }
    }
  }

  @Test("conditions belong to approvals")
  func conditions() async throws {
    try await DecisionScene.with { scene in
      let rejects = scene.decides(scene.scene.legal.id, .legalReviewer) { $0.verdict = "reject" }
      try scene.psql.expect(rejects + Self.narrows, "decisions_conditions_approve")
      let unfounded = "UPDATE decisions SET narrows = true;"
      try scene.psql.expect(
        Self.signed(scene) + "ALTER TABLE decisions DISABLE TRIGGER append_only;" + unfounded,
        "decisions_narrows_conditions")
    }
  }
}
