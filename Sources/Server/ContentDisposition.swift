import Domain

/// The field that names a file on its way (RFC 6266), with names beyond ASCII (RFC 8187).
enum ContentDisposition {
  /// The name in a request's field; `filename*` wins over `filename`.
  ///
  /// Errors: `invalid_body`, for a field that is missing or malformed, or a name that is no name.
  static func name(in field: String?) throws(InvalidBody) -> FileName {
    guard let field else {
      throw invalid(.required, "the field Content-Disposition with a filename is required")
    }
    guard let parameters = parameters(of: field) else {
      throw invalid(.invalidFormat, "Content-Disposition is not as RFC 6266 says")
    }
    var text = parameters["filename"]
    if let extended = parameters["filename*"] {
      guard let decoded = decoded(extended) else {
        throw invalid(.invalidFormat, "filename* is not UTF-8 as RFC 8187 says")
      }
      text = decoded
    }
    guard let text else { throw invalid(.required, "Content-Disposition has no filename") }
    guard let name = FileName(text) else {
      throw invalid(
        .invalidFormat,
        "the filename must have 1 to \(FileName.bytesMax) bytes and be no path")
    }
    return name
  }

  /// The field of an answer: always an attachment.
  static func attachment(_ name: FileName) -> String {
    let plain = name.text.unicodeScalars.map { scalar -> Character in
      scalar.isASCII && scalar != "\"" && scalar != "\\" && scalar != "%" ? Character(scalar) : "_"
    }
    let escaped = name.text.utf8.map { byte -> String in
      isAttributeByte(byte)
        ? String(UnicodeScalar(byte)) : "%" + hex(byte >> 4) + hex(byte & 15)
    }.joined()
    return "attachment; filename=\"\(String(plain))\"; filename*=UTF-8''\(escaped)"
  }

  private static func invalid(_ code: FieldError.Code, _ detail: String) -> InvalidBody {
    InvalidBody(
      .invalidBody, errors: [FieldError(.root.appending("filename"), code, detail)])
  }

  /// Parameters by lower-case name; nil for a malformed field or a name that stands twice.
  private static func parameters(of field: String) -> [String: String]? {
    var rest = Substring(field)
    guard token(&rest) != nil else { return nil }
    var found: [String: String] = [:]
    while true {
      skipSpace(&rest)
      if rest.isEmpty { return found }
      guard rest.removeFirst() == ";" else { return nil }
      skipSpace(&rest)
      if rest.isEmpty { return found }
      guard let name = token(&rest)?.lowercased() else { return nil }
      skipSpace(&rest)
      guard !rest.isEmpty, rest.removeFirst() == "=" else { return nil }
      skipSpace(&rest)
      guard let value = rest.first == "\"" ? quoted(&rest) : token(&rest),
        found.updateValue(value, forKey: name) == nil
      else { return nil }
    }
  }

  private static func skipSpace(_ rest: inout Substring) {
    while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
  }

  private static func token(_ rest: inout Substring) -> String? {
    let token = rest.prefix { character in
      guard let byte = character.asciiValue else { return false }
      return isTokenByte(byte)
    }
    rest = rest[token.endIndex...]
    return token.isEmpty ? nil : String(token)
  }

  private static func quoted(_ rest: inout Substring) -> String? {
    rest.removeFirst()
    var text = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return text
      case "\\":
        guard let escaped = rest.popFirst() else { return nil }
        text.append(escaped)
      default: text.append(character)
      }
    }
    return nil
  }

  /// `UTF-8'language'percent-encoded`.
  private static func decoded(_ value: String) -> String? {
    let parts = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
    var bytes: [UInt8] = []
    var rest = Array(parts[2].utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        guard isAttributeByte(byte) else { return nil }
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let high = digit(rest.removeFirst()),
        let low = digit(rest.removeFirst())
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  private static func hex(_ value: UInt8) -> String {
    String(value, radix: 16).uppercased()
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    isAttributeByte(byte) || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "'")
      || byte == UInt8(ascii: "%")
  }

  /// `attr-char` of RFC 8187.
  private static func isAttributeByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "!#$&+-.^_`|~".utf8.contains(byte)
    }
  }
}
