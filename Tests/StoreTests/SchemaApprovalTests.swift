import CountersignTesting
import Domain
import Testing

@Suite("the schema: no approval without its quorum, no grant without its approval (R8, R10)")
struct SchemaApprovalTests {
  private static let noQuorum = "transitions_quorum"

  @Test("transition 4: every seat signed, nobody against, nobody twice")
  func quorum() async throws {
    try await DecisionScene.with { scene in
      let legal = scene.decides(scene.scene.legal.id, .legalReviewer)
      let risk = scene.decides(scene.scene.risk.id, .riskReviewer)
      let approved = scene.moves(to: "approved")
      let merged = """
        UPDATE people SET identity = '\(scene.scene.legal.id.text)'
        WHERE id = '\(scene.scene.risk.id.text)';
        """
      let rows: [(String, String)] = [
        (approved, Self.noQuorum), (legal + approved, Self.noQuorum),
        (risk + approved, Self.noQuorum), (legal + risk + approved, Psql.accepted),
        (
          legal + scene.decides(scene.scene.risk.id, .riskReviewer) { $0.verdict = "reject" }
            + approved, Self.noQuorum
        ),
        (
          legal + risk
            + scene.decides(scene.scene.both.id, .riskReviewer) { $0.verdict = "reject" }
            + approved, Self.noQuorum
        ),
        (legal + risk + merged + approved, Self.noQuorum),
        (
          legal + risk + "INSERT INTO decision_voids SELECT id, 'ineligible', now() "
            + "FROM decisions WHERE role = 'risk_reviewer';" + approved, Self.noQuorum
        ),
      ]
      for (sql, answer) in rows {
        try scene.psql.expect(sql, answer)
      }
    }
  }

  @Test("R8: a role lost, or given back after signing, or an account closed, fills no seat")
  func eligibility() async throws {
    try await DecisionScene.with { scene in
      let person = scene.scene.risk.id
      let signed =
        scene.decides(scene.scene.legal.id, .legalReviewer)
        + scene.decides(person, .riskReviewer)
      let approved = scene.moves(to: "approved")
      let takes = """
        UPDATE role_assignments SET taken_at = clock_timestamp(), taken_by = 'service'
        WHERE person = '\(person.text)' AND taken_at IS NULL;
        """
      let gives = """
        INSERT INTO role_assignments (person, role, given_at, given_by)
        VALUES ('\(person.text)', 'risk_reviewer', clock_timestamp(), 'service');
        """
      let leaves = "UPDATE people SET active = false WHERE id = '\(person.text)';"
      for (what, between) in [("lost", takes), ("given back", takes + gives), ("left", leaves)] {
        try scene.psql.expect(signed + between + approved, Self.noQuorum, "\(what)")
      }
      try scene.psql.expect(signed + approved, Psql.accepted)
    }
  }

  @Test("a round without seats, or with one, is never approved")
  func seatless() async throws {
    try await DecisionScene.with { scene in
      let empty = newID(RoundKind.self)
      let opened = """
        INSERT INTO rounds (id, proposal, n, revision, digest, policy, tier, assessment,
          opened_by, opened_at, respond_by, decide_by)
        SELECT '\(empty)', proposal, 2, revision, digest, policy, tier, assessment, opened_by,
          opened_at, respond_by, decide_by FROM rounds;
        INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
        SELECT '\(empty)', kind, seq, from_state, to_state, event, at FROM transitions;
        """
      let other = DecisionScene(
        scene: scene.scene, psql: scene.psql, proposal: scene.proposal, round: empty)
      let approved = other.moves(to: "approved")
      try scene.psql.expect(opened + approved, Self.noQuorum)
      let seat = "INSERT INTO round_seats (round, role) VALUES ('\(empty)', 'legal_reviewer');"
      let signed = seat + other.decides(scene.scene.legal.id, .legalReviewer)
      try scene.psql.expect(opened + signed + approved, Self.noQuorum)
    }
  }

  @Test("R10: a grant stands on an approved round, on its digest, and there is one")
  func grants() async throws {
    try await DecisionScene.with { scene in
      let signed =
        scene.decides(scene.scene.legal.id, .legalReviewer)
        + scene.decides(scene.scene.risk.id, .riskReviewer)
      let approved = signed + scene.moves(to: "approved")
      let rows: [(String, String)] = [
        (scene.grants(), "grants_need_approval"), (signed + scene.grants(), "grants_need_approval"),
        (scene.moves(to: "rejected") + scene.grants(), "grants_need_approval"),
        (approved + scene.grants(), Psql.accepted),
        (approved + scene.grants() + scene.grants(), "grants_one_per_round"),
        (
          approved + scene.grants(digest: "sha256('x'::bytea)"),
          "grants_digest"
        ),
      ]
      for (sql, answer) in rows {
        try scene.psql.expect(sql, answer)
      }
    }
  }
}
