package import Domain
package import Postgres

/// Stored answers of POST calls, for 24 hours per caller, path and key (api.md, Conventions).
package enum IdempotencyStore {
  /// How long an answer is replayed.
  package static let keptSeconds: Int64 = 24 * 3_600

  package struct Answer: Sendable {
    package let bodyDigest: Digest
    package let status: Int32
    package let bytes: [UInt8]

    package init(bodyDigest: Digest, status: Int32, bytes: [UInt8]) {
      self.bodyDigest = bodyDigest
      self.status = status
      self.bytes = bytes
    }
  }

  package enum Claim: Sendable {
    /// Nobody has used the key in the last 24 hours.
    case free
    /// Another call with it is running.
    case taken
    case answered(Answer)
  }

  /// Takes the key until the transaction ends.
  package static func claim(
    _ key: IdempotencyKey, now: Timestamp, in tx: borrowing Transaction
  ) async throws -> Claim {
    let name = "idempotency\n\(key.caller)\n\(key.path)\n\(key.key)"
    let oldest = now.adding(seconds: -keptSeconds)
    // The second question looks when the first has taken the key: nothing comes in between.
    let answers = try await tx.query([
      Lookup(tryLock, [.text(name)]),
      Lookup(
        select, [.text(key.caller), .text(key.path), .text(key.key), .instant(oldest)]),
    ])
    guard try answers[0].first?.bool(0) == true else { return .taken }
    guard let row = answers[1].first else { return .free }
    return .answered(
      Answer(bodyDigest: try row.digest(0), status: try row.int32(1), bytes: try row.bytes(2)))
  }

  /// Queues the answer; it commits with the effect it answers for. Each store also takes a few
  /// forgotten answers away, so that the table does not grow.
  package static func store(
    _ answer: Answer, for key: IdempotencyKey, now: Timestamp, in tx: borrowing Transaction
  ) {
    tx.write(
      upsert,
      [
        .text(key.caller), .text(key.path), .text(key.key), .digest(answer.bodyDigest),
        .int32(answer.status), .bytes(answer.bytes), .instant(now),
      ])
    tx.write(deleteOld, [.instant(now.adding(seconds: -keptSeconds))])
  }

  /// Queues a mark: what happens after it can be undone without losing the claim.
  package static func markEffect(in tx: borrowing Transaction) {
    tx.write(savepoint)
  }

  /// Undoes everything since `markEffect`.
  package static func undoEffect(in tx: borrowing Transaction) async throws {
    try await tx.execute(rollback, [])
  }

  static let savepoint = Statement("SAVEPOINT effect")

  static let rollback = Statement("ROLLBACK TO SAVEPOINT effect")

  static let tryLock = Statement("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))")

  static let select = Statement(
    """
    SELECT body_sha256, status, answer FROM idempotency_keys
    WHERE caller = $1 AND path = $2 AND key = $3 AND created_at > $4
    """)

  static let upsert = Statement(
    """
    INSERT INTO idempotency_keys (caller, path, key, body_sha256, status, answer, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (caller, path, key) DO UPDATE
    SET body_sha256 = excluded.body_sha256, status = excluded.status,
      answer = excluded.answer, created_at = excluded.created_at
    """)

  static let deleteOld = Statement(
    """
    DELETE FROM idempotency_keys WHERE (caller, path, key) IN (
      SELECT caller, path, key FROM idempotency_keys WHERE created_at <= $1
      LIMIT 10 FOR UPDATE SKIP LOCKED)
    """)
}

/// Whose key it is, on which path.
package struct IdempotencyKey: Hashable, Sendable {
  package let caller: String
  package let path: String
  package let key: String

  package init(caller: String, path: String, key: String) {
    self.caller = caller
    self.path = path
    self.key = key
  }
}
