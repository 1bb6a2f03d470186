package import Domain
package import Postgres

/// The public keys of every replica.
package enum SigningKeyStore {
  /// Keys whose tokens may still be in use, in order of `kid`: a retired one for the longest
  /// term and its guard.
  package static func all(
    at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [PublishedKey] {
    let oldest = now.adding(seconds: -(LeaseTerm.secondsMost + LeaseTerm.guardSeconds))
    return try await tx.query(selectAll, [.instant(oldest)]).map { row in
      PublishedKey(
        kid: try row.text(0), algorithm: try row.text(1),
        jwk: try JSONParser.parse(Array(try row.text(2).utf8)))
    }
  }

  /// Whether the key is known already.
  package static func contains(
    _ kid: String, in tx: borrowing Transaction
  ) async throws -> Bool {
    try await tx.oneOrNil(selectOne, [.text(kid)]) != nil
  }

  package static func record(
    _ ruling: Ruling<PublishedKey>, in tx: borrowing Transaction
  ) async throws {
    let key = ruling.subject
    let rows = try await tx.query(
      insert,
      [
        .text(key.kid), .text(key.algorithm),
        .text(String(decoding: key.jwk.bytes(), as: UTF8.self)), .instant(ruling.entry.at),
      ])
    // Another replica with the same key was first; it has logged it.
    guard rows.affected == 1 else { return }
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  static let selectAll = Statement(
    """
    SELECT kid, algorithm, jwk FROM signing_keys
    WHERE retired_at IS NULL OR retired_at > $1 ORDER BY kid
    """)

  static let selectOne = Statement("SELECT kid FROM signing_keys WHERE kid = $1")

  static let insert = Statement(
    """
    INSERT INTO signing_keys (kid, algorithm, jwk, registered_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (kid) DO NOTHING
    """)
}
