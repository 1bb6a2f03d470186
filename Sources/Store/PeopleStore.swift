package import Domain
package import Postgres

/// People and their enrolments.
package enum PeopleStore {
  package static func find(
    _ id: PersonID, in tx: borrowing Transaction
  ) async throws -> (person: Person, roles: [Role])? {
    try await tx.oneOrNil(selectOne, [.id(id)]).map(personAndRoles)
  }

  /// These people, by id.
  package static func find(
    _ ids: [PersonID], in tx: borrowing Transaction
  ) async throws -> [PersonID: Person] {
    let rows = try await tx.query(selectSome, [.textArray(ids.map(\.text))])
    return Dictionary(
      try rows.map(personAndRoles).map { ($0.person.id, $0.person) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Locks the person's row until the transaction ends.
  package static func lock(
    _ id: PersonID, in tx: borrowing Transaction
  ) async throws -> Person? {
    try await tx.oneOrNil(lockOne, [.id(id)]).map { row in
      try person(
        id: row.identifier(0, of: PersonKind.self), in: row, identity: 1, name: 2, email: 3,
        active: 4, version: 5, createdAt: 6)
    }
  }

  /// Keeps these people as they are until the transaction ends: account and roles. Read them
  /// afterwards: what was read before may be old.
  package static func hold(_ ids: [PersonID], in tx: borrowing Transaction) async throws {
    _ = try await tx.query(holdAll, [.textArray(ids.map(\.text))])
  }

  /// Everybody after `id` in order of id, with the roles they hold.
  package static func list(
    after id: String, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [(person: Person, roles: [Role])] {
    try await tx.query(selectPage, [.text(id), .int64(limit)]).map(personAndRoles)
  }

  /// Ids of the people with these e-mail addresses (lower case); unknown ones are absent.
  package static func ids(
    ofEmails emails: [String], in tx: borrowing Transaction
  ) async throws -> [String: PersonID] {
    var ids: [String: PersonID] = [:]
    for row in try await tx.query(selectByEmail, [.textArray(emails)]) {
      ids[try row.text(0)] = try row.identifier(1, of: PersonKind.self)
    }
    return ids
  }

  /// Writes the person with the event. Refusal: `already_exists` for an e-mail address in use.
  package static func record(
    _ ruling: Ruling<Person>, in tx: borrowing Transaction
  ) async throws {
    let person = ruling.subject
    let columns: [Parameter] = [
      .id(person.id), .id(person.identity), .text(person.name), .text(person.email),
      .bool(person.active), .int64(person.version),
    ]
    if person.version == 1 {
      let rows = try await tx.query(insert, columns + [.instant(person.createdAt)])
      guard rows.affected == 1 else {
        throw Refusals(.alreadyExists(kind: "person", name: person.email))
      }
    } else {
      try await tx.execute(update, columns + [.instant(ruling.entry.at)], rows: 1)
    }
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  /// Moves every account of one identity to another (same_person_as).
  package static func merge(
    identity: PersonID, into other: PersonID, in tx: borrowing Transaction
  ) {
    tx.write(updateIdentity, [.id(identity), .id(other)])
  }

  package static func insertEnrolment(
    _ enrolment: Enrolment, secretHash: Digest, in tx: borrowing Transaction
  ) {
    tx.write(
      insertOneEnrolment,
      [.digest(secretHash), .id(enrolment.person), .instant(enrolment.expiresAt)])
  }

  /// Uses an enrolment up; nil when there is none, or it was used, or it is over.
  package static func takeEnrolment(
    secretHash: Digest, now: Timestamp, in tx: borrowing Transaction
  ) async throws -> PersonID? {
    try await tx.oneOrNil(useEnrolment, [.digest(secretHash), .instant(now)]).map { row in
      try row.identifier(0, of: PersonKind.self)
    }
  }

  static func person(
    id: PersonID, in row: Row, identity: Int, name: Int, email: Int, active: Int, version: Int,
    createdAt: Int
  ) throws -> Person {
    Person(
      id: id, identity: try row.identifier(identity, of: PersonKind.self),
      name: try row.text(name), email: try row.text(email), active: try row.bool(active),
      version: try row.int64(version), createdAt: try row.instant(createdAt))
  }

  private static func personAndRoles(_ row: Row) throws -> (person: Person, roles: [Role]) {
    let person = try person(
      id: row.identifier(0, of: PersonKind.self), in: row, identity: 1, name: 2, email: 3,
      active: 4, version: 5, createdAt: 6)
    return (person, try row.roles(7))
  }

  static let selectOne = Statement(
    """
    SELECT p.id, p.identity, p.name, p.email, p.active, p.version, p.created_at,
      array(SELECT a.role FROM role_assignments a
        WHERE a.person = p.id AND a.taken_at IS NULL ORDER BY a.role)
    FROM people p WHERE p.id = $1
    """)

  static let selectSome = Statement(
    """
    SELECT p.id, p.identity, p.name, p.email, p.active, p.version, p.created_at,
      array(SELECT a.role FROM role_assignments a
        WHERE a.person = p.id AND a.taken_at IS NULL ORDER BY a.role)
    FROM people p WHERE p.id = ANY ($1)
    """)

  static let holdAll = Statement(
    "SELECT id FROM people WHERE id = ANY ($1) ORDER BY id FOR SHARE")

  static let lockOne = Statement(
    """
    SELECT id, identity, name, email, active, version, created_at
    FROM people WHERE id = $1 FOR UPDATE
    """)

  static let selectPage = Statement(
    """
    SELECT p.id, p.identity, p.name, p.email, p.active, p.version, p.created_at,
      array(SELECT a.role FROM role_assignments a
        WHERE a.person = p.id AND a.taken_at IS NULL ORDER BY a.role)
    FROM people p WHERE p.id > $1 ORDER BY p.id LIMIT $2
    """)

  static let selectByEmail = Statement("SELECT email, id FROM people WHERE email = ANY ($1)")

  static let insert = Statement(
    """
    INSERT INTO people (id, identity, name, email, active, version, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (email) DO NOTHING
    """)

  static let update = Statement(
    """
    UPDATE people SET identity = $2, name = $3, email = $4, active = $5, version = $6,
      stopped_at = CASE WHEN active AND NOT $5 THEN $7 ELSE stopped_at END
    WHERE id = $1 AND version = $6 - 1
    """)

  static let updateIdentity = Statement("UPDATE people SET identity = $2 WHERE identity = $1")

  static let insertOneEnrolment = Statement(
    "INSERT INTO enrolments (secret_sha256, person, expires_at) VALUES ($1, $2, $3)")

  static let useEnrolment = Statement(
    """
    UPDATE enrolments e SET used_at = $2
    FROM people p
    WHERE e.secret_sha256 = $1 AND e.used_at IS NULL AND e.expires_at > $2
      AND p.id = e.person AND p.active
    RETURNING e.person
    """)
}
