import Glibc

/// An IPv4 or IPv6 address by its bytes, so that no spelling matters.
struct IPAddress: Hashable, Sendable, CustomStringConvertible {
  /// In network order: 4 for IPv4, 16 for IPv6.
  let bytes: [UInt8]

  /// 4 or 16 bytes; nil for anything else.
  init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// Reads dotted decimal or RFC 4291 text without brackets and zone; nil for anything else.
  init?(_ text: String) {
    let family = text.contains(":") ? AF_INET6 : AF_INET
    var bytes = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
    guard inet_pton(family, text, &bytes) == 1 else { return nil }
    self.bytes = bytes
  }

  /// From what the resolver answers; nil for another family.
  init?(_ address: UnsafePointer<sockaddr>) {
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      bytes = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
      }
    case AF_INET6:
      bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
      }
    default: return nil
    }
  }

  /// 4 or 6.
  var family: Int32 { bytes.count == 4 ? 4 : 6 }

  /// Canonical text without brackets.
  var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else {
      preconditionFailure("an address of 4 or 16 bytes has a text")
    }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// As it stands in a URL.
  var urlText: String { bytes.count == 4 ? description : "[\(description)]" }

  /// Whether the first `bits` bits are those of `prefix`.
  func begins(with prefix: IPAddress, bits: Int) -> Bool {
    guard bytes.count == prefix.bytes.count else { return false }
    let whole = bits / 8
    guard bytes.prefix(whole) == prefix.bytes.prefix(whole) else { return false }
    guard bits % 8 > 0 else { return true }
    let mask = UInt8(truncatingIfNeeded: 0xFF00 >> (bits % 8))
    return bytes[whole] & mask == prefix.bytes[whole] & mask
  }
}
