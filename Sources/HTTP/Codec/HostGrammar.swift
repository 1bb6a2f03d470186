/// `uri-host [ ":" port ]` of RFC 9110, 7.2, and RFC 3986, 3.2.2.
enum HostGrammar {
  /// Whether the bytes are a non-empty host, with or without a port.
  static func isHost(_ bytes: ByteSlice) -> Bool {
    guard let hostEnd = hostEnd(bytes), hostEnd > bytes.startIndex else { return false }
    guard hostEnd < bytes.endIndex else { return true }
    return bytes[hostEnd] == ASCII.colon && isPort(bytes[(hostEnd + 1)...])
  }

  /// Whether the bytes are a host and a port, as CONNECT wants them.
  static func isAuthority(_ bytes: ByteSlice) -> Bool {
    guard let hostEnd = hostEnd(bytes), hostEnd > bytes.startIndex,
      hostEnd + 1 < bytes.endIndex, bytes[hostEnd] == ASCII.colon
    else { return false }
    return isPort(bytes[(hostEnd + 1)...])
  }

  /// Where the host ends; nil when it is malformed.
  private static func hostEnd(_ bytes: ByteSlice) -> Int? {
    if !bytes.isEmpty, bytes[bytes.startIndex] == 0x5B { return literalEnd(bytes) }
    var position = bytes.startIndex
    while position < bytes.endIndex, bytes[position] != ASCII.colon {
      if bytes[position] == ASCII.percent {
        guard position + 2 < bytes.endIndex, ASCII.hexValue(bytes[position + 1]) != nil,
          ASCII.hexValue(bytes[position + 2]) != nil
        else { return nil }
        position += 3
      } else {
        guard isRegisteredName(bytes[position]) else { return nil }
        position += 1
      }
    }
    return position
  }

  /// Behind the bracket that closes an IPv6 address.
  private static func literalEnd(_ bytes: ByteSlice) -> Int? {
    guard let close = bytes.position(of: 0x5D) else { return nil }
    let address = bytes[(bytes.startIndex + 1)..<close]
    guard address.count <= 45, address.filter({ $0 == ASCII.colon }).count >= 2,
      address.allSatisfy({
        ASCII.hexValue($0) != nil || $0 == ASCII.colon || $0 == 0x2E
      })
    else { return nil }
    return close + 1
  }

  /// Digits up to 65535; RFC 3986 allows none at all behind the colon.
  private static func isPort(_ bytes: ByteSlice) -> Bool {
    guard bytes.count <= 5 else { return false }
    var value = 0
    for byte in bytes {
      guard ASCII.isDigit(byte) else { return false }
      value = value * 10 + Int(byte - 0x30)
    }
    return value <= 65535
  }

  /// unreserved and sub-delims.
  private static func isRegisteredName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x2D, 0x2E, 0x5F, 0x7E: true  // - . _ ~
    case 0x21, 0x24, 0x26...0x2C, 0x3B, 0x3D: true  // ! $ & ' ( ) * + , ; =
    default: false
    }
  }
}
