package import Domain
package import Postgres

/// Immutable revisions.
package enum RevisionStore {
  package static func newest(
    of proposal: ProposalID, in tx: borrowing Transaction
  ) async throws -> RevisionRecord {
    try revision(await tx.one(selectNewest, [.id(proposal)]))
  }

  package static func find(
    _ n: Int64, of proposal: ProposalID, in tx: borrowing Transaction
  ) async throws -> RevisionRecord? {
    try await tx.oneOrNil(selectOne, [.id(proposal), .int64(n)]).map(revision)
  }

  /// Revisions after number `n` in their order.
  package static func list(
    of proposal: ProposalID, after n: Int64, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [RevisionRecord] {
    try await tx.query(selectPage, [.id(proposal), .int64(n), .int64(limit)]).map(revision)
  }

  /// Everybody who wrote any revision, by identity.
  package static func editors(
    of proposal: ProposalID, in tx: borrowing Transaction
  ) async throws -> Set<PersonID> {
    let rows = try await tx.query(selectEditors, [.id(proposal)])
    return Set(try rows.map { try $0.identifier(0, of: PersonKind.self) })
  }

  package static func record(
    _ ruling: Ruling<Revision>, in tx: borrowing Transaction
  ) async throws {
    let revision = ruling.subject
    let content = revision.content
    let hosts = content.targets.flatMap { $0.patterns.map(\.description) }
    try await tx.execute(
      insert,
      [
        .id(revision.id), .id(revision.proposal), .int64(revision.n), .id(revision.author),
        .bytes(revision.bytes.bytes), .digest(revision.bytes.digest), .text(content.title),
        .id(content.owner), .id(content.deputy), .id(content.maintainer.person),
        .textArray(hosts), .instant(revision.createdAt),
      ], rows: 1)
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  private static func revision(_ row: Row) throws -> RevisionRecord {
    RevisionRecord(
      id: try row.identifier(0, of: RevisionKind.self),
      proposal: try row.identifier(1, of: ProposalKind.self), n: try row.int64(2),
      author: try row.identifier(3, of: PersonKind.self), bytes: try row.bytes(4),
      digest: try row.digest(5), title: try row.text(6),
      owner: try row.identifier(7, of: PersonKind.self),
      deputy: try row.identifier(8, of: PersonKind.self),
      maintainer: try row.identifier(9, of: PersonKind.self), createdAt: try row.instant(10))
  }

  static let selectNewest = Statement(
    """
    SELECT id, proposal, n, author, content, digest, title, owner, deputy, maintainer, created_at
    FROM revisions WHERE proposal = $1 ORDER BY n DESC LIMIT 1
    """)

  static let selectOne = Statement(
    """
    SELECT id, proposal, n, author, content, digest, title, owner, deputy, maintainer, created_at
    FROM revisions WHERE proposal = $1 AND n = $2
    """)

  static let selectPage = Statement(
    """
    SELECT id, proposal, n, author, content, digest, title, owner, deputy, maintainer, created_at
    FROM revisions WHERE proposal = $1 AND n > $2 ORDER BY n LIMIT $3
    """)

  static let selectEditors = Statement(
    """
    SELECT DISTINCT p.identity FROM revisions r JOIN people p ON p.id = r.author
    WHERE r.proposal = $1
    """)

  static let insert = Statement(
    """
    INSERT INTO revisions (id, proposal, n, author, content, digest, title, owner, deputy,
      maintainer, hosts, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    """)
}
