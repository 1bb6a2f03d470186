import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("the schema: two people lift a stop (lifecycle, row 19)")
struct SchemaLocksTests {
  private static func releases(
    _ lock: LockID, _ n: Int, _ person: PersonID, identity: PersonID? = nil
  ) -> String {
    """
    INSERT INTO lock_releases (lock, n, person, identity, reason, released_at)
    VALUES ('\(lock.text)', \(n), '\(person.text)', '\((identity ?? person).text)', 'go', now());
    """
  }

  @Test("a first and a second release by two human beings, and no third")
  func releases() async throws {
    try await Psql.withScene { scene, psql in
      let lock = try await scene.service.act(
        as: scene.legal, PlaceLock(input: .success(.init(scope: .everything, reason: "stop")))
      ).id
      let (legal, risk, both) = (scene.legal.id, scene.risk.id, scene.both.id)
      let input = CreatePerson.Input(
        name: "legal", email: "legal2@test.example", samePersonAs: legal)
      let again = try await scene.service.bootstrap(CreatePerson(input: input)).person.id
      let first = Self.releases(lock, 1, legal)
      let second = Self.releases(lock, 2, risk)
      let rows: [(String, String)] = [
        (first, Psql.accepted), (first + second, Psql.accepted),
        (second, "lock_releases_lock_before_fkey"),
        (first + second + Self.releases(lock, 3, both), "lock_releases_n_check"),
        (first + second + Self.releases(lock, 2, both), "lock_releases_pkey"),
        (first + Self.releases(lock, 2, legal), "lock_releases_lock_identity_key"),
        (
          first + Self.releases(lock, 2, again, identity: legal),
          "lock_releases_lock_identity_key"
        ),
        (first + Self.releases(lock, 2, again), "lock_releases_active_person"),
        (first + Self.releases(lock, 2, legal, identity: risk), "lock_releases_active_person"),
      ]
      for (sql, answer) in rows {
        try psql.expect(sql, answer)
      }
    }
  }

  @Test("a stop names what it stops and why")
  func places() async throws {
    try await Psql.withScene { scene, psql in
      let person = scene.legal.id.text
      func places(_ kind: String, _ scope: String, _ reason: String) -> String {
        """
        INSERT INTO locks (id, scope_kind, scope_id, reason, locked_by, identity, roles, locked_at)
        VALUES ('\(newID(LockKind.self))', '\(kind)', \(scope), '\(reason)', '\(person)',
          '\(person)', '{legal_reviewer}', now())
        """
      }
      let rows = [
        (places("site", "'example.com'", "captcha"), Psql.accepted),
        (places("site", "NULL", "captcha"), "locks_check"),
        (places("everything", "'example.com'", "captcha"), "locks_check"),
        (places("moon", "'example.com'", "captcha"), "locks_scope_kind_check"),
        (places("everything", "NULL", ""), "locks_reason_check"),
      ]
      for (sql, answer) in rows {
        try psql.expect(sql, answer)
      }
    }
  }
}
