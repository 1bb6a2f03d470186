/// One returned row; columns are read by position, in the order of the column list.
package struct Row: Sendable {
  let memory: ResultMemory
  let index: Int

  /// Text of a text-like or enum column, or the text of `json` and `jsonb`.
  package func text(_ column: Int) throws(DatabaseError) -> String {
    try required(try textOrNil(column), column)
  }

  /// Text, or nil for NULL.
  package func textOrNil(_ column: Int) throws(DatabaseError) -> String? {
    guard let (value, type) = try value(column) else { return nil }
    if type == .jsonb {
      guard value.first == 1 else { throw mismatch(column, "jsonb", type) }
      return String(decoding: value.dropFirst(), as: UTF8.self)
    }
    guard type.isTextual else { throw mismatch(column, "text", type) }
    return String(decoding: value, as: UTF8.self)
  }

  /// An integer column of any width.
  package func int64(_ column: Int) throws(DatabaseError) -> Int64 {
    try required(try int64OrNil(column), column)
  }

  /// An integer of any width, or nil for NULL.
  package func int64OrNil(_ column: Int) throws(DatabaseError) -> Int64? {
    guard let (value, type) = try value(column) else { return nil }
    switch (type, value.count) {
    case (.int8, 8): return value.bigEndian(Int64.self)
    case (.int4, 4): return Int64(value.bigEndian(Int32.self))
    case (.int2, 2): return Int64(value.bigEndian(Int16.self))
    default: throw mismatch(column, "an integer", type)
    }
  }

  /// A column of `integer` or `smallint`.
  package func int32(_ column: Int) throws(DatabaseError) -> Int32 {
    try required(try int32OrNil(column), column)
  }

  /// An `integer` or `smallint`, or nil for NULL.
  package func int32OrNil(_ column: Int) throws(DatabaseError) -> Int32? {
    guard let (value, type) = try value(column) else { return nil }
    switch (type, value.count) {
    case (.int4, 4): return value.bigEndian(Int32.self)
    case (.int2, 2): return Int32(value.bigEndian(Int16.self))
    default: throw mismatch(column, "a 32-bit integer", type)
    }
  }

  /// A `boolean` column.
  package func bool(_ column: Int) throws(DatabaseError) -> Bool {
    try required(try boolOrNil(column), column)
  }

  /// A `boolean`, or nil for NULL.
  package func boolOrNil(_ column: Int) throws(DatabaseError) -> Bool? {
    guard let (value, type) = try value(column) else { return nil }
    guard type == .bool, value.count == 1 else { throw mismatch(column, "a boolean", type) }
    return value[0] != 0
  }

  /// A `bytea` column; the bytes of text and `json` columns too.
  package func bytes(_ column: Int) throws(DatabaseError) -> [UInt8] {
    try required(try bytesOrNil(column), column)
  }

  /// The bytes, or nil for NULL.
  package func bytesOrNil(_ column: Int) throws(DatabaseError) -> [UInt8]? {
    guard let (value, type) = try value(column) else { return nil }
    guard type == .bytea || type.isTextual else { throw mismatch(column, "bytes", type) }
    return [UInt8](value)
  }

  /// A `timestamptz` column in microseconds since 1970-01-01T00:00:00Z.
  package func timestamp(_ column: Int) throws(DatabaseError) -> Int64 {
    try required(try timestampOrNil(column), column)
  }

  /// A `timestamptz` in microseconds since 1970, or nil for NULL. Infinity is an error.
  package func timestampOrNil(_ column: Int) throws(DatabaseError) -> Int64? {
    guard let (value, type) = try value(column) else { return nil }
    guard type == .timestamptz, value.count == 8 else {
      throw mismatch(column, "timestamptz", type)
    }
    let wire = value.bigEndian(Int64.self)
    let (result, overflow) = wire.addingReportingOverflow(ParameterBuffer.epochMicroseconds)
    guard wire != .min, wire != .max, !overflow else {
      throw .decoding(column: column, reason: "timestamp out of range")
    }
    return result
  }

  /// A `date` column in days since 1970-01-01.
  package func date(_ column: Int) throws(DatabaseError) -> Int32 {
    try required(try dateOrNil(column), column)
  }

  /// A `date` in days since 1970-01-01, or nil for NULL. Infinity is an error.
  package func dateOrNil(_ column: Int) throws(DatabaseError) -> Int32? {
    guard let (value, type) = try value(column) else { return nil }
    guard type == .date, value.count == 4 else { throw mismatch(column, "a date", type) }
    let wire = value.bigEndian(Int32.self)
    let (result, overflow) = wire.addingReportingOverflow(ParameterBuffer.epochDays)
    guard wire != .min, wire != .max, !overflow else {
      throw .decoding(column: column, reason: "date out of range")
    }
    return result
  }

  /// Whether the column is NULL.
  package func isNull(_ column: Int) throws(DatabaseError) -> Bool {
    try value(column) == nil
  }

  func value(
    _ column: Int
  ) throws(DatabaseError) -> (bytes: UnsafeRawBufferPointer, type: TypeOID)? {
    guard column >= 0, column < memory.columnCount else {
      throw .decoding(column: column, reason: "the row has \(memory.columnCount) columns")
    }
    guard let bytes = memory.value(row: index, column: column) else { return nil }
    return (bytes, memory.type(ofColumn: column))
  }

  func required<Value>(_ value: Value?, _ column: Int) throws(DatabaseError) -> Value {
    guard let value else { throw .decoding(column: column, reason: "is NULL") }
    return value
  }

  func mismatch(_ column: Int, _ wanted: String, _ type: TypeOID) -> DatabaseError {
    .decoding(column: column, reason: "is of type \(type.rawValue), not \(wanted)")
  }
}

extension UnsafeRawBufferPointer {
  /// The first bytes as a number in network order; the count has been checked.
  func bigEndian<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int = 0) -> Number {
    Number(bigEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
  }
}
