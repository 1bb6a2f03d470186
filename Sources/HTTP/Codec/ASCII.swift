/// Classes of bytes in RFC 9110 and RFC 9112. Protocol text is never handled as characters:
/// CR LF is one `Character`.
enum ASCII {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20
  static let quote: UInt8 = 0x22
  static let numberSign: UInt8 = 0x23
  static let percent: UInt8 = 0x25
  static let comma: UInt8 = 0x2C
  static let colon: UInt8 = 0x3A
  static let semicolon: UInt8 = 0x3B
  static let equals: UInt8 = 0x3D
  static let slash: UInt8 = 0x2F
  static let question: UInt8 = 0x3F
  static let backslash: UInt8 = 0x5C

  /// One bit for each byte that may stand in a token, below and from 64.
  private static let tokenBits = (
    low: bits(of: "!#$%&'*+-.0123456789", offset: 0),
    high: bits(of: "ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~", offset: 64)
  )

  private static func bits(of text: StaticString, offset: UInt8) -> UInt64 {
    text.withUTF8Buffer { $0.reduce(0) { $0 | 1 << UInt64($1 - offset) } }
  }

  /// tchar of RFC 9110, 5.6.2.
  @inline(__always)
  static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0..<64: tokenBits.low >> UInt64(byte) & 1 == 1
    case 64..<128: tokenBits.high >> UInt64(byte - 64) & 1 == 1
    default: false
    }
  }

  /// What may stand in a field value: VCHAR, SP, HTAB and obs-text.
  @inline(__always)
  static func isFieldContent(_ byte: UInt8) -> Bool {
    byte >= 0x20 ? byte != 0x7F : byte == tab
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  @inline(__always)
  static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }

  @inline(__always)
  static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  @inline(__always)
  static func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }

  /// The value of a hexadecimal digit.
  @inline(__always)
  static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }

  /// Compares with a text in lower case, whatever the case of the bytes.
  static func equals(_ bytes: ByteSlice, _ text: StaticString) -> Bool {
    text.withUTF8Buffer { matches(bytes, $0) }
  }

  /// Compares with bytes in lower case, whatever the case of the first ones.
  static func matches(
    _ bytes: ByteSlice, _ lowercase: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard bytes.count == lowercase.count else { return false }
    let start = bytes.startIndex
    for position in 0..<lowercase.count
    where lowercased(bytes.base[start + position]) != lowercase[position] {
      return false
    }
    return true
  }

  /// Without spaces and tabs at both ends.
  static func trimmed(_ bytes: ByteSlice) -> ByteSlice {
    var start = bytes.startIndex
    var end = bytes.endIndex
    while start < end, isBlank(bytes.base[start]) { start += 1 }
    while end > start, isBlank(bytes.base[end - 1]) { end -= 1 }
    return bytes.base[start..<end]
  }
}
