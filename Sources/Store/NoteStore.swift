package import Domain
package import Postgres

/// Notes on proposals.
package enum NoteStore {
  /// Notes of a proposal after `id`, oldest first.
  package static func list(
    of proposal: ProposalID, after id: String, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [Note] {
    try await tx.query(selectPage, [.id(proposal), .text(id), .int64(limit)]).map { row in
      Note(
        id: try row.identifier(0, of: NoteKind.self), proposal: proposal,
        author: try row.identifier(1, of: PersonKind.self), text: try row.text(2),
        createdAt: try row.instant(3))
    }
  }

  package static func record(
    _ ruling: Ruling<Note>, in tx: borrowing Transaction
  ) async throws {
    let note = ruling.subject
    tx.write(
      insert,
      [
        .id(note.id), .id(note.proposal), .id(note.author), .text(note.text),
        .instant(note.createdAt),
      ])
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  static let selectPage = Statement(
    """
    SELECT id, author, text, created_at FROM notes
    WHERE proposal = $1 AND id > $2 ORDER BY id LIMIT $3
    """)

  static let insert = Statement(
    """
    INSERT INTO notes (id, proposal, author, text, created_at) VALUES ($1, $2, $3, $4, $5)
    """)
}
