import Crypto

/// Seals what has to be kept in the database and read again, so that the database alone, or a
/// copy of it, does not tell it: AES-256-GCM.
package struct SealingKey: Sendable, CustomStringConvertible {
  /// Names the key without telling it: the first 8 bytes of its hash, in hex.
  package let name: String
  private let key: SymmetricKey

  package static let bytesCount = 32

  /// Reads base64 of 32 bytes; nil for anything else.
  package init?(_ text: String) {
    guard let bytes = Base64.paddedDecoded(Array(text.utf8)), bytes.count == SealingKey.bytesCount
    else { return nil }
    key = SymmetricKey(data: bytes)
    name = SHA256.hash(data: bytes).prefix(8).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }

  package var description: String { "redacted" }

  /// Nonce, ciphertext and tag; what is sealed for one purpose does not open for another.
  package func sealed(_ bytes: [UInt8], for purpose: String) throws -> [UInt8] {
    let box = try AES.GCM.seal(bytes, using: key, authenticating: Array(purpose.utf8))
    return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
  }

  /// Throws when the bytes were changed, or sealed by another key or for another purpose.
  package func opened(_ bytes: [UInt8], for purpose: String) throws -> [UInt8] {
    let box = try AES.GCM.SealedBox(combined: bytes)
    return Array(try AES.GCM.open(box, using: key, authenticating: Array(purpose.utf8)))
  }
}
