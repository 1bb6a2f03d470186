/// Why a statement, a transaction or a connection failed.
package enum DatabaseError: Error, Hashable, Sendable {
  /// The server refused a statement. The message may quote values: for tests and debugging only.
  case server(SQLState, message: String, constraint: String?)
  /// The connection broke; the transaction did not happen.
  case connectionLost
  /// The connection broke during COMMIT: the transaction happened or it did not. Never replayed.
  case commitUnknown
  /// No connection can be made now; says why.
  case unavailable(String)
  /// All connections stayed busy for the whole pool-wait time.
  case poolTimeout
  /// More transactions are waiting for a connection than may wait.
  case poolExhausted
  /// The task was cancelled; the transaction was rolled back.
  case cancelled
  /// The database was shut down by this process.
  case closed
  /// A statement touched another number of rows than required.
  case unexpectedRowCount(expected: Int, actual: Int)
  /// A column did not hold what was asked for.
  case decoding(column: Int, reason: String)
  /// A value cannot be sent, for example text with a NUL or a batch over the limit.
  case invalidParameter(String)
  /// The connection string or an option is wrong; one line for the person who wrote it.
  case configuration(String)

  /// Whether the same call may succeed later: answered with 503 and Retry-After.
  package var isUnavailable: Bool {
    switch self {
    case .server(let state, _, _): state.isTransient
    case .connectionLost, .commitUnknown, .unavailable, .poolTimeout, .poolExhausted,
      .closed, .cancelled:
      true
    case .unexpectedRowCount, .decoding, .invalidParameter, .configuration: false
    }
  }

  /// Whether more was asked of the database than its connections can do at the moment.
  package var isOverload: Bool {
    self == .poolTimeout || self == .poolExhausted
  }

  /// The state the server reported, if the server reported one.
  package var state: SQLState? {
    guard case .server(let state, _, _) = self else { return nil }
    return state
  }

  /// The constraint that said no, if it has a name.
  package var constraint: String? {
    guard case .server(_, _, let constraint) = self else { return nil }
    return constraint
  }
}

extension DatabaseError: CustomStringConvertible {
  /// One line without parameter values, safe to show.
  package var description: String {
    switch self {
    case .server(let state, let message, let constraint):
      let detail = state.quotesValues ? "" : ": \(message)"
      return "database: \(state)\(constraint.map { " (\($0))" } ?? "")\(detail)"
    case .connectionLost: return "database: connection lost"
    case .commitUnknown: return "database: connection lost during COMMIT, outcome unknown"
    case .unavailable(let reason): return "database unavailable: \(reason)"
    case .poolTimeout: return "database: no connection became free in time"
    case .poolExhausted: return "database: too many transactions are waiting"
    case .cancelled: return "database: cancelled"
    case .closed: return "database: closed"
    case .unexpectedRowCount(let expected, let actual):
      return "database: expected \(expected) row(s), got \(actual)"
    case .decoding(let column, let reason): return "database: column \(column): \(reason)"
    case .invalidParameter(let reason): return "database: \(reason)"
    case .configuration(let reason): return "database configuration: \(reason)"
    }
  }
}
