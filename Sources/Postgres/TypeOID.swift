/// The identity of a PostgreSQL type (pg_type.dat); builtin ones never change.
struct TypeOID: Hashable, Sendable {
  let rawValue: UInt32

  static let inferred = TypeOID(rawValue: 0)
  static let bool = TypeOID(rawValue: 16)
  static let bytea = TypeOID(rawValue: 17)
  static let name = TypeOID(rawValue: 19)
  static let int8 = TypeOID(rawValue: 20)
  static let int2 = TypeOID(rawValue: 21)
  static let int4 = TypeOID(rawValue: 23)
  static let text = TypeOID(rawValue: 25)
  static let json = TypeOID(rawValue: 114)
  static let unknown = TypeOID(rawValue: 705)
  static let int4Array = TypeOID(rawValue: 1007)
  static let textArray = TypeOID(rawValue: 1009)
  static let varcharArray = TypeOID(rawValue: 1015)
  static let int8Array = TypeOID(rawValue: 1016)
  static let bpchar = TypeOID(rawValue: 1042)
  static let varchar = TypeOID(rawValue: 1043)
  static let date = TypeOID(rawValue: 1082)
  static let timestamptz = TypeOID(rawValue: 1184)
  static let timestamptzArray = TypeOID(rawValue: 1185)
  static let jsonb = TypeOID(rawValue: 3802)

  /// The first number given to types made by users: enums and extensions' text types.
  static let firstUserDefined: UInt32 = 16384

  /// Whether the binary form is the text itself.
  var isTextual: Bool {
    switch self {
    case .text, .varchar, .bpchar, .name, .json, .unknown: true
    default: rawValue >= Self.firstUserDefined
    }
  }
}
