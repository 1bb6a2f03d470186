internal import CPostgres

/// Owns one `PGresult` and clears it exactly once.
///
/// Unchecked: a `PGresult` never changes after libpq handed it over, and reading it from several
/// threads is safe (libpq manual, "Behavior in Threaded Programs").
final class ResultMemory: @unchecked Sendable {
  private let result: OpaquePointer
  let rowCount: Int
  let columnCount: Int

  init(_ result: OpaquePointer) {
    self.result = result
    rowCount = Int(PQntuples(result))
    columnCount = Int(PQnfields(result))
  }

  deinit {
    PQclear(result)
  }

  /// Rows selected, inserted, updated or deleted, as the command's tag says.
  var rowsTouched: Int {
    Self.rowsTouched(by: result)
  }

  /// The same for a result that nobody keeps.
  static func rowsTouched(by result: OpaquePointer) -> Int {
    var count = 0
    var digit = PQcmdTuples(result)
    while let value = digit?.pointee, value >= 48, value <= 57 {
      count = count &* 10 &+ Int(value - 48)
      digit = digit?.advanced(by: 1)
    }
    return count
  }

  /// The type of a column; the index has been checked.
  func type(ofColumn column: Int) -> TypeOID {
    TypeOID(rawValue: PQftype(result, Int32(column)))
  }

  /// The bytes of one value or nil for NULL; they live as long as this object.
  func value(row: Int, column: Int) -> UnsafeRawBufferPointer? {
    let (row, column) = (Int32(row), Int32(column))
    guard PQgetisnull(result, row, column) == 0 else { return nil }
    return UnsafeRawBufferPointer(
      start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
  }
}
