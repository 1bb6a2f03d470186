internal import CPostgres

/// A connection that blocks its thread: for migrations, which need the simple protocol.
struct MigrationConnection: ~Copyable {
  /// What the server said, and where in the text it stumbled (characters from 1, 0 unknown).
  struct Failure: Error {
    let error: DatabaseError
    let position: Int
  }

  private let handle: OpaquePointer

  /// Connects; waits as long as the configuration allows.
  init(_ configuration: DatabaseConfiguration) throws(MigrationError) {
    handle = try Self.connect(configuration)
  }

  deinit {
    PQfinish(handle)
  }

  /// Whether a transaction is open and sound.
  var isInTransaction: Bool {
    PQtransactionStatus(handle) == PQTRANS_INTRANS
  }

  /// Runs a text of several statements by the simple protocol.
  borrowing func run(_ sql: String) throws(Failure) {
    _ = try rows(of: PQexec(handle, sql))
  }

  /// Runs one statement with values as text; gives its rows as text.
  @discardableResult
  borrowing func call(
    _ sql: StaticString, _ values: [String]
  ) throws(Failure) -> [[String]] {
    let text = CStrings(values)
    let result = text.withPointers { pointers in
      PQexecParams(
        handle, sql.description, Int32(values.count), nil, pointers, nil, nil, 0)
    }
    return try rows(of: result)
  }

  private static func connect(
    _ configuration: DatabaseConfiguration
  ) throws(MigrationError) -> OpaquePointer {
    let options: ConnectionOptions
    do throws(DatabaseError) {
      options = try ConnectionOptions(
        url: configuration.url, applicationName: "\(configuration.applicationName) migrate",
        connectSeconds: max(1, configuration.connectMilliseconds / 1_000))
    } catch {
      throw .database(error)
    }
    let handle = options.withKeywords(endpoints: options.endpoints) { names, values in
      PQconnectdbParams(names, values, 0)
    }
    guard let handle else { throw .database(.unavailable("out of memory")) }
    guard PQstatus(handle) == CONNECTION_OK else {
      let reason = Connection.reason(handle)
      PQfinish(handle)
      throw .database(.unavailable(reason))
    }
    PQsetNoticeReceiver(handle, { _, _ in }, nil)
    return handle
  }

  private borrowing func rows(of result: OpaquePointer?) throws(Failure) -> [[String]] {
    guard let result else { throw Failure(error: .connectionLost, position: 0) }
    defer { PQclear(result) }
    switch PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: break
    default:
      guard let report = ServerReport(result) else {
        throw Failure(error: .connectionLost, position: 0)
      }
      throw Failure(error: report.error, position: report.position)
    }
    return (0..<PQntuples(result)).map { row in
      (0..<PQnfields(result)).map { column in String(cString: PQgetvalue(result, row, column)) }
    }
  }
}
