import Domain

/// Looking into facts of our own: what is not there is null, empty or nil.
extension JSON {
  subscript(name: String) -> JSON {
    if case .object(let object) = self { object[name] ?? .null } else { .null }
  }

  var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }

  var string: String? { if case .string(let text) = self { text } else { nil } }

  var int64: Int64? { if case .number(let number) = self { number.int64 } else { nil } }

  /// A string, or the digits of a number.
  var text: String? {
    switch self {
    case .string(let text): text
    case .number(let number): number.literal
    default: nil
    }
  }
}
