import CPostgres
import Foundation

/// A connection to the database beside the product's. Its calls block their thread.
///
/// `@unchecked Sendable`: libpq's handle is used under the lock only.
final class SecondConnection: @unchecked Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let handle: OpaquePointer
  private let lock = NSLock()

  init(url: String) throws {
    guard let handle = PQconnectdb(url) else { throw Failure(description: "out of memory") }
    guard PQstatus(handle) == CONNECTION_OK else {
      defer { PQfinish(handle) }
      throw Failure(description: String(cString: PQerrorMessage(handle)))
    }
    self.handle = handle
  }

  deinit { PQfinish(handle) }

  /// The rows as text; NULL is the empty string.
  func rows(_ sql: String) throws -> [[String]] {
    try lock.withLock {
      let result = PQexec(handle, sql)
      defer { PQclear(result) }
      switch PQresultStatus(result) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK: break
      default: throw Failure(description: String(cString: PQresultErrorMessage(result)))
      }
      return (0..<PQntuples(result)).map { row in
        (0..<PQnfields(result)).map { String(cString: PQgetvalue(result, row, $0)) }
      }
    }
  }

  /// How many rows every table has and a hash over all of them: equal when nothing was stored.
  func contents() throws -> [String: String] {
    let tables = try rows(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    var found: [String: String] = [:]
    for table in tables.map({ $0[0] }) {
      let row = try rows(
        """
        SELECT count(*), coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '')
        FROM \(table) t
        """)
      found[table] = row[0].joined(separator: " ")
    }
    return found
  }
}
