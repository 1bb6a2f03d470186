/// A SHA-256 value; printed as 64 lower-case hex digits, in documents as `sha256:<hex>`.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
  /// 32 bytes.
  package let bytes: [UInt8]

  /// Precondition: 32 bytes.
  package init(bytes: [UInt8]) {
    precondition(bytes.count == 32, "a SHA-256 value has 32 bytes")
    self.bytes = bytes
  }

  /// Reads `sha256:` and 64 lower-case hex digits; nil for anything else.
  package init?(_ text: String) {
    let prefix = "sha256:"
    guard text.hasPrefix(prefix), let bytes = Array(hex: text.dropFirst(prefix.count)),
      bytes.count == 32
    else { return nil }
    self.bytes = bytes
  }

  package var hex: String { bytes.hex }

  /// `sha256:<hex>`.
  package var description: String { "sha256:" + hex }

  /// 32 zero bytes: the `prev` of a stream's first event.
  package static let zero = Digest(bytes: Array(repeating: 0, count: 32))
}

extension Sequence<UInt8> {
  /// Lower-case hexadecimal, two digits a byte.
  package var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in self {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension [UInt8] {
  /// Lower-case hexadecimal of even length; nil for anything else.
  package init?(hex text: some StringProtocol) {
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[index].hexValue, let low = digits[index + 1].hexValue else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    self = bytes
  }
}

extension UInt8 {
  /// The value of an ASCII lower-case hexadecimal digit.
  fileprivate var hexValue: UInt8? {
    switch self {
    case 48...57: self - 48
    case 97...102: self - 87
    default: nil
    }
  }
}
