import Domain

/// Looking into an answer whose further members do not matter: what is missing is `null`.
extension JSON {
  subscript(_ name: String) -> JSON {
    if case .object(let object) = self, let value = object[name] { value } else { .null }
  }

  var isNull: Bool { self == .null }

  /// The elements of an array; none for anything else.
  var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }

  /// The members of an object; none for anything else.
  var members: [(name: String, value: JSON)] {
    if case .object(let object) = self { object.members } else { [] }
  }

  /// A string or a number as it was written, `yes` or `no`; nil for anything else.
  var text: String? {
    switch self {
    case .string(let text): text
    case .number(let number): number.literal
    case .bool(let value): value ? "yes" : "no"
    case .null, .array, .object: nil
    }
  }

  /// The string; nil for anything else.
  var string: String? { if case .string(let text) = self { text } else { nil } }

  /// Whether it is `true`.
  var isTrue: Bool { self == .bool(true) }

  /// What stands in a cell: `-` where there is nothing.
  var cell: String { text ?? "-" }

  /// The texts of an array, with a separator; nil when there is none.
  func joined(_ separator: String = ", ") -> String? {
    let texts = elements.compactMap(\.text)
    return texts.isEmpty ? nil : texts.joined(separator: separator)
  }

  /// A time of the API as people read it: `2026-11-21 22:40:06Z`; other text as it is.
  var time: String? { string.map(JSON.readableTime) }

  /// The same for a cell.
  var timeCell: String { time ?? "-" }

  static func readableTime(_ text: String) -> String {
    guard let instant = Timestamp(text) else { return text }
    let whole = Timestamp(microseconds: instant.seconds * 1_000_000).description
    return whole.replacing("T", with: " ")
  }
}
