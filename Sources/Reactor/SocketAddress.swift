import CLinux

/// An IP address and a port.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
  /// The numeric address, without brackets.
  package let host: String
  /// 0 asks the kernel to choose when listening.
  package let port: UInt16
  private let family: UInt8

  /// Reads `127.0.0.1:8080` or `[::1]:8080`; nil for anything else, names included.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"),
      let port = Self.port(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    var parsed = clinux_address()
    let result = clinux_address_parse(String(host), isBracketed ? 6 : 4, &parsed)
    guard result == 0 else { return nil }
    parsed.port = port
    self.init(parsed)
  }

  init(_ system: clinux_address) {
    var copy = system
    var text = [CChar](repeating: 0, count: 64)
    let printed = clinux_address_print(&copy, &text, text.count) == 0
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    host = printed ? String(decoding: bytes, as: UTF8.self) : "unknown"
    port = system.port
    family = system.family
  }

  /// As `init(_:)` reads it.
  package var description: String {
    family == 6 ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  var system: clinux_address {
    var address = clinux_address()
    let result = clinux_address_parse(host, Int32(family), &address)
    precondition(result == 0, "an address prints as it parses")
    address.port = port
    return address
  }

  private static func port(_ digits: Substring) -> UInt16? {
    guard (1...5).contains(digits.utf8.count) else { return nil }
    var value: UInt32 = 0
    for byte in digits.utf8 {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + UInt32(byte - 0x30)
    }
    return UInt16(exactly: value)
  }
}
