internal import CPostgres

/// A plain connection, as somebody with psql has it: for making and dropping databases, and for
/// tests that go round the product. Blocks.
package struct AdministrationConnection: ~Copyable {
  /// The server refused.
  package struct Failure: Error, CustomStringConvertible {
    /// The server's own words.
    package let description: String
    /// SQLSTATE; empty when no statement was run.
    package var state = ""
    /// The constraint that said no, if it has a name.
    package var constraint: String?
  }

  private let handle: OpaquePointer

  /// Connects, or says why not.
  package init(url: String) throws(Failure) {
    guard let handle = PQconnectdb(url) else { throw Failure(description: "out of memory") }
    guard PQstatus(handle) == CONNECTION_OK else {
      defer { PQfinish(handle) }
      throw Failure(description: String(cString: PQerrorMessage(handle)))
    }
    self.handle = handle
  }

  deinit {
    PQfinish(handle)
  }

  /// Runs statements in one transaction unless they say otherwise.
  ///
  /// - Returns: the rows of the last one as text, nil for NULL.
  @discardableResult
  package borrowing func run(_ sql: String) throws(Failure) -> [[String?]] {
    try rows(of: PQexec(handle, sql))
  }

  /// Lets the server parse one statement with parameters, without running it.
  package borrowing func prepare(_ sql: String) throws(Failure) {
    _ = try rows(of: PQprepare(handle, "", sql, 0, nil))
  }

  private borrowing func rows(of result: OpaquePointer?) throws(Failure) -> [[String?]] {
    defer { PQclear(result) }
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK: return []
    case PGRES_TUPLES_OK:
      return (0..<PQntuples(result)).map { row in
        (0..<PQnfields(result)).map { column in
          PQgetisnull(result, row, column) == 1
            ? nil : String(cString: PQgetvalue(result, row, column))
        }
      }
    default:
      throw Failure(
        description: String(cString: PQresultErrorMessage(result)),
        state: field(cpostgres_field_state, of: result) ?? "",
        constraint: field(cpostgres_field_constraint, of: result))
    }
  }

  private borrowing func field(_ code: Int32, of result: OpaquePointer?) -> String? {
    PQresultErrorField(result, code).map { String(cString: $0) }
  }

  /// The same connection string with another database, in the `keyword='value'` form.
  package static func url(_ url: String, database: String) throws(Failure) -> String {
    guard let options = PQconninfoParse(url, nil) else {
      throw Failure(description: "the connection string cannot be read")
    }
    defer { PQconninfoFree(options) }
    var words = ["dbname=\(quoted(database))"]
    var option = options
    while let keyword = option.pointee.keyword {
      let name = String(cString: keyword)
      if name != "dbname", let value = option.pointee.val {
        words.append("\(name)=\(quoted(String(cString: value)))")
      }
      option += 1
    }
    return words.joined(separator: " ")
  }

  private static func quoted(_ value: String) -> String {
    let escaped = value.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
    return "'\(escaped)'"
  }
}
