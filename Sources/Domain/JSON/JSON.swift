/// A JSON value as it was written: members keep their order, numbers their digits.
package enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

/// A JSON number kept as its literal (RFC 8259 §6), so that no digit is lost.
package struct JSONNumber: Hashable, Sendable {
  package let literal: String

  /// Precondition: a well-formed RFC 8259 number; the parser and the initialisers see to it.
  package init(trustedLiteral literal: String) {
    self.literal = literal
  }

  package init(_ value: Int64) {
    literal = String(value)
  }

  /// The value when the literal is an integer without fraction or exponent that fits.
  package var int64: Int64? {
    let negative = literal.hasPrefix("-")
    guard let magnitude = Int64(digits: literal.utf8.dropFirst(negative ? 1 : 0)) else {
      return nil
    }
    return negative ? -magnitude : magnitude
  }
}

/// The members of a JSON object in the order written; names are unique.
package struct JSONObject: Hashable, Sendable {
  package private(set) var members: [(name: String, value: JSON)]

  package init() {
    members = []
  }

  /// Precondition: unique names.
  package init(members: [(name: String, value: JSON)]) {
    self.members = members
  }

  /// The member's value. Setting nil removes it; setting a new name appends it. Cost: linear.
  package subscript(name: String) -> JSON? {
    get { members.first { $0.name.isSameText(as: name) }?.value }
    set {
      let index = members.firstIndex { $0.name.isSameText(as: name) }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append((name, value))
      case (nil, nil): break
      }
    }
  }

  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count
      && zip(left.members, right.members).allSatisfy {
        $0.name.isSameText(as: $1.name) && $0.value == $1.value
      }
  }

  package func hash(into hasher: inout Hasher) {
    for member in members {
      hasher.combine(member.name)
      hasher.combine(member.value)
    }
  }
}

extension String {
  /// Equal byte for byte: names that are only canonically equivalent in Unicode are two names.
  package func isSameText(as other: String) -> Bool {
    self == other && utf8.elementsEqual(other.utf8)
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSON)...) {
    members = elements.map { (name: $0.0, value: $0.1) }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByNilLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(JSONObject(members: elements.map { (name: $0.0, value: $0.1) }))
  }
  package init(nilLiteral: ()) { self = .null }

  package init(_ value: Int64) { self = .number(JSONNumber(value)) }
  package init(_ value: Int) { self = .number(JSONNumber(Int64(value))) }
  package init(_ value: Rate) { self = .number(JSONNumber(trustedLiteral: value.description)) }
  package init(_ value: Timestamp) { self = .string(value.description) }
  package init(_ value: LocalDate) { self = .string(value.description) }
  package init(_ value: Digest) { self = .string(value.description) }
  package init<Kind>(_ value: Identifier<Kind>) { self = .string(value.text) }

  /// `null` for nil.
  package init(orNull value: String?) { self = value.map { .string($0) } ?? .null }
  /// `null` for nil.
  package init(orNull value: Timestamp?) { self = value.map { JSON($0) } ?? .null }
}
