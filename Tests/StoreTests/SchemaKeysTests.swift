import CountersignTesting
import Testing

@Suite("the schema: token keys only end")
struct SchemaKeysTests {
  private static let key = """
    INSERT INTO signing_keys (kid, algorithm, jwk, registered_at, signs_from)
    VALUES ('k', 'ES256', '{}', '2026-11-22T00:00:00Z', '2026-11-22T00:02:00Z');
    """
  private static let retired =
    key + """
      UPDATE signing_keys SET retired_at = '2026-11-23T00:00:00Z',
        published_until = '2026-11-23T00:05:00Z' WHERE kid = 'k';
      """

  @Test("a key is published before it signs, its end has both instants, and only comes nearer")
  func rules() async throws {
    try await TestDatabase.with { _, url in
      let psql = Psql(url: url)
      let table: [(String, String)] = [
        (
          """
          INSERT INTO signing_keys (kid, algorithm, jwk, registered_at, signs_from)
          VALUES ('k', 'ES256', '{}', '2026-11-22T00:00:00Z', '2026-11-21T23:59:59Z')
          """, "signing_keys_published_first"
        ),
        (
          Self.key + "UPDATE signing_keys SET retired_at = '2026-11-23T00:00:00Z'",
          "signing_keys_retirement"
        ),
        (
          Self.key + "UPDATE signing_keys SET published_until = '2026-11-23T00:00:00Z'",
          "signing_keys_retirement"
        ),
        (
          Self.key
            + """
            UPDATE signing_keys SET retired_at = '2026-11-23T00:00:00Z',
              published_until = '2026-11-22T23:59:59Z'
            """, "signing_keys_retirement"
        ),
        (
          Self.key + "UPDATE signing_keys SET signs_from = registered_at", "signing_keys_only_end"
        ),
        (
          Self.key + #"UPDATE signing_keys SET jwk = '{"kty":"EC"}'"#, "signing_keys_only_end"
        ),
        (
          Self.retired + "UPDATE signing_keys SET retired_at = NULL, published_until = NULL",
          "signing_keys_only_end"
        ),
        (
          Self.retired + "UPDATE signing_keys SET published_until = '2026-11-24T00:00:00Z'",
          "signing_keys_only_end"
        ),
        (
          Self.retired + "UPDATE signing_keys SET retired_at = '2026-11-22T12:00:00Z'",
          "signing_keys_only_end"
        ),
        (Self.retired, Psql.accepted),
        (
          Self.retired + "UPDATE signing_keys SET published_until = '2026-11-23T00:00:01Z'",
          Psql.accepted
        ),
      ]
      for (sql, expected) in table {
        let answer = try psql.answer(sql)
        #expect(answer == expected, "\(sql)")
      }
      for sql in ["DELETE FROM signing_keys", "TRUNCATE signing_keys"] {
        let answer = try psql.answer(Self.key + sql)
        #expect(answer.contains("append-only"), "\(sql)")
      }
    }
  }
}
