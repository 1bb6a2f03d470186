internal import CPostgres

/// What the server said when it refused a statement.
struct ServerReport {
  let state: SQLState
  let message: String
  let constraint: String?
  /// The character of the statement's text that it points to, from 1; 0 for none.
  let position: Int
  /// Whether the server ended the session with this report.
  let isFatal: Bool

  /// Nil when libpq made the result itself, because the connection broke.
  init?(_ result: OpaquePointer) {
    func field(_ code: Int32) -> String? {
      PQresultErrorField(result, code).map { String(cString: $0) }
    }
    guard let code = field(cpostgres_field_state) else { return nil }
    state = SQLState(code)
    message = field(cpostgres_field_message) ?? ""
    constraint = field(cpostgres_field_constraint)
    position = field(cpostgres_field_position).flatMap { Int($0) } ?? 0
    let severity = field(cpostgres_field_severity)
    isFatal = severity == "FATAL" || severity == "PANIC"
  }

  /// The report without its detail, which quotes values.
  var error: DatabaseError {
    .server(state, message: message, constraint: constraint)
  }
}
