import CountersignTesting
import Domain
import Testing

@Suite("the schema: a policy takes two administrators")
struct SchemaPolicyTests {
  /// What psql writes of a version 2 in a scene with two administrators.
  private struct Rows {
    let one: String
    let two: String
    let legal: String

    let proposal = """
      INSERT INTO policy_proposals
        SELECT 2, '{}', sha256('{}'::bytea), id, now() FROM people LIMIT 1;
      """
    let activation = """
      INSERT INTO policies VALUES (2, '{}', sha256('{}'::bytea), now());
      """

    func signature(
      _ n: Int, _ person: String, identity: String? = nil, inForce: Int = 1
    ) -> String {
      """
      INSERT INTO policy_signatures
        VALUES (2, \(n), '\(person)', '\(identity ?? person)', \(inForce), now());
      """
    }
  }

  private func rows(_ scene: ReviewScene) async throws -> Rows {
    let second = try await scene.secondAdministrator()
    return Rows(
      one: scene.administrator.id.text, two: second.id.text, legal: scene.legal.id.text)
  }

  @Test("psql cannot put a version in force with one person, nor one that nobody proposed")
  func takesTwo() async throws {
    try await Psql.withScene { scene, psql in
      let rows = try await rows(scene)
      let (one, two) = (rows.signature(1, rows.one), rows.signature(2, rows.two))
      let cases = [
        (rows.proposal + one + two + rows.activation, Psql.accepted),
        (rows.proposal + one + rows.activation, "policies_take_two"),
        (rows.proposal + rows.activation, "policies_take_two"),
        (rows.proposal + one + rows.signature(2, rows.one) + rows.activation, "policies_take_two"),
        (rows.activation, "policies_proposed"),
        (
          rows.proposal + one + two
            + "INSERT INTO policies VALUES (2, '{ }', sha256('{ }'::bytea), now())",
          "policies_proposed"
        ),
        (rows.proposal + rows.signature(1, rows.legal), "policy_signatures_administrator"),
        (
          rows.proposal + rows.signature(1, rows.one, identity: rows.two),
          "policy_signatures_administrator"
        ),
        // A second account of the first, merged after it signed.
        (
          rows.proposal + one + two
            + "UPDATE people SET identity = '\(rows.one)' WHERE id = '\(rows.two)';"
            + rows.activation, "policies_take_two"
        ),
        // A role that was taken since.
        (
          rows.proposal + one + two
            + """
            UPDATE role_assignments SET taken_at = now(), taken_by = 'service'
            WHERE person = '\(rows.two)';
            """ + rows.activation, "policies_take_two"
        ),
        // A half that was given for another change does not count for this one.
        (
          rows.proposal + one + two + rows.activation
            + "INSERT INTO policies VALUES (1, '{}', sha256('{}'::bytea), now())", "policies_pkey"
        ),
      ]
      for (sql, answer) in cases { try psql.expect(sql, answer) }
    }
  }

  @Test("no round is approved that was not held against the policy in force, or is prohibited")
  func approvals() async throws {
    try await Psql.withScene { scene, psql in
      let rows = try await rows(scene)
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      let round = try psql.value("SELECT id FROM rounds")
      let event = try psql.value("SELECT id FROM events ORDER BY id DESC LIMIT 1")
      // The last signature as psql would write it, and the approval behind it.
      let approval = """
        INSERT INTO decisions SELECT '\(newID(DecisionKind.self))', round, '\(scene.risk.id)',
          '\(scene.risk.id)', 'risk_reviewer', verdict, digest, reason, auth_method, auth_level,
          1, 1, now() FROM decisions;
        INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
          VALUES ('\(round)', 'round', 2, 'in_review', 'approved', '\(event)', now());
        """
      let inForce =
        rows.proposal + rows.signature(1, rows.one) + rows.signature(2, rows.two)
        + rows.activation
      func held(_ tier: String) -> String {
        """
        INSERT INTO round_reassessments VALUES ('\(round)', 2, '\(tier)', '{}', '\(event)', now());
        """
      }
      try psql.expect(approval, Psql.accepted)
      try psql.expect(inForce + approval, "transitions_policy_in_force")
      try psql.expect(inForce + held("T1") + approval, Psql.accepted)
      try psql.expect(inForce + held("X") + approval, "transitions_not_prohibited")
    }
  }
}
