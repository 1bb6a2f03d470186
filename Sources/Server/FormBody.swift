import Domain

/// `application/x-www-form-urlencoded` bodies (WHATWG URL §5.1), for the one call that takes them.
enum FormBody {
  /// The value of the one member of that name. Errors: absent, twice, or broken encoding.
  static func value(of name: String, in body: [UInt8]) throws(InvalidBody) -> String {
    let pointer = JSONPointer.root.appending(name)
    var found: [String] = []
    for pair in body.split(separator: UInt8(ascii: "&")) {
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let key = decoded(parts[0]), let value = decoded(parts.count == 2 ? parts[1] : [])
      else {
        throw InvalidBody(errors: [
          FieldError(JSONPointer.root, .malformed, "the form's encoding is broken")
        ])
      }
      if key == name { found.append(value) }
    }
    guard let value = found.first else {
      throw InvalidBody(errors: [FieldError(pointer, .required, "\(name) is required")])
    }
    guard found.count == 1 else {
      throw InvalidBody(errors: [FieldError(pointer, .duplicate, "\(name) stands there twice")])
    }
    return value
  }

  private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
    var text: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): text.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        guard rest.count >= 2,
          let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
        else { return nil }
        text.append(value)
        rest = rest.dropFirst(2)
      default: text.append(byte)
      }
    }
    return String(validating: text, as: UTF8.self)
  }
}
