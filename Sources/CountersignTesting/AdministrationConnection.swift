internal import CPostgres

/// Runs the statements that make and drop databases, which no transaction may hold. Blocks.
struct AdministrationConnection: ~Copyable {
  /// The server refused; its own words.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let handle: OpaquePointer

  init(url: String) throws(Failure) {
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

  borrowing func run(_ sql: String) throws(Failure) {
    let result = PQexec(handle, sql)
    defer { PQclear(result) }
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return
    default: throw Failure(description: String(cString: PQresultErrorMessage(result)))
    }
  }

  /// The same connection string with another database, in the `keyword='value'` form.
  static func url(_ url: String, database: String) throws(Failure) -> String {
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
