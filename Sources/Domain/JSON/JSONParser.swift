/// Reads JSON strictly (RFC 8259): UTF-8 without a byte order mark, unique names, whole surrogate
/// pairs, bounded depth. Numbers keep their literal, members their order.
package struct JSONParser {
  private let bytes: [UInt8]
  private let limits: JSONLimits
  private var position = 0
  private var path: [String] = []

  private init(_ bytes: [UInt8], _ limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  /// The one value of the document. Cost: linear in the bytes.
  package static func parse(
    _ bytes: [UInt8], limits: JSONLimits = .body
  ) throws(JSONParseError) -> JSON {
    var parser = JSONParser(bytes, limits)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw parser.error(.byteOrderMark) }
    parser.skipSpace()
    let value = try parser.value(depth: 0)
    parser.skipSpace()
    if parser.position != bytes.count { throw parser.error(.trailingBytes) }
    return value
  }

  private mutating func value(depth: Int) throws(JSONParseError) -> JSON {
    guard let byte = peek() else { throw error(.unexpectedEnd) }
    switch byte {
    case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: throw error(.unexpectedByte)
    }
  }

  private mutating func object(depth: Int) throws(JSONParseError) -> JSONObject {
    if depth > limits.depthMax { throw error(.tooDeep) }
    position += 1
    var members: [(name: String, value: JSON)] = []
    var names = NameSet()
    skipSpace()
    if take(UInt8(ascii: "}")) { return JSONObject() }
    while true {
      let start = position
      guard peek() == UInt8(ascii: "\"") else { throw unexpected() }
      let name = try string()
      path.append(name)
      if !names.insert(name) { throw error(.duplicateName, at: start) }
      skipSpace()
      try require(UInt8(ascii: ":"))
      skipSpace()
      members.append((name, try value(depth: depth)))
      path.removeLast()
      skipSpace()
      if take(UInt8(ascii: "}")) { return JSONObject(members: members) }
      try require(UInt8(ascii: ","))
      skipSpace()
    }
  }

  private mutating func array(depth: Int) throws(JSONParseError) -> [JSON] {
    if depth > limits.depthMax { throw error(.tooDeep) }
    position += 1
    var elements: [JSON] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return elements }
    while true {
      path.append(String(elements.count))
      elements.append(try value(depth: depth))
      path.removeLast()
      skipSpace()
      if take(UInt8(ascii: "]")) { return elements }
      try require(UInt8(ascii: ","))
      skipSpace()
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONParseError) -> JSON {
    for index in 0..<text.utf8CodeUnitCount {
      try require(text.utf8Start[index])
    }
    return value
  }

  private mutating func number() throws(JSONParseError) -> JSONNumber {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits(from: start) }
    if take(UInt8(ascii: ".")) { try digits(from: start) }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits(from: start)
    }
    if let byte = peek(), byte.isDigit { throw error(.invalidNumber, at: start) }
    return JSONNumber(trustedLiteral: String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func digits(from start: Int) throws(JSONParseError) {
    guard let first = peek(), first.isDigit else { throw error(.invalidNumber, at: start) }
    while let byte = peek(), byte.isDigit { position += 1 }
  }

  private mutating func string() throws(JSONParseError) -> String {
    let start = position
    position += 1
    while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
      if byte < 0x20 { throw error(.controlCharacter) }
      position += 1
    }
    let plain = bytes[(start + 1)..<position]
    if take(UInt8(ascii: "\"")) { return try text(plain, at: start) }
    return try escapedString(from: start, Array(plain))
  }

  /// The rest of a string whose first escape is at `position`.
  private mutating func escapedString(
    from start: Int, _ plain: [UInt8]
  ) throws(JSONParseError) -> String {
    var content = plain
    while let byte = peek() {
      if byte < 0x20 { throw error(.controlCharacter) }
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(content[...], at: start)
      case UInt8(ascii: "\\"): content.append(contentsOf: try escape())
      default: content.append(byte)
      }
    }
    throw error(.unexpectedEnd)
  }

  private mutating func escape() throws(JSONParseError) -> [UInt8] {
    guard let byte = peek() else { throw error(.unexpectedEnd) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(try unicodeEscape()).utf8)
    default: throw error(.invalidEscape, at: position - 1)
    }
  }

  private mutating func unicodeEscape() throws(JSONParseError) -> Character {
    let start = position
    let unit = try fourHexDigits()
    if let scalar = Unicode.Scalar(unit) {
      if unit == 0, limits.nullCharacter == .refused { throw error(.nullCharacter, at: start) }
      return Character(scalar)
    }
    guard (0xD800...0xDBFF).contains(unit), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u"))
    else { throw error(.loneSurrogate, at: start) }
    let low = try fourHexDigits()
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + UInt32(low) - 0xDC00)
    else { throw error(.loneSurrogate, at: start) }
    return Character(scalar)
  }

  private mutating func fourHexDigits() throws(JSONParseError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek() else { throw error(.unexpectedEnd) }
      guard let digit = byte.hexDigit else { throw error(.invalidEscape) }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  private func text(_ content: ArraySlice<UInt8>, at start: Int) throws(JSONParseError) -> String {
    guard let text = String(validating: content, as: UTF8.self) else {
      throw error(.notUTF8, at: start)
    }
    return text
  }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func require(_ byte: UInt8) throws(JSONParseError) {
    if !take(byte) { throw unexpected() }
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private func unexpected() -> JSONParseError {
    error(peek() == nil ? .unexpectedEnd : .unexpectedByte)
  }

  private func error(_ problem: JSONParseError.Problem, at offset: Int? = nil) -> JSONParseError {
    JSONParseError(
      problem: problem, pointer: JSONPointer(path), offset: offset ?? position)
  }
}

/// Names of one object; a linear search while there are few, a set of bytes beyond.
private struct NameSet {
  private static let linearMax = 16
  private var few: [String] = []
  private var many: Set<[UInt8]> = []

  /// False when the name is there already, byte for byte.
  mutating func insert(_ name: String) -> Bool {
    if !many.isEmpty { return many.insert(Array(name.utf8)).inserted }
    if few.contains(where: { $0.isSameText(as: name) }) { return false }
    few.append(name)
    if few.count > NameSet.linearMax { many = Set(few.map { Array($0.utf8) }) }
    return true
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { self >= 48 && self <= 57 }

  /// The value of a hexadecimal digit in either case.
  fileprivate var hexDigit: UInt8? {
    switch self {
    case 48...57: self - 48
    case 65...70: self - 55
    case 97...102: self - 87
    default: nil
    }
  }
}
