/// A five-character SQLSTATE as the server reports it (PostgreSQL manual, appendix A).
package struct SQLState: Hashable, Sendable, ExpressibleByStringLiteral {
  /// The five characters, for example `23505`.
  package let code: String

  /// Keeps the code as it came; unknown codes are ordinary values.
  package init(_ code: String) {
    self.code = code
  }

  /// Makes a code from a literal.
  package init(stringLiteral value: String) {
    self.code = value
  }

  /// The first two characters, which name the class of the condition.
  package var category: Substring {
    code.prefix(2)
  }
}

extension SQLState {
  /// The server did not name a state.
  package static let unnamed: SQLState = "00000"
  /// A feature is not supported, or a cached plan no longer fits its table.
  package static let featureNotSupported: SQLState = "0A000"
  /// A row with the same key exists.
  package static let uniqueViolation: SQLState = "23505"
  /// A referenced row is missing, or a row is still referenced.
  package static let foreignKeyViolation: SQLState = "23503"
  /// A CHECK constraint said no.
  package static let checkViolation: SQLState = "23514"
  /// A required column was null.
  package static let notNullViolation: SQLState = "23502"
  /// An EXCLUDE constraint said no.
  package static let exclusionViolation: SQLState = "23P01"
  /// A write was tried in a read-only transaction or on a standby.
  package static let readOnlyTransaction: SQLState = "25006"
  /// A statement was sent in a transaction that had already failed.
  package static let failedTransaction: SQLState = "25P02"
  /// The session sat idle in a transaction for too long.
  package static let idleInTransactionTimeout: SQLState = "25P03"
  /// A prepared statement is unknown to the session.
  package static let unknownStatement: SQLState = "26000"
  /// The transaction has to be tried again.
  package static let serializationFailure: SQLState = "40001"
  /// The server ended a deadlock by failing this transaction.
  package static let deadlockDetected: SQLState = "40P01"
  /// A role may not do this.
  package static let insufficientPrivilege: SQLState = "42501"
  /// The named table does not exist.
  package static let undefinedTable: SQLState = "42P01"
  /// The server has no connection slot left.
  package static let tooManyConnections: SQLState = "53300"
  /// A lock was not granted within `lock_timeout`.
  package static let lockNotAvailable: SQLState = "55P03"
  /// A statement ran into `statement_timeout` or was cancelled.
  package static let queryCanceled: SQLState = "57014"
  /// The server or an administrator ended the session.
  package static let adminShutdown: SQLState = "57P01"
  /// Another session crashed and took all sessions with it.
  package static let crashShutdown: SQLState = "57P02"
  /// The server is starting, stopping or recovering.
  package static let cannotConnectNow: SQLState = "57P03"
  /// PL/pgSQL code raised an exception.
  package static let raiseException: SQLState = "P0001"
}

extension SQLState {
  /// Whether the condition passes by itself, so that the caller may try again later.
  package var isTransient: Bool {
    switch self {
    case .lockNotAvailable, .queryCanceled, .serializationFailure, .deadlockDetected,
      .idleInTransactionTimeout, .adminShutdown, .crashShutdown, .cannotConnectNow:
      true
    default:
      category == "08" || category == "53"
    }
  }

  /// Whether the session is to be replaced: its prepared statements no longer fit the schema, or
  /// its server takes no writes (any more).
  var spoilsSession: Bool {
    self == .featureNotSupported || self == .unknownStatement || self == .readOnlyTransaction
  }

  /// Whether messages of this class can quote values of rows and parameters.
  var quotesValues: Bool {
    !["08", "0A", "25", "26", "40", "42", "53", "54", "55", "57", "58", "XX"].contains(category)
  }
}

extension SQLState: CustomStringConvertible {
  /// The code and, for the common ones, the name of its condition.
  package var description: String {
    guard let name = conditionName else { return code }
    return "\(code) \(name)"
  }

  private var conditionName: String? {
    switch self {
    case .featureNotSupported: "feature_not_supported"
    case .uniqueViolation: "unique_violation"
    case .foreignKeyViolation: "foreign_key_violation"
    case .checkViolation: "check_violation"
    case .notNullViolation: "not_null_violation"
    case .exclusionViolation: "exclusion_violation"
    case .readOnlyTransaction: "read_only_sql_transaction"
    case .failedTransaction: "in_failed_sql_transaction"
    case .idleInTransactionTimeout: "idle_in_transaction_session_timeout"
    case .unknownStatement: "invalid_sql_statement_name"
    case .serializationFailure: "serialization_failure"
    case .deadlockDetected: "deadlock_detected"
    case .insufficientPrivilege: "insufficient_privilege"
    case .undefinedTable: "undefined_table"
    case .tooManyConnections: "too_many_connections"
    case .lockNotAvailable: "lock_not_available"
    case .queryCanceled: "query_canceled"
    case .adminShutdown: "admin_shutdown"
    case .crashShutdown: "crash_shutdown"
    case .cannotConnectNow: "cannot_connect_now"
    case .raiseException: "raise_exception"
    default: nil
    }
  }
}
