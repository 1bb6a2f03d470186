import CountersignTesting
import Domain
import Testing
import Workflow

/// A round under review, and SQL that signs it past the product.
struct DecisionScene: Sendable {
  let scene: ReviewScene
  let psql: Psql
  let proposal: (reference: ProposalReference, digest: Digest)
  let round: String

  /// What is written as somebody's decision; by default what the product would write.
  struct Signature {
    var verdict = "approve"
    /// An expression; `d` is the round, `p` the person.
    var digest = "d.digest"
    var identity = "p.identity"
    var attempt = 1
    var seat = 1
    var reason = "'because'"
  }

  /// Runs the body with a round in review that wants a legal and a risk reviewer.
  static func with(_ body: (DecisionScene) async throws -> Void) async throws {
    try await Psql.withScene { scene, psql in
      let proposal = try await scene.submitted()
      let round = try psql.value("SELECT id FROM rounds")
      try await body(DecisionScene(scene: scene, psql: psql, proposal: proposal, round: round))
    }
  }

  /// An INSERT of a decision.
  func decides(
    _ person: PersonID, _ role: Role, _ change: (inout Signature) -> Void = { _ in }
  ) -> String {
    var signature = Signature()
    change(&signature)
    let seat = signature.verdict == "approve" ? "\(signature.seat)" : "NULL"
    return """
      INSERT INTO decisions (id, round, person, identity, role, verdict, digest, reason,
        auth_method, auth_level, attempt, seat, decided_at)
      SELECT '\(newID(DecisionKind.self))', d.id, p.id, \(signature.identity),
        '\(role.rawValue)', '\(signature.verdict)', \(signature.digest), \(signature.reason),
        'personal_token', 'token', \(signature.attempt), \(seat), now()
      FROM rounds d, people p WHERE d.id = '\(round)' AND p.id = '\(person.text)';
      """
  }

  /// An INSERT of the round's second transition.
  func moves(to state: String) -> String {
    """
    INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
    VALUES ('\(round)', 'round', 2, 'in_review', '\(state)',
      (SELECT id FROM events ORDER BY id DESC LIMIT 1), now());
    """
  }

  /// An INSERT of a grant on the round.
  func grants(digest: String = "d.digest") -> String {
    """
    INSERT INTO grants (id, proposal, round, digest, tier, starts_at, ends_at, build_digests,
      token_blocks, terms, created_at)
    SELECT '\(newID(GrantKind.self))', d.proposal, d.id, \(digest), d.tier, now(),
      now() + interval '1 day', '{}', '[]', '{}', now()
    FROM rounds d WHERE d.id = '\(round)';
    """
  }

  /// Another account of somebody, with roles.
  func secondAccount(of person: TestPerson, _ roles: Role...) async throws -> PersonID {
    let input = CreatePerson.Input(
      name: "again", email: "again@test.example", samePersonAs: person.id)
    let made = try await scene.service.bootstrap(CreatePerson(input: input)).person.id
    for role in roles {
      _ = try await scene.service.bootstrap(GiveRole(person: made, role: role))
    }
    return made
  }
}
