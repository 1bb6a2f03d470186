package import Domain
package import Postgres

extension Row {
  /// A TypeID column.
  package func identifier<Kind>(
    _ column: Int, of kind: Kind.Type
  ) throws(DatabaseError) -> Identifier<Kind> {
    try decoded(column, Identifier<Kind>(try text(column)))
  }

  /// A TypeID column that may be NULL.
  package func identifierOrNil<Kind>(
    _ column: Int, of kind: Kind.Type
  ) throws(DatabaseError) -> Identifier<Kind>? {
    guard let text = try textOrNil(column) else { return nil }
    return try decoded(column, Identifier<Kind>(text))
  }

  package func instant(_ column: Int) throws(DatabaseError) -> Timestamp {
    Timestamp(microseconds: try timestamp(column))
  }

  package func instantOrNil(_ column: Int) throws(DatabaseError) -> Timestamp? {
    guard let microseconds = try timestampOrNil(column) else { return nil }
    return Timestamp(microseconds: microseconds)
  }

  package func digest(_ column: Int) throws(DatabaseError) -> Digest {
    let value = try bytes(column)
    return try decoded(column, value.count == 32 ? Digest(bytes: value) : nil)
  }

  package func localDate(_ column: Int) throws(DatabaseError) -> LocalDate {
    LocalDate(daysSince1970: try date(column))
  }

  package func localDateOrNil(_ column: Int) throws(DatabaseError) -> LocalDate? {
    try dateOrNil(column).map { LocalDate(daysSince1970: $0) }
  }

  package func role(_ column: Int) throws(DatabaseError) -> Role {
    try decoded(column, Role(rawValue: try text(column)))
  }

  package func roles(_ column: Int) throws(DatabaseError) -> [Role] {
    var roles: [Role] = []
    for name in try textArray(column) {
      roles.append(try decoded(column, Role(rawValue: name)))
    }
    return roles
  }

  /// The value that a column's text stands for, or a decoding error that names the column.
  package func decoded<Value>(_ column: Int, _ value: Value?) throws(DatabaseError) -> Value {
    guard let value else {
      throw DatabaseError.decoding(column: column, reason: "not a \(Value.self)")
    }
    return value
  }
}

extension Parameter {
  package static func id<Kind>(_ id: Identifier<Kind>) -> Parameter { .text(id.text) }

  package static func id<Kind>(_ id: Identifier<Kind>?) -> Parameter {
    id.map { .text($0.text) } ?? .null
  }

  package static func instant(_ at: Timestamp) -> Parameter {
    .timestamp(microsecondsSince1970: at.microseconds)
  }

  package static func instant(_ at: Timestamp?) -> Parameter {
    at.map { .timestamp(microsecondsSince1970: $0.microseconds) } ?? .null
  }

  package static func ids<Kind>(_ ids: [Identifier<Kind>]) -> Parameter {
    .textArray(ids.map(\.text))
  }

  package static func instants(_ instants: [Timestamp?]) -> Parameter {
    .timestampArray(instants.map { $0?.microseconds })
  }

  package static func days(_ days: [LocalDate]) -> Parameter {
    .int64Array(days.map { Int64($0.daysSince1970) })
  }

  package static func digest(_ digest: Digest) -> Parameter { .bytes(digest.bytes) }

  package static func date(_ day: LocalDate) -> Parameter {
    .date(daysSince1970: day.daysSince1970)
  }

  package static func role(_ role: Role) -> Parameter { .text(role.rawValue) }
}
