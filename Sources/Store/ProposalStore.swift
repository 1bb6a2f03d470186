package import Domain
package import Postgres

/// Proposals; what they say stands in their revisions.
package enum ProposalStore {
  /// How long a change of one proposal waits for another (longer than for a scope, because
  /// a round's decisions come in crowds and every one of them deserves its answer).
  package static let lockMilliseconds = 4_000

  package static func find(
    _ reference: ProposalReference, in tx: borrowing Transaction
  ) async throws -> Proposal? {
    try await tx.oneOrNil(select, reference.parameters).map(proposal)
  }

  /// Queues that this transaction waits so long for its locks.
  static func waitLonger(in tx: borrowing Transaction) {
    tx.write(waitLonger, [.text(String(lockMilliseconds))])
  }

  /// Locks the proposal until the transaction ends: every change of its revisions, rounds and
  /// decisions comes after the one before.
  package static func lock(
    _ reference: ProposalReference, in tx: borrowing Transaction
  ) async throws -> Proposal? {
    waitLonger(in: tx)
    return try await tx.oneOrNil(selectLocked, reference.parameters).map(proposal)
  }

  /// Inserts a new proposal with its first revision; the database gives the number.
  package static func record(
    first ruling: Ruling<Revision>, in tx: borrowing Transaction
  ) async throws -> Proposal {
    let revision = ruling.subject
    let row = try await tx.one(
      insert, [.id(revision.proposal), .id(revision.author), .instant(revision.createdAt)])
    try await RevisionStore.record(ruling, in: tx)
    return Proposal(
      id: revision.proposal, number: try row.int64(0), requester: revision.author,
      createdAt: revision.createdAt)
  }

  /// Canonical hosts and patterns of a revision.
  package static func hosts(
    of revision: RevisionID, in tx: borrowing Transaction
  ) async throws -> [String] {
    try await tx.one(selectHosts, [.id(revision)]).textArray(0)
  }

  private static func proposal(_ row: Row) throws -> Proposal {
    Proposal(
      id: try row.identifier(0, of: ProposalKind.self), number: try row.int64(1),
      requester: try row.identifier(2, of: PersonKind.self), createdAt: try row.instant(3))
  }

  static let selectHosts = Statement("SELECT hosts FROM revisions WHERE id = $1")

  static let waitLonger = Statement("SELECT set_config('lock_timeout', $1, true)")

  static let select = Statement(
    """
    SELECT id, number, requester, created_at FROM proposals
    WHERE id = $1::text OR number = $2::bigint
    """)

  static let selectLocked = Statement(
    """
    SELECT id, number, requester, created_at FROM proposals
    WHERE id = $1::text OR number = $2::bigint FOR NO KEY UPDATE
    """)

  static let insert = Statement(
    "INSERT INTO proposals (id, requester, created_at) VALUES ($1, $2, $3) RETURNING number")
}

extension ProposalReference {
  fileprivate var parameters: [Parameter] {
    switch self {
    case .id(let id): [.id(id), .null]
    case .number(let number): [.null, .int64(number)]
    }
  }
}
