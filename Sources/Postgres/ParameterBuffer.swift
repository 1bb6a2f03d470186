/// The binary forms of one statement's parameters, in memory reused from statement to statement.
///
/// Layout: all values end to end in `bytes`; one offset, length and format per parameter.
struct ParameterBuffer {
  /// The most parameters one statement takes in the protocol (a 16-bit count).
  static let parametersMax = 65_535
  /// The most bytes of one value; far below the server's 1 GiB, so that no length overflows.
  static let valueBytesMax = 64 << 20

  private(set) var bytes: [UInt8] = []
  private(set) var offsets: [Int] = []
  private(set) var lengths: [Int32] = []
  /// Binary for every parameter; grows to the longest list and stays.
  private(set) var formats: [Int32] = []

  /// Microseconds from 1970-01-01 to PostgreSQL's epoch, 2000-01-01.
  static let epochMicroseconds: Int64 = 946_684_800_000_000
  /// Days from 1970-01-01 to 2000-01-01.
  static let epochDays: Int32 = 10_957

  /// Replaces the content by the binary forms of the parameters.
  mutating func encode(_ parameters: [Parameter]) throws(DatabaseError) {
    guard parameters.count <= Self.parametersMax else {
      throw .invalidParameter("more than \(Self.parametersMax) parameters")
    }
    bytes.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    while formats.count < parameters.count { formats.append(1) }
    for parameter in parameters {
      let start = bytes.count
      let isNull = try append(parameter) == .null
      guard bytes.count - start <= Self.valueBytesMax else {
        throw .invalidParameter("a value is longer than \(Self.valueBytesMax) bytes")
      }
      offsets.append(isNull ? -1 : start)
      lengths.append(Int32(bytes.count - start))
    }
  }

  /// Calls the body with the arrays that libpq takes; nothing may be kept afterwards.
  func withPointers<R>(
    _ body: (
      _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int32>?,
      _ formats: UnsafePointer<Int32>?
    ) -> R
  ) -> R {
    bytes.withUnsafeBytes { memory in
      withUnsafeTemporaryAllocation(
        of: UnsafePointer<CChar>?.self, capacity: max(offsets.count, 1)
      ) { values in
        // An empty buffer may have no address; any non-null one says "not NULL" to libpq.
        let start = memory.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
        for index in offsets.indices {
          let offset = offsets[index]
          values[index] =
            offset < 0 ? nil : start?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
        }
        return lengths.withUnsafeBufferPointer { lengths in
          formats.withUnsafeBufferPointer { formats in
            body(UnsafePointer(values.baseAddress), lengths.baseAddress, formats.baseAddress)
          }
        }
      }
    }
  }

  private enum Appended { case value, null }

  private mutating func append(_ parameter: Parameter) throws(DatabaseError) -> Appended {
    switch parameter {
    case .text(let value): try appendText(value)
    case .int64(let value): appendInteger(value)
    case .int32(let value): appendInteger(value)
    case .bool(let value): bytes.append(value ? 1 : 0)
    case .bytes(let value): bytes.append(contentsOf: value)
    case .timestamp(let microseconds): appendInteger(try wire(timestamp: microseconds))
    case .date(let days):
      let (value, overflow) = days.subtractingReportingOverflow(Self.epochDays)
      guard !overflow, value != .min, value != .max else {
        throw .invalidParameter("date out of range")
      }
      appendInteger(value)
    case .textArray(let values):
      appendArrayHeader(element: .text, count: values.count)
      for value in values {
        appendInteger(Int32(truncatingIfNeeded: value.utf8.count))
        try appendText(value)
      }
    case .int64Array(let values):
      appendArrayHeader(element: .int8, count: values.count)
      for value in values {
        appendInteger(Int32(8))
        appendInteger(value)
      }
    case .timestampArray(let values):
      appendArrayHeader(
        element: .timestamptz, count: values.count, hasNulls: values.contains { $0 == nil })
      for value in values {
        guard let value else {
          appendInteger(Int32(-1))
          continue
        }
        appendInteger(Int32(8))
        appendInteger(try wire(timestamp: value))
      }
    case .null:
      return .null
    }
    return .value
  }

  private func wire(timestamp microseconds: Int64) throws(DatabaseError) -> Int64 {
    let (value, overflow) = microseconds.subtractingReportingOverflow(Self.epochMicroseconds)
    // The two ends stand for infinity in the wire format.
    guard !overflow, value != .min, value != .max else {
      throw .invalidParameter("timestamp out of range")
    }
    return value
  }

  private mutating func appendText(_ value: String) throws(DatabaseError) {
    let start = bytes.count
    bytes.append(contentsOf: value.utf8)
    guard !bytes[start...].contains(0) else {
      throw .invalidParameter("text contains a NUL character")
    }
  }

  /// Dimensions, whether there are nulls, element type, length and lower bound (array_recv).
  private mutating func appendArrayHeader(element: TypeOID, count: Int, hasNulls: Bool = false) {
    appendInteger(Int32(count == 0 ? 0 : 1))
    appendInteger(Int32(hasNulls ? 1 : 0))
    appendInteger(element.rawValue)
    guard count > 0 else { return }
    appendInteger(Int32(truncatingIfNeeded: count))
    appendInteger(Int32(1))
  }

  private mutating func appendInteger(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }
}
