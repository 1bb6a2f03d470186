package import Domain
package import Postgres

/// Files beside proposals, and the uploads that become them.
package enum FileStore {
  package static func find(
    _ id: FileID, in tx: borrowing Transaction
  ) async throws -> AttachedFile? {
    try await tx.oneOrNil(selectOne, [.id(id)]).map(file)
  }

  /// Files of a proposal after `id`, oldest first.
  package static func list(
    of proposal: ProposalID, after id: String, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [AttachedFile] {
    try await tx.query(selectPage, [.id(proposal), .text(id), .int64(limit)]).map(file)
  }

  /// The first file of a proposal for each hash.
  package static func ids(
    of proposal: ProposalID, in tx: borrowing Transaction
  ) async throws -> [Digest: FileID] {
    let rows = try await tx.query(selectDigests, [.id(proposal)])
    return Dictionary(
      try rows.map { (try $0.digest(0), try $0.identifier(1, of: FileKind.self)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The bytes of one piece, counted from 1.
  package static func piece(
    _ n: Int64, of id: FileID, in tx: borrowing Transaction
  ) async throws -> [UInt8] {
    try await tx.one(selectPiece, [.id(id), .int64(n)]).bytes(0)
  }

  package static func begin(_ upload: FileID, at now: Timestamp, in tx: borrowing Transaction) {
    tx.write(insertUpload, [.id(upload), .instant(now)])
  }

  package static func append(
    _ piece: [UInt8], n: Int64, to upload: FileID, in tx: borrowing Transaction
  ) {
    tx.write(insertPiece, [.id(upload), .int64(n), .bytes(piece)])
  }

  /// Drops an upload that did not become a file; a file stays.
  package static func discard(
    _ upload: FileID, in tx: borrowing Transaction
  ) async throws {
    try await tx.execute(deleteUpload, [.id(upload)])
  }

  /// Uploads that were begun before and did not become files.
  package static func abandoned(
    before: Timestamp, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [FileID] {
    try await tx.query(selectAbandoned, [.instant(before), .int64(limit)]).map {
      try $0.identifier(0, of: FileKind.self)
    }
  }

  package static func record(
    _ ruling: Ruling<AttachedFile>, in tx: borrowing Transaction
  ) async throws {
    let file = ruling.subject
    tx.write(
      insert,
      [
        .id(file.id), .id(file.proposal), .text(file.name.text), .digest(file.digest),
        .int64(file.size), .int64(file.pieces), .text(file.mediaType.rawValue),
        .id(file.author), .instant(file.createdAt),
      ])
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  private static func file(_ row: Row) throws -> AttachedFile {
    AttachedFile(
      id: try row.identifier(0, of: FileKind.self),
      proposal: try row.identifier(1, of: ProposalKind.self),
      name: try row.decoded(2, FileName(try row.text(2))), digest: try row.digest(3),
      size: try row.int64(4), pieces: try row.int64(5),
      mediaType: try row.decoded(6, MediaType(rawValue: try row.text(6))),
      author: try row.identifier(7, of: PersonKind.self), createdAt: try row.instant(8))
  }

  static let selectOne = Statement(
    """
    SELECT id, proposal, name, sha256, size, pieces, media_type, author, created_at
    FROM files WHERE id = $1
    """)

  static let selectPage = Statement(
    """
    SELECT id, proposal, name, sha256, size, pieces, media_type, author, created_at
    FROM files WHERE proposal = $1 AND id > $2 ORDER BY id LIMIT $3
    """)

  static let selectDigests = Statement(
    "SELECT sha256, id FROM files WHERE proposal = $1 ORDER BY id")

  static let selectPiece = Statement(
    "SELECT bytes FROM upload_pieces WHERE upload = $1 AND n = $2")

  static let insertUpload = Statement("INSERT INTO uploads (id, created_at) VALUES ($1, $2)")

  static let insertPiece = Statement(
    "INSERT INTO upload_pieces (upload, n, bytes) VALUES ($1, $2, $3)")

  static let deleteUpload = Statement(
    """
    DELETE FROM uploads u
    WHERE u.id = $1 AND NOT EXISTS (SELECT FROM files f WHERE f.id = u.id)
    """)

  static let selectAbandoned = Statement(
    """
    SELECT u.id FROM uploads u
    WHERE u.created_at < $1 AND NOT EXISTS (SELECT FROM files f WHERE f.id = u.id)
    ORDER BY u.created_at, u.id LIMIT $2
    """)

  static let insert = Statement(
    """
    INSERT INTO files (id, proposal, name, sha256, size, pieces, media_type, author, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """)
}
