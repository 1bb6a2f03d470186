import Domain
import Testing

extension JSON {
  struct Unexpected: Error, CustomStringConvertible {
    let description: String
  }

  /// The member, or `null`.
  subscript(name: String) -> JSON {
    if case .object(let object) = self { object[name] ?? .null } else { .null }
  }

  /// The element, or `null`.
  subscript(index: Int) -> JSON { index < elements.count ? elements[index] : .null }

  var members: [(name: String, value: JSON)] {
    if case .object(let object) = self { object.members } else { [] }
  }

  var names: [String] { members.map(\.name) }

  var elements: [JSON] { if case .array(let values) = self { values } else { [] } }

  var text: String? { if case .string(let text) = self { text } else { nil } }

  var integer: Int64? { if case .number(let number) = self { number.int64 } else { nil } }

  /// A rate in millionths.
  var microRPS: Int64? {
    if case .number(let number) = self { Rate(literal: number.literal)?.microRPS } else { nil }
  }

  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  var requiredText: String {
    get throws {
      guard let text else { throw Unexpected(description: "\(self) is no string") }
      return text
    }
  }

  var requiredInteger: Int64 {
    get throws {
      guard let integer else { throw Unexpected(description: "\(self) is no whole number") }
      return integer
    }
  }

  /// Exactly these members, whatever their order.
  func requireMembers(_ expected: [String]) throws {
    guard names.sorted() == expected.sorted() else {
      throw Unexpected(description: "\(names.sorted()) instead of \(expected.sorted())")
    }
  }

  /// The same value with a member set, appended or (nil) removed.
  func with(_ name: String, _ value: JSON?) -> JSON {
    guard case .object(var object) = self else { return self }
    object[name] = value
    return .object(object)
  }

  /// The same value with another one at the path, of names and indices.
  func replacing(_ path: ArraySlice<String>, with value: JSON?) -> JSON {
    guard let first = path.first else { return value ?? .null }
    let rest = path.dropFirst()
    if case .array(var values) = self, let index = Int(first), index < values.count {
      if rest.isEmpty, value == nil {
        values.remove(at: index)
      } else {
        values[index] = values[index].replacing(rest, with: value)
      }
      return .array(values)
    }
    if rest.isEmpty { return with(first, value) }
    return with(first, self[first].replacing(rest, with: value))
  }

  func at(_ path: ArraySlice<String>) -> JSON {
    guard let first = path.first else { return self }
    if case .array = self { return self[Int(first) ?? 0].at(path.dropFirst()) }
    return self[first].at(path.dropFirst())
  }
}

/// Exactly these members; `optional` ones may be absent.
func expectMembers(
  _ json: JSON, _ required: Set<String>, optional: Set<String> = [],
  _ location: SourceLocation = #_sourceLocation
) {
  let names = Set(json.names)
  #expect(
    required.subtracting(names).isEmpty, "missing members", sourceLocation: location)
  #expect(
    names.subtracting(required).subtracting(optional).isEmpty, "unknown members",
    sourceLocation: location)
}
