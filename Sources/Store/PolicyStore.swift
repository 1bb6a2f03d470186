package import Domain
package import Postgres

/// Versions of the policy: those that were put in force, of which the highest counts, and those
/// that are proposed.
package enum PolicyStore {
  /// Version and digest of the one in force; nil before the first start.
  package static func active(
    in tx: borrowing Transaction
  ) async throws -> (version: Int64, digest: Digest)? {
    guard let row = try await tx.oneOrNil(selectActive) else { return nil }
    return (try row.int64(0), try row.digest(1))
  }

  /// Versions that came into force, from one on, in their order.
  package static func inForce(
    from version: Int64, in tx: borrowing Transaction
  ) async throws -> [Int64] {
    try await tx.query(selectInForce, [.int64(version)]).map { row in try row.int64(0) }
  }

  /// Keeps the version in force until the transaction ends: an activation waits for it, and what
  /// is read afterwards is what holds at COMMIT.
  package static func hold(in tx: borrowing Transaction) async throws {
    ProposalStore.waitLonger(in: tx)
    _ = try await tx.query(lockShared)
  }

  /// Waits for everybody who decides under the version in force, and lets nobody else change it.
  package static func lock(in tx: borrowing Transaction) async throws {
    ProposalStore.waitLonger(in: tx)
    _ = try await tx.query(lockExclusive)
  }

  /// Of a version in force or proposed; nil when there is none.
  package static func digest(
    of version: Int64, in tx: borrowing Transaction
  ) async throws -> Digest? {
    try await tx.oneOrNil(selectDigest, [.int64(version)])?.digest(0)
  }

  package static func bytes(
    of version: Int64, in tx: borrowing Transaction
  ) async throws -> [UInt8] {
    try await tx.one(selectBytes, [.int64(version)]).bytes(0)
  }

  /// Versions below `before`, newest first.
  package static func list(
    before version: Int64, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [PolicyRecord] {
    try records(try await tx.query(selectPage, [.int64(version), .int64(limit)]))
  }

  package static func find(
    _ version: Int64, in tx: borrowing Transaction
  ) async throws -> PolicyRecord? {
    try records(try await tx.query(selectOne, [.int64(version)])).first
  }

  /// The highest number that any version has.
  package static func last(in tx: borrowing Transaction) async throws -> Int64 {
    try await tx.one(selectLast).int64(0)
  }

  /// Stores the version of the first start unless another process just did.
  package static func record(
    _ ruling: Ruling<PolicyVersion>, in tx: borrowing Transaction
  ) async throws {
    let policy = ruling.subject
    let rows = try await tx.query(
      insert,
      [
        .int64(policy.version), .bytes(policy.bytes), .digest(policy.digest),
        .instant(policy.activatedAt),
      ])
    if rows.affected == 1 { _ = try await LogStore.append(ruling.entry, in: tx) }
  }

  package static func record(
    _ ruling: Ruling<PolicyProposal>, in tx: borrowing Transaction
  ) async throws {
    let proposal = ruling.subject
    try await tx.execute(
      insertProposal,
      [
        .int64(proposal.version), .bytes(proposal.bytes), .digest(proposal.digest),
        .id(proposal.proposedBy), .instant(proposal.proposedAt),
      ], rows: 1)
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  /// Writes the signature and, when it is the second, puts the version in force.
  package static func record(
    _ ruling: Ruling<PolicyActivation>, in tx: borrowing Transaction
  ) async throws {
    let activation = ruling.subject
    let signature = activation.signature
    try await tx.execute(
      insertSignature,
      [
        .int64(activation.version), .id(signature.person), .int64(signature.inForce),
        .instant(signature.signedAt),
      ], rows: 1)
    if activation.first != nil {
      try await tx.execute(
        activate, [.int64(activation.version), .instant(signature.signedAt)], rows: 1)
    }
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  private static func records(_ rows: Rows) throws -> [PolicyRecord] {
    try rows.map { row in
      let people = try row.textArray(6).map { try row.decoded(6, PersonID($0)) }
      let inForce = try row.int64Array(7)
      let signedAt = try row.int64Array(8).map { Timestamp(microseconds: $0) }
      return PolicyRecord(
        version: try row.int64(0), digest: try row.digest(1),
        proposedBy: try row.identifierOrNil(2, of: PersonKind.self),
        proposedAt: try row.instantOrNil(3), activatedAt: try row.instantOrNil(4),
        signatures: people.indices.map { index in
          PolicySignature(
            person: people[index], inForce: inForce[index], signedAt: signedAt[index])
        }, inForce: try row.int64(5))
    }
  }
}

extension PolicyStore {
  static let lockShared = Statement(
    "SELECT pg_advisory_xact_lock_shared(hashtextextended('policies', 0))")

  static let lockExclusive = Statement(
    "SELECT pg_advisory_xact_lock(hashtextextended('policies', 0))")

  static let selectActive = Statement(
    "SELECT version, digest FROM policies ORDER BY version DESC LIMIT 1")

  static let selectInForce = Statement(
    "SELECT version FROM policies WHERE version >= $1 ORDER BY version")

  static let selectDigest = Statement(
    """
    SELECT digest FROM policies WHERE version = $1
    UNION SELECT digest FROM policy_proposals WHERE version = $1
    """)

  static let selectBytes = Statement(
    """
    SELECT bytes FROM policies WHERE version = $1
    UNION SELECT bytes FROM policy_proposals WHERE version = $1
    """)

  static let selectLast = Statement(
    """
    SELECT greatest((SELECT max(version) FROM policies),
      (SELECT max(version) FROM policy_proposals), 0)
    """)

  static let selectPage = Statement(
    """
    SELECT v.version, coalesce(a.digest, p.digest), p.proposed_by, p.proposed_at,
      a.activated_at, (SELECT coalesce(max(version), 0) FROM policies),
      array(SELECT s.person::text FROM policy_signatures s
        WHERE s.version = v.version ORDER BY s.n),
      array(SELECT s.in_force FROM policy_signatures s
        WHERE s.version = v.version ORDER BY s.n),
      array(SELECT (extract(epoch FROM s.signed_at) * 1000000)::bigint
        FROM policy_signatures s WHERE s.version = v.version ORDER BY s.n)
    FROM (SELECT version FROM policies UNION SELECT version FROM policy_proposals) v
    LEFT JOIN policies a USING (version) LEFT JOIN policy_proposals p USING (version)
    WHERE v.version < $1 ORDER BY v.version DESC LIMIT $2
    """)

  static let selectOne = Statement(
    """
    SELECT v.version, coalesce(a.digest, p.digest), p.proposed_by, p.proposed_at,
      a.activated_at, (SELECT coalesce(max(version), 0) FROM policies),
      array(SELECT s.person::text FROM policy_signatures s
        WHERE s.version = v.version ORDER BY s.n),
      array(SELECT s.in_force FROM policy_signatures s
        WHERE s.version = v.version ORDER BY s.n),
      array(SELECT (extract(epoch FROM s.signed_at) * 1000000)::bigint
        FROM policy_signatures s WHERE s.version = v.version ORDER BY s.n)
    FROM (SELECT version FROM policies UNION SELECT version FROM policy_proposals) v
    LEFT JOIN policies a USING (version) LEFT JOIN policy_proposals p USING (version)
    WHERE v.version = $1
    """)

  static let insert = Statement(
    """
    INSERT INTO policies (version, bytes, digest, activated_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
    """)

  static let insertProposal = Statement(
    """
    INSERT INTO policy_proposals (version, bytes, digest, proposed_by, proposed_at)
    VALUES ($1, $2, $3, $4, $5)
    """)

  static let insertSignature = Statement(
    """
    INSERT INTO policy_signatures (version, n, person, identity, in_force, signed_at)
    SELECT $1, 1 + (SELECT count(*) FROM policy_signatures s WHERE s.version = $1), p.id,
      p.identity, $3, $4
    FROM people p WHERE p.id = $2
    """)

  static let activate = Statement(
    """
    INSERT INTO policies (version, bytes, digest, activated_at)
    SELECT version, bytes, digest, $2 FROM policy_proposals WHERE version = $1
    """)
}
