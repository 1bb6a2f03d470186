import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("the schema: who decides, on what, once (R1, R4, R6)")
struct SchemaDecisionsTests {
  @Test("R6: a seat takes one approval, the next one neither beside it nor after it")
  func seats() async throws {
    try await DecisionScene.with { scene in
      let (legal, both) = (scene.scene.legal.id, scene.scene.both.id)
      let first = scene.decides(legal, .legalReviewer)
      try scene.psql.expect(first, Psql.accepted)
      let rows: [(String, String)] = [
        (scene.decides(both, .legalReviewer), "decisions_one_per_seat"),
        (scene.decides(both, .legalReviewer) { $0.seat = 2 }, "decisions_one_live"),
        (scene.decides(both, .riskReviewer), Psql.accepted),
      ]
      for (second, answer) in rows {
        try scene.psql.expect(first + second, answer)
      }
    }
  }

  @Test("R6: one human being decides once, whatever the role, the account or the number")
  func identities() async throws {
    try await DecisionScene.with { scene in
      let both = scene.scene.both
      let again = try await scene.secondAccount(of: both, .riskReviewer)
      let first = scene.decides(both.id, .legalReviewer)
      let rows: [(String, String)] = [
        (scene.decides(both.id, .riskReviewer), "decisions_one_per_person"),
        (scene.decides(both.id, .riskReviewer) { $0.attempt = 2 }, "decisions_one_live"),
        (scene.decides(again, .riskReviewer), "decisions_one_per_person"),
        (scene.decides(again, .riskReviewer) { $0.attempt = 2 }, "decisions_one_live"),
        (scene.decides(again, .riskReviewer) { $0.identity = "p.id" }, "decisions_active_person"),
        (
          scene.decides(both.id, .riskReviewer) {
            ($0.verdict, $0.attempt) = ("reject", 2)
          }, "decisions_one_live"
        ),
        (scene.decides(scene.scene.risk.id, .riskReviewer), Psql.accepted),
      ]
      for (second, answer) in rows {
        try scene.psql.expect(first + second, answer)
      }
    }
  }

  @Test("R4: requester, editors for ever, owner, deputy and maintainer never decide")
  func parties() async throws {
    try await Psql.withScene { people, psql in
      let proposal = try await people.proposed()
      let edited = try people.document { $0.replacing("max_rps: 0.5", with: "max_rps: 0.4") }
      _ = try await people.service.act(
        as: people.legal, AddRevision(proposal: proposal.reference, document: edited))
      let reverted = try await people.service.act(
        as: people.requester,
        AddRevision(proposal: proposal.reference, document: try people.document()))
      _ = try await people.service.act(
        as: people.requester,
        SubmitProposal(proposal: proposal.reference, digest: .success(reverted.digest)))
      let scene = DecisionScene(
        scene: people, psql: psql, proposal: proposal,
        round: try psql.value("SELECT id FROM rounds"))
      let again = try await scene.secondAccount(of: people.requester, .legalReviewer)
      let parties = [
        ("requester", people.requester.id), ("editor", people.legal.id),
        ("owner", people.owner.id), ("deputy", people.deputy.id),
        ("maintainer", people.maintainer.id), ("the requester's other account", again),
      ]
      for (party, person) in parties {
        for verdict in ["approve", "reject"] {
          let sql = scene.decides(person, .legalReviewer) { $0.verdict = verdict }
          try psql.expect(sql, "decisions_no_party", "\(party) \(verdict)")
        }
      }
      try psql.expect(scene.decides(people.both.id, .legalReviewer), Psql.accepted)
    }
  }

  @Test("R1: a decision carries the digest of its round, and a round that of its revision")
  func digests() async throws {
    try await DecisionScene.with { scene in
      let other = try scene.scene.document { $0.replacing("max_rps: 0.5", with: "max_rps: 0.4") }
      _ = try await scene.scene.service.act(
        as: scene.scene.requester,
        AddRevision(proposal: scene.proposal.reference, document: other))
      let second = "(SELECT digest FROM revisions WHERE n = 2)"
      for digest in [second, "sha256('x'::bytea)"] {
        let sql = scene.decides(scene.scene.legal.id, .legalReviewer) { $0.digest = digest }
        try scene.psql.expect(sql, "decisions_round_digest_fkey")
      }
      func round(_ digest: String) -> String {
        """
        INSERT INTO rounds (id, proposal, n, revision, digest, policy, tier, assessment,
          opened_by, opened_at, respond_by, decide_by)
        SELECT '\(newID(RoundKind.self))', proposal, 2, revision, \(digest), policy, tier,
          assessment, opened_by, opened_at, respond_by, decide_by FROM rounds
        """
      }
      try scene.psql.expect(round(second), "rounds_revision_proposal_digest_fkey")
      try scene.psql.expect(round("digest"), Psql.accepted)
    }
  }

  @Test("a decision needs a seat, an active account, a reason unless it approves, an open round")
  func formalities() async throws {
    try await DecisionScene.with { scene in
      let (legal, risk) = (scene.scene.legal.id, scene.scene.risk.id)
      let leaves = "UPDATE people SET active = false WHERE id = '\(legal.text)';"
      let rejects = scene.decides(risk, .riskReviewer) { $0.verdict = "reject" }
      let rows: [(String, String)] = [
        (scene.decides(legal, .securityReviewer), "decisions_round_role_fkey"),
        (scene.decides(legal, .administrator), "decisions_round_role_fkey"),
        (leaves + scene.decides(legal, .legalReviewer), "decisions_active_person"),
        (scene.decides(legal, .legalReviewer) { $0.verdict = "maybe" }, "decisions_verdict_check"),
        (rejects, Psql.accepted),
        (rejects.replacing("'because'", with: "NULL"), "decisions_check"),
        (rejects.replacing("'because'", with: "''"), "decisions_check"),
        (scene.moves(to: "withdrawn") + rejects, "decisions_open_round"),
        (scene.moves(to: "lapsed") + scene.decides(legal, .legalReviewer), "decisions_open_round"),
      ]
      for (sql, answer) in rows {
        try scene.psql.expect(sql, answer)
      }
    }
  }
}
