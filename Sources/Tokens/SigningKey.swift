import Crypto
import FoundationEssentials

/// A private key that signs tokens. Its PEM form is a file of the operator's.
package struct SigningKey: Sendable, CustomStringConvertible {
  private enum Material: Sendable {
    case p256(P256.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)
  }

  private let material: Material
  /// The public half.
  package let verifyingKey: VerifyingKey

  package var kid: String { verifyingKey.kid }
  package var algorithm: Algorithm { verifyingKey.algorithm }
  package var description: String { "redacted" }

  /// Everything of an Ed25519 PKCS #8 file before its 32 bytes of seed (RFC 8410 §7).
  private static let ed25519Prefix: [UInt8] = [
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04,
    0x20,
  ]

  /// A new key from the system's random numbers.
  package static func make(_ algorithm: Algorithm) -> SigningKey {
    switch algorithm {
    case .es256: SigningKey(P256.Signing.PrivateKey())
    case .edDSA: SigningKey(Curve25519.Signing.PrivateKey())
    }
  }

  /// Reads a PEM file: P-256 (PKCS #8 or SEC 1) or Ed25519 (PKCS #8). Nil for anything else.
  package init?(pem text: String) {
    if let der = SigningKey.der(of: text), der.starts(with: SigningKey.ed25519Prefix),
      der.count == SigningKey.ed25519Prefix.count + 32
    {
      do {
        let seed = der.dropFirst(SigningKey.ed25519Prefix.count)
        self.init(try Curve25519.Signing.PrivateKey(rawRepresentation: seed))
        return
      } catch {
        return nil
      }
    }
    do {
      self.init(try P256.Signing.PrivateKey(pemRepresentation: text))
    } catch {
      return nil
    }
  }

  private init(_ key: P256.Signing.PrivateKey) {
    material = .p256(key)
    verifyingKey = VerifyingKey(key.publicKey)
  }

  private init(_ key: Curve25519.Signing.PrivateKey) {
    material = .ed25519(key)
    verifyingKey = VerifyingKey(key.publicKey)
  }

  /// PKCS #8 in PEM; secret.
  package var pem: String {
    switch material {
    case .p256(let key): return key.pemRepresentation + "\n"
    case .ed25519(let key):
      let der = SigningKey.ed25519Prefix + Array(key.rawRepresentation)
      return "-----BEGIN PRIVATE KEY-----\n" + Base64.paddedEncoded(der)
        + "\n-----END PRIVATE KEY-----\n"
    }
  }

  /// The signature over the bytes, 64 bytes long with either algorithm.
  package func signature(over bytes: [UInt8]) throws(TokenError) -> [UInt8] {
    do {
      switch material {
      case .p256(let key): return Array(try key.signature(for: bytes).rawRepresentation)
      case .ed25519(let key): return Array(try key.signature(for: bytes))
      }
    } catch {
      throw .notSigned
    }
  }

  private static func der(of pem: String) -> [UInt8]? {
    let lines = pem.split(whereSeparator: \.isNewline).map { Array($0.utf8) }
    guard lines.count >= 3, lines.first == Array("-----BEGIN PRIVATE KEY-----".utf8),
      lines.last == Array("-----END PRIVATE KEY-----".utf8)
    else { return nil }
    return Base64.paddedDecoded(Array(lines[1..<(lines.count - 1)].joined()))
  }
}
