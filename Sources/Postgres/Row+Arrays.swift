extension Row {
  /// A one-dimensional array of text without nulls.
  package func textArray(_ column: Int) throws(DatabaseError) -> [String] {
    try required(try textArrayOrNil(column), column)
  }

  /// An array of text without nulls, or nil for NULL.
  package func textArrayOrNil(_ column: Int) throws(DatabaseError) -> [String]? {
    var result: [String] = []
    let found = try forEachElement(of: column) { type, value in
      guard type.isTextual else { return "an element is not text" }
      result.append(String(decoding: value, as: UTF8.self))
      return nil
    }
    return found ? result : nil
  }

  /// A one-dimensional array of `bigint` or `integer` without nulls.
  package func int64Array(_ column: Int) throws(DatabaseError) -> [Int64] {
    try required(try int64ArrayOrNil(column), column)
  }

  /// An array of integers without nulls, or nil for NULL.
  package func int64ArrayOrNil(_ column: Int) throws(DatabaseError) -> [Int64]? {
    var result: [Int64] = []
    let found = try forEachElement(of: column) { type, value in
      switch (type, value.count) {
      case (.int8, 8): result.append(value.bigEndian(Int64.self))
      case (.int4, 4): result.append(Int64(value.bigEndian(Int32.self)))
      default: return "an element is not an integer"
      }
      return nil
    }
    return found ? result : nil
  }

  /// Walks the binary form of an array (array_send); false for NULL. The visitor's answer is
  /// the reason why it cannot take an element.
  private func forEachElement(
    of column: Int, _ visit: (TypeOID, UnsafeRawBufferPointer) -> String?
  ) throws(DatabaseError) -> Bool {
    guard let (value, type) = try value(column) else { return false }
    // Every array starts with dimensions, flags and element type; scalars are told apart by
    // their own small set of types.
    guard !type.isScalar, value.count >= 12 else { throw mismatch(column, "an array", type) }
    let dimensions = value.bigEndian(Int32.self)
    let element = TypeOID(rawValue: value.bigEndian(UInt32.self, at: 8))
    if dimensions == 0 { return true }
    guard dimensions == 1, value.count >= 20 else {
      throw .decoding(column: column, reason: "the array has \(dimensions) dimensions")
    }
    var offset = 20
    for _ in 0..<value.bigEndian(Int32.self, at: 12) {
      guard value.count - offset >= 4 else { throw truncated(column) }
      let length = Int(value.bigEndian(Int32.self, at: offset))
      guard length >= 0 else {
        throw .decoding(column: column, reason: "the array has a NULL element")
      }
      guard value.count - offset - 4 >= length else { throw truncated(column) }
      let bytes = UnsafeRawBufferPointer(rebasing: value[(offset + 4)..<(offset + 4 + length)])
      if let reason = visit(element, bytes) { throw .decoding(column: column, reason: reason) }
      offset += 4 + length
    }
    return true
  }

  private func truncated(_ column: Int) -> DatabaseError {
    .decoding(column: column, reason: "the array is cut short")
  }
}

extension TypeOID {
  /// Whether the type is one that this target reads as a single value.
  fileprivate var isScalar: Bool {
    switch self {
    case .text, .varchar, .bpchar, .name, .json, .jsonb, .unknown, .int2, .int4, .int8, .bool,
      .bytea, .timestamptz, .date:
      true
    default: false
    }
  }
}
