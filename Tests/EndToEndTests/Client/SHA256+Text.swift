import Crypto

extension SHA256 {
  /// Hexadecimal digits of the hash.
  static func text(of bytes: [UInt8]) -> String {
    hash(data: bytes).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
