/// One SQL statement as static text, prepared on first use by every connection.
package struct Statement: Sendable {
  let sql: StaticString

  /// Takes only static text, so that a statement cannot be assembled from values.
  package init(_ sql: StaticString) {
    precondition(sql.hasPointerRepresentation, "a statement is text, not one character")
    self.sql = sql
  }

  /// The text, for tests that prepare every statement and for logs.
  package var text: String {
    sql.description
  }

  /// The address of the text, which lives as long as the process.
  var identity: UInt {
    UInt(bitPattern: sql.utf8Start)
  }
}

extension Statement {
  static let begin = Statement("BEGIN ISOLATION LEVEL READ COMMITTED")
  static let beginReadOnly = Statement("BEGIN ISOLATION LEVEL READ COMMITTED, READ ONLY")
  static let commit = Statement("COMMIT")
  static let rollback = Statement("ROLLBACK")
}
