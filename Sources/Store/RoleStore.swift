package import Domain
package import Postgres

/// Who holds which role, and the first halves of giving one.
package enum RoleStore {
  /// The roles held by any account of an identity.
  package static func held(
    byIdentity identity: PersonID, in tx: borrowing Transaction
  ) async throws -> [Role] {
    try await tx.query(selectByIdentity, [.id(identity)]).map { try $0.role(0) }
  }

  /// The roles held by one account.
  package static func held(
    by person: PersonID, in tx: borrowing Transaction
  ) async throws -> [Role] {
    try await tx.query(selectByPerson, [.id(person)]).map { try $0.role(0) }
  }

  /// The e-mail of somebody who holds the role; nil when nobody does. Whoever else asks waits
  /// until the transaction ends, so that a first holder is not made twice.
  package static func lockedHolder(
    of role: Role, in tx: borrowing Transaction
  ) async throws -> String? {
    _ = try await tx.query(lockHolders, [.role(role)])
    return try await tx.oneOrNil(selectHolder, [.role(role)]).map { try $0.text(0) }
  }

  /// The first half of giving a role, while the one who asked has administered ever since.
  package static func request(
    for role: Role, of person: PersonID, in tx: borrowing Transaction
  ) async throws -> RoleRequest? {
    guard let row = try await tx.oneOrNil(selectRequest, [.id(person), .role(role)]) else {
      return nil
    }
    return RoleRequest(
      person: person, role: role,
      requestedBy: try row.identifier(0, of: PersonKind.self),
      requesterIdentity: try row.identifier(1, of: PersonKind.self),
      requestedAt: try row.instant(2))
  }

  package static func record(
    _ ruling: Ruling<RoleChange>, in tx: borrowing Transaction
  ) async throws {
    switch ruling.subject {
    case .requested(let request):
      tx.write(
        upsertRequest,
        [
          .id(request.person), .role(request.role), .id(request.requestedBy),
          .instant(request.requestedAt),
        ])
    case .given(let assignment):
      try await tx.execute(
        insert,
        [
          .id(assignment.person), .role(assignment.role), .instant(assignment.givenAt),
          .text(assignment.givenBy), .optional(text: assignment.secondedBy),
        ], rows: 1)
      tx.write(deleteRequest, [.id(assignment.person), .role(assignment.role)])
    case .taken(let person, let role):
      try await tx.execute(
        take,
        [.id(person), .role(role), .instant(ruling.entry.at), .text(ruling.entry.actor.id)],
        rows: 1)
    }
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  static let selectByIdentity = Statement(
    """
    SELECT DISTINCT a.role FROM role_assignments a JOIN people p ON p.id = a.person
    WHERE p.identity = $1 AND a.taken_at IS NULL ORDER BY a.role
    """)

  static let selectByPerson = Statement(
    "SELECT role FROM role_assignments WHERE person = $1 AND taken_at IS NULL ORDER BY role")

  static let lockHolders = Statement(
    "SELECT pg_advisory_xact_lock(hashtextextended('role_assignments.' || $1, 0))")

  static let selectHolder = Statement(
    """
    SELECT p.email FROM role_assignments a JOIN people p ON p.id = a.person
    WHERE a.role = $1 AND a.taken_at IS NULL ORDER BY a.id LIMIT 1
    """)

  static let selectRequest = Statement(
    """
    SELECT r.requested_by, p.identity, r.requested_at
    FROM role_requests r JOIN people p ON p.id = r.requested_by
    WHERE r.person = $1 AND r.role = $2 AND p.active
      AND (p.stopped_at IS NULL OR p.stopped_at <= r.requested_at)
      AND EXISTS (SELECT FROM role_assignments a
        WHERE a.person = p.id AND a.role = 'administrator' AND a.taken_at IS NULL
          AND a.given_at <= r.requested_at)
    FOR UPDATE OF r
    """)

  static let upsertRequest = Statement(
    """
    INSERT INTO role_requests (person, role, requested_by, requested_at)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (person, role) DO UPDATE
    SET requested_by = excluded.requested_by, requested_at = excluded.requested_at
    """)

  static let deleteRequest = Statement(
    "DELETE FROM role_requests WHERE person = $1 AND role = $2")

  static let insert = Statement(
    """
    INSERT INTO role_assignments (person, role, given_at, given_by, seconded_by)
    VALUES ($1, $2, $3, $4, $5)
    """)

  static let take = Statement(
    """
    UPDATE role_assignments SET taken_at = $3, taken_by = $4
    WHERE person = $1 AND role = $2 AND taken_at IS NULL
    """)
}
