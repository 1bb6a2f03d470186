/// The canonical host of a URL: one spelling for everything that reaches the same place.
///
/// Lower case, A-labels, no trailing dot, one form for every IPv4 and IPv6 address, IPv4-mapped
/// IPv6 as IPv4, no scheme and no port. Source: WHATWG URL §3.5, except that names outside ASCII
/// are refused (they are written as A-labels) and empty labels too.
package struct Host: Hashable, Comparable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable { case name, ipv4, ipv6 }

  /// The canonical text; an IPv6 address stands in brackets.
  package let text: String
  package let kind: Kind

  /// The longest name in its canonical form (RFC 1035 §2.3.4).
  package static let nameBytesMax = 253
  /// The longest text that is looked at, in any spelling.
  package static let textBytesMax = 1_024

  package var description: String { text }

  package var isAddress: Bool { kind != .name }

  package static func < (left: Host, right: Host) -> Bool { left.text < right.text }

  /// Reads any spelling of a host.
  package init(_ text: String) throws(HostError) {
    guard !text.isEmpty else { throw .empty }
    guard text.utf8.count <= Host.textBytesMax else { throw .nameTooLong }
    if text.utf8.first == UInt8(ascii: "[") {
      self = try Host.ipv6(Array(text.utf8))
      return
    }
    var bytes = try Host.percentDecoded(Array(text.utf8))
    for byte in bytes {
      guard byte < 0x80 else { throw .nonASCII }
      guard byte != UInt8(ascii: ":") else {
        // "https://…" is told about its scheme, "example.com:443" about its port.
        if text.contains("//") { throw .notAHost(found: "/") }
        throw .port
      }
      guard Host.isNameByte(byte) else {
        throw .notAHost(found: Character(Unicode.Scalar(byte)))
      }
    }
    if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    guard !bytes.isEmpty else { throw .empty }
    let labels = bytes.map { $0.asciiLowercased }
      .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map { Array($0) }
    if let last = labels.last, IPv4Address.isNumber(last) {
      guard let address = IPv4Address(labels: labels) else { throw .badIPv4 }
      self.init(trusted: address.text, kind: .ipv4)
      return
    }
    self = try Host.name(labels)
  }

  private init(trusted text: String, kind: Kind) {
    self.text = text
    self.kind = kind
  }

  /// The host itself, then each parent name up to the last label; an address only itself.
  package var selfAndParents: [Host] {
    guard kind == .name else { return [self] }
    var hosts = [self]
    var rest = text[...]
    while let dot = rest.firstIndex(of: ".") {
      rest = rest[rest.index(after: dot)...]
      hosts.append(Host(trusted: String(rest), kind: .name))
    }
    return hosts
  }

  /// Whether this is `site` or a name under it.
  package func isWithin(_ site: Host) -> Bool {
    if self == site { return true }
    return kind == .name && site.kind == .name && text.hasSuffix("." + site.text)
  }

  private static func ipv6(_ bytes: [UInt8]) throws(HostError) -> Host {
    guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { throw .badIPv6 }
    guard close == bytes.count - 1 else {
      throw bytes[close + 1] == UInt8(ascii: ":") ? .port : .badIPv6
    }
    guard let address = IPv6Address(bytes[1..<close].map { $0.asciiLowercased }) else {
      throw .badIPv6
    }
    if let mapped = address.mappedIPv4 {
      return Host(trusted: mapped.text, kind: .ipv4)
    }
    return Host(trusted: "[" + address.text + "]", kind: .ipv6)
  }

  private static func name(_ labels: [[UInt8]]) throws(HostError) -> Host {
    for label in labels {
      let text = String(decoding: label, as: UTF8.self)
      guard !label.isEmpty else { throw .emptyLabel }
      guard label.count <= 63 else { throw .labelTooLong(label: text) }
      if label.starts(with: Array("xn--".utf8)) {
        guard Punycode.isALabel(label.dropFirst(4)) else { throw .badALabel(label: text) }
      }
    }
    let text = labels.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
    guard text.utf8.count <= nameBytesMax else { throw .nameTooLong }
    return Host(trusted: text, kind: .name)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  private static func percentDecoded(_ bytes: [UInt8]) throws(HostError) -> [UInt8] {
    var decoded: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index] == UInt8(ascii: "%") else {
        decoded.append(bytes[index])
        index += 1
        continue
      }
      guard index + 2 < bytes.count, let high = bytes[index + 1].hexadecimalValue,
        let low = bytes[index + 2].hexadecimalValue
      else { throw .badPercentEncoding }
      decoded.append(high << 4 | low)
      index += 3
    }
    return decoded
  }
}

extension UInt8 {
  /// ASCII letters in lower case, everything else as it is.
  var asciiLowercased: UInt8 {
    self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self + 32 : self
  }

  /// The value of an ASCII hexadecimal digit of either case.
  var hexadecimalValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - 48
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - 87
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - 55
    default: nil
    }
  }
}
