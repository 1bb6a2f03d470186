/// One value for a `$n` of a statement, sent in binary with an explicit type.
///
/// `text` is sent as `text`: cast in the statement where the column is of an enum, `jsonb`,
/// `inet` or another type (`$1::jsonb`).
package enum Parameter: Sendable, Hashable {
  /// UTF-8 text without NUL.
  case text(String)
  /// `bigint`.
  case int64(Int64)
  /// `integer`.
  case int32(Int32)
  /// `boolean`.
  case bool(Bool)
  /// `bytea`.
  case bytes([UInt8])
  /// `timestamptz`, in microseconds since 1970-01-01T00:00:00Z.
  case timestamp(microsecondsSince1970: Int64)
  /// `date`, in days since 1970-01-01.
  case date(daysSince1970: Int32)
  /// `text[]`, one dimension, no nulls.
  case textArray([String])
  /// `bigint[]`, one dimension, no nulls.
  case int64Array([Int64])
  /// `timestamptz[]`, one dimension, in microseconds since 1970-01-01T00:00:00Z; nil is NULL.
  case timestampArray([Int64?])
  /// NULL of whatever type the statement says.
  case null
}

extension Parameter {
  /// NULL, or the text.
  package static func optional(text value: String?) -> Parameter {
    value.map { .text($0) } ?? .null
  }

  /// NULL, or the number.
  package static func optional(int64 value: Int64?) -> Parameter {
    value.map { .int64($0) } ?? .null
  }

  /// NULL, or the bytes.
  package static func optional(bytes value: [UInt8]?) -> Parameter {
    value.map { .bytes($0) } ?? .null
  }

  /// NULL, or the instant.
  package static func optional(microsecondsSince1970 value: Int64?) -> Parameter {
    value.map { .timestamp(microsecondsSince1970: $0) } ?? .null
  }

  /// NULL, or the date.
  package static func optional(daysSince1970 value: Int32?) -> Parameter {
    value.map { .date(daysSince1970: $0) } ?? .null
  }

  /// The type the server is told; zero where it has to infer it.
  var type: TypeOID {
    switch self {
    case .text: .text
    case .int64: .int8
    case .int32: .int4
    case .bool: .bool
    case .bytes: .bytea
    case .timestamp: .timestamptz
    case .date: .date
    case .textArray: .textArray
    case .int64Array: .int8Array
    case .timestampArray: .timestamptzArray
    case .null: .inferred
    }
  }
}
