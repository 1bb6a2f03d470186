/// base64url without padding (RFC 4648 §5), as JWS writes it; and base64 with padding for PEM.
enum Base64 {
  private static let urlAlphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlValues = values(of: urlAlphabet)
  private static let plainValues = values(of: alphabet)

  /// Unpadded base64url.
  static func urlEncoded(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: encoded(bytes, with: urlAlphabet), as: UTF8.self)
  }

  /// Strict: no padding, no other characters, unused bits zero. Nil otherwise.
  static func urlDecoded(_ text: some Collection<UInt8>) -> [UInt8]? {
    decoded(text, with: urlValues)
  }

  /// Padded base64.
  static func paddedEncoded(_ bytes: some Collection<UInt8>) -> String {
    let body = encoded(bytes, with: alphabet)
    let padding = Array(repeating: UInt8(ascii: "="), count: (4 - body.count % 4) % 4)
    return String(decoding: body + padding, as: UTF8.self)
  }

  /// Strict padded base64; nil otherwise.
  static func paddedDecoded(_ text: [UInt8]) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let padding = text.suffix(2).filter { $0 == UInt8(ascii: "=") }.count
    return decoded(text.dropLast(padding), with: plainValues)
  }

  private static func values(of alphabet: [UInt8]) -> [UInt8?] {
    var values: [UInt8?] = Array(repeating: nil, count: 256)
    for (index, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(index) }
    return values
  }

  private static func encoded(
    _ bytes: some Collection<UInt8>, with alphabet: [UInt8]
  ) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 4 + 2) / 3)
    var (bits, count): (UInt32, UInt32) = (0, 0)
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        text.append(alphabet[Int(bits >> count & 63)])
      }
    }
    if count > 0 { text.append(alphabet[Int(bits << (6 - count) & 63)]) }
    return text
  }

  private static func decoded(
    _ text: some Collection<UInt8>, with values: [UInt8?]
  ) -> [UInt8]? {
    guard text.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count * 3 / 4)
    var (bits, count): (UInt32, UInt32) = (0, 0)
    for byte in text {
      guard let value = values[Int(byte)] else { return nil }
      bits = (bits << 6 | UInt32(value)) & 0xFFFF
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(bits >> count & 255))
      }
    }
    guard bits & (1 << count - 1) == 0 else { return nil }
    return bytes
  }
}
