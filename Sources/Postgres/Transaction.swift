/// A running transaction, lent to the body that `Database.transaction` calls.
///
/// BEGIN travels with the first statement, queued writes with the next query or with COMMIT.
/// After a failure every further statement fails alike, and COMMIT too.
package struct Transaction: ~Copyable {
  private let state: TransactionState

  init(state: TransactionState) {
    self.state = state
  }

  /// Sends the queued writes and this statement in one round trip; gives its rows.
  package func query(
    _ statement: Statement, _ parameters: [Parameter] = []
  ) async throws(DatabaseError) -> Rows {
    try await state.query(statement, parameters)
  }

  /// The same for several statements in one round trip; the rows of each, in their order.
  ///
  /// Each sees what the ones before it did, and what others committed until it runs.
  package func query(_ statements: [Lookup]) async throws(DatabaseError) -> [Rows] {
    try await state.query(statements)
  }

  /// Says what is asked right after the next statement, so that it travels with it: a round trip
  /// less, and no other meaning. The answer is dropped when anything else comes in between.
  package func foresee(_ statements: [Lookup]) {
    state.foresee(statements)
  }

  /// The same, for exactly one row: else `unexpectedRowCount`.
  package func one(
    _ statement: Statement, _ parameters: [Parameter] = []
  ) async throws(DatabaseError) -> Row {
    let rows = try await state.query(statement, parameters)
    guard rows.count == 1 else { throw .unexpectedRowCount(expected: 1, actual: rows.count) }
    return rows[0]
  }

  /// The same, for one row or none: else `unexpectedRowCount`.
  package func oneOrNil(
    _ statement: Statement, _ parameters: [Parameter] = []
  ) async throws(DatabaseError) -> Row? {
    let rows = try await state.query(statement, parameters)
    guard rows.count <= 1 else { throw .unexpectedRowCount(expected: 1, actual: rows.count) }
    return rows.first
  }

  /// Sends the queued writes and this statement and waits; `rows` must be touched when given.
  package func execute(
    _ statement: Statement, _ parameters: [Parameter] = [], rows: Int? = nil
  ) async throws(DatabaseError) {
    let touched = try await state.query(statement, parameters).affected
    guard let rows, rows != touched else { return }
    throw .unexpectedRowCount(expected: rows, actual: touched)
  }

  /// Queues this statement; it is sent with the next query or with COMMIT, and fails there.
  package func write(_ statement: Statement, _ parameters: [Parameter] = []) {
    state.write(statement, parameters)
  }

  /// The same, unless this statement was queued so before in the transaction.
  package func writeOnce(_ statement: Statement, _ parameters: [Parameter] = []) {
    state.writeOnce(statement, parameters)
  }

  /// Lets the server parse this statement without running it: does it fit the schema?
  package func check(_ statement: Statement) async throws(DatabaseError) {
    try await state.check(statement)
  }
}
