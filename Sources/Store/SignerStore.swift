package import Domain
package import Postgres

/// People as the rules of review see them: identity, account, roles and since when.
package enum SignerStore {
  /// These accounts, by id.
  package static func find(
    _ people: [PersonID], in tx: borrowing Transaction
  ) async throws -> [PersonID: Signer] {
    let rows = try await tx.query(select, [.textArray(people.map(\.text))])
    return Dictionary(
      try rows.map(signer).map { ($0.person, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Keeps everybody who decided on the proposal, its parties, and one more, as they are until the
  /// transaction ends: role, account, and whose second account it is. Read them afterwards: what
  /// was read before the lock may be old.
  package static func lockSigners(
    of proposal: ProposalID, and person: PersonID?, in tx: borrowing Transaction
  ) async throws {
    try await tx.execute(lockDeciders, [.id(proposal), .id(person)])
  }

  /// Active accounts that hold any deciding role, in order of id.
  package static func candidates(in tx: borrowing Transaction) async throws -> [Signer] {
    try await tx.query(selectCandidates).map(signer)
  }

  private static func signer(_ row: Row) throws -> Signer {
    let roles = try row.roles(3)
    let since = try row.int64Array(4).map { Timestamp(microseconds: $0) }
    return Signer(
      person: try row.identifier(0, of: PersonKind.self),
      identity: try row.identifier(1, of: PersonKind.self), active: try row.bool(2),
      roles: Dictionary(zip(roles, since), uniquingKeysWith: { first, _ in first }))
  }

  static let lockDeciders = Statement(
    """
    SELECT p.id FROM people p
    WHERE p.id = $2::text OR p.id IN (
      SELECT d.person FROM decisions d JOIN rounds r ON r.id = d.round
      WHERE r.proposal = $1::text
      UNION ALL SELECT o.requester FROM proposals o WHERE o.id = $1::text
      UNION ALL SELECT unnest(ARRAY[r.author, r.owner, r.deputy, r.maintainer])
      FROM revisions r WHERE r.proposal = $1::text)
    ORDER BY p.id FOR SHARE OF p
    """)

  static let select = Statement(
    """
    SELECT p.id, p.identity, p.active,
      array(SELECT a.role FROM role_assignments a
        WHERE a.person = p.id AND a.taken_at IS NULL ORDER BY a.role),
      array(SELECT (extract(epoch FROM greatest(a.given_at, p.stopped_at)) * 1000000)::bigint
        FROM role_assignments a
        WHERE a.person = p.id AND a.taken_at IS NULL ORDER BY a.role)
    FROM people p WHERE p.id = ANY ($1)
    """)

  static let selectCandidates = Statement(
    """
    SELECT p.id, p.identity, p.active,
      array(SELECT a.role FROM role_assignments a
        WHERE a.person = p.id AND a.taken_at IS NULL ORDER BY a.role),
      array(SELECT (extract(epoch FROM greatest(a.given_at, p.stopped_at)) * 1000000)::bigint
        FROM role_assignments a
        WHERE a.person = p.id AND a.taken_at IS NULL ORDER BY a.role)
    FROM people p
    WHERE p.active AND EXISTS (
      SELECT FROM role_assignments a JOIN roles r USING (role)
      WHERE a.person = p.id AND a.taken_at IS NULL AND r.decides)
    ORDER BY p.id
    """)
}
