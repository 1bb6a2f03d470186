package import Domain
package import Postgres

/// The public keys of every replica.
package enum SigningKeyStore {
  /// Keys whose tokens are genuine, in order of `kid`.
  package static func published(
    at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [PublishedKey] {
    try await tx.query(selectPublished, [.instant(now)]).map(key)
  }

  /// Those of these keys that were ever registered, in order of `kid`.
  package static func find(
    _ kids: [String], in tx: borrowing Transaction
  ) async throws -> [PublishedKey] {
    try await tx.query(selectSome, [.textArray(kids)]).map(key)
  }

  /// Every key there ever was, newest first.
  package static func all(in tx: borrowing Transaction) async throws -> [PublishedKey] {
    try await tx.query(selectAll, []).map(key)
  }

  /// Locks one key by its `kid`.
  package static func lock(
    _ kid: String, in tx: borrowing Transaction
  ) async throws -> PublishedKey? {
    try await tx.oneOrNil(lockOne, [.text(kid)]).map(key)
  }

  /// Writes a new key; one that another replica on the same folder wrote first stays.
  package static func register(
    _ ruling: Ruling<PublishedKey>, in tx: borrowing Transaction
  ) async throws {
    let key = ruling.subject
    let rows = try await tx.query(
      insert,
      [
        .text(key.kid), .text(key.algorithm),
        .text(String(decoding: key.jwk.bytes(), as: UTF8.self)), .instant(key.registeredAt),
        .instant(key.signsFrom),
      ])
    guard rows.affected == 1 else { return }
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  /// Writes the end of a key that is locked.
  package static func retire(
    _ ruling: Ruling<PublishedKey>, in tx: borrowing Transaction
  ) async throws {
    let key = ruling.subject
    try await tx.execute(
      updateRetired,
      [
        .text(key.kid), .instant(key.retirement?.at), .instant(key.retirement?.publishedUntil),
      ], rows: 1)
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  private static func key(_ row: Row) throws -> PublishedKey {
    var retirement: PublishedKey.Retirement?
    if let at = try row.instantOrNil(5) {
      retirement = PublishedKey.Retirement(at: at, publishedUntil: try row.instant(6))
    }
    return PublishedKey(
      kid: try row.text(0), algorithm: try row.text(1),
      jwk: try JSONParser.parse(Array(try row.text(2).utf8)),
      registeredAt: try row.instant(3), signsFrom: try row.instant(4), retirement: retirement)
  }

  static let selectPublished = Statement(
    """
    SELECT kid, algorithm, jwk, registered_at, signs_from, retired_at, published_until
    FROM signing_keys WHERE published_until IS NULL OR published_until > $1 ORDER BY kid
    """)

  static let selectSome = Statement(
    """
    SELECT kid, algorithm, jwk, registered_at, signs_from, retired_at, published_until
    FROM signing_keys WHERE kid = ANY ($1) ORDER BY kid
    """)

  static let selectAll = Statement(
    """
    SELECT kid, algorithm, jwk, registered_at, signs_from, retired_at, published_until
    FROM signing_keys ORDER BY registered_at DESC, kid
    """)

  static let lockOne = Statement(
    """
    SELECT kid, algorithm, jwk, registered_at, signs_from, retired_at, published_until
    FROM signing_keys WHERE kid = $1 FOR UPDATE
    """)

  static let insert = Statement(
    """
    INSERT INTO signing_keys (kid, algorithm, jwk, registered_at, signs_from)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kid) DO NOTHING
    """)

  static let updateRetired = Statement(
    "UPDATE signing_keys SET retired_at = $2, published_until = $3 WHERE kid = $1")
}
