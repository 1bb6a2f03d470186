/// The narrower JSON that evidence keeps to, so that every language reads the same value from it
/// (evidence.md, canonical form).
package enum EvidenceProfile: Hashable, Sendable {
  /// Log events: numbers are integers below 2⁵³.
  case event
  /// Revision content: also decimals of at most six places.
  case content

  /// What breaks the profile, one entry a place; empty when the value keeps to it.
  package func violations(in json: JSON) -> [FieldError] {
    var found: [FieldError] = []
    check(json, .root, depth: 0, &found)
    return found
  }

  private func check(
    _ json: JSON, _ pointer: JSONPointer, depth: Int, _ found: inout [FieldError]
  ) {
    switch json {
    case .null, .bool: return
    case .number(let number):
      if !allows(number) {
        found.append(FieldError(pointer, .outOfRange, "the number cannot be kept exactly"))
      }
    case .string(let text):
      if text.utf8.contains(0) {
        found.append(FieldError(pointer, .invalidFormat, "the character U+0000 is not allowed"))
      }
    case .array(let elements):
      guard nests(depth + 1, pointer, &found) else { return }
      for (index, element) in elements.enumerated() {
        check(element, pointer.appending(index), depth: depth + 1, &found)
      }
    case .object(let object):
      guard nests(depth + 1, pointer, &found) else { return }
      for member in object.members {
        let place = pointer.appending(member.name)
        if !member.name.utf8.allSatisfy(\.isProfileNameByte) || member.name.isEmpty {
          found.append(FieldError(place, .invalidFormat, "names consist of a-z, 0-9 and _"))
        }
        check(member.value, place, depth: depth + 1, &found)
      }
    }
  }

  private func nests(
    _ depth: Int, _ pointer: JSONPointer, _ found: inout [FieldError]
  ) -> Bool {
    if depth <= JSONLimits.body.depthMax { return true }
    found.append(FieldError(pointer, .outOfRange, "nested deeper than 16"))
    return false
  }

  private func allows(_ number: JSONNumber) -> Bool {
    if number.literal == "-0" { return false }
    if let integer = number.int64 { return integer.magnitude < 1 << 53 }
    return self == .content && Rate(literal: number.literal) != nil
  }
}

extension UInt8 {
  fileprivate var isProfileNameByte: Bool {
    (97...122).contains(self) || (48...57).contains(self) || self == UInt8(ascii: "_")
  }
}
