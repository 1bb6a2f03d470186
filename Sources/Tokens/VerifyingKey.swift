import Crypto
package import Domain
import FoundationEssentials

/// A public key with the one algorithm it may be used for.
package struct VerifyingKey: Sendable {
  private enum Material: Sendable {
    case p256(P256.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)
  }

  /// RFC 7638 thumbprint, base64url.
  package let kid: String
  private let material: Material

  package var algorithm: Algorithm {
    switch material {
    case .p256: .es256
    case .ed25519: .edDSA
    }
  }

  /// From an uncompressed P-256 point (65 bytes); nil when it is not on the curve.
  package init?(p256X963 bytes: [UInt8]) {
    do {
      self.init(try P256.Signing.PublicKey(x963Representation: bytes))
    } catch {
      return nil
    }
  }

  /// From 32 raw bytes; nil when they are no Ed25519 key.
  package init?(ed25519 bytes: [UInt8]) {
    do {
      self.init(try Curve25519.Signing.PublicKey(rawRepresentation: bytes))
    } catch {
      return nil
    }
  }

  /// Reads a JWK (RFC 7517): `EC` on P-256 or `OKP` Ed25519, for signatures only.
  package init?(jwk: JSON) {
    guard case .object(let members) = jwk, case .string(let keyType)? = members["kty"],
      case .string(let curve)? = members["crv"], let x = VerifyingKey.bytes(members["x"]),
      members["use"] == nil || members["use"] == "sig",
      members["key_ops"] == nil || members["key_ops"] == ["verify"], members["d"] == nil
    else { return nil }
    switch (keyType, curve) {
    case ("EC", "P-256"):
      guard let y = VerifyingKey.bytes(members["y"]), x.count == 32, y.count == 32 else {
        return nil
      }
      self.init(p256X963: [4] + x + y)
    case ("OKP", "Ed25519"):
      self.init(ed25519: x)
    default: return nil
    }
    let named: JSON? = members["alg"]
    guard named == nil || named == .string(algorithm.rawValue) else { return nil }
  }

  init(_ key: P256.Signing.PublicKey) {
    material = .p256(key)
    kid = VerifyingKey.thumbprint(of: VerifyingKey.required(of: .p256(key)))
  }

  init(_ key: Curve25519.Signing.PublicKey) {
    material = .ed25519(key)
    kid = VerifyingKey.thumbprint(of: VerifyingKey.required(of: .ed25519(key)))
  }

  /// The public JWK with `kid`, `alg` and `use`.
  package var jwk: JSON {
    var members = VerifyingKey.required(of: material)
    members["kid"] = .string(kid)
    members["alg"] = .string(algorithm.rawValue)
    members["use"] = "sig"
    return .object(members)
  }

  /// Whether the signature is this key's over the bytes.
  package func isValid(signature: [UInt8], over bytes: [UInt8]) -> Bool {
    switch material {
    case .p256(let key):
      guard signature.count == 64 else { return false }
      do {
        let parsed = try P256.Signing.ECDSASignature(rawRepresentation: signature)
        return key.isValidSignature(parsed, for: bytes)
      } catch {
        return false
      }
    case .ed25519(let key):
      return signature.count == 64 && key.isValidSignature(signature, for: bytes)
    }
  }

  /// The members that the thumbprint covers, in its order (RFC 7638 §3.2).
  private static func required(of material: Material) -> JSONObject {
    switch material {
    case .p256(let key):
      let point = Array(key.rawRepresentation)
      return [
        "crv": "P-256", "kty": "EC", "x": .string(Base64.urlEncoded(point.prefix(32))),
        "y": .string(Base64.urlEncoded(point.suffix(32))),
      ]
    case .ed25519(let key):
      return [
        "crv": "Ed25519", "kty": "OKP",
        "x": .string(Base64.urlEncoded(Array(key.rawRepresentation))),
      ]
    }
  }

  private static func thumbprint(of members: JSONObject) -> String {
    Base64.urlEncoded(Array(SHA256.hash(data: JSON.object(members).bytes())))
  }

  private static func bytes(_ member: JSON?) -> [UInt8]? {
    guard case .string(let text)? = member else { return nil }
    return Base64.urlDecoded(Array(text.utf8))
  }
}
