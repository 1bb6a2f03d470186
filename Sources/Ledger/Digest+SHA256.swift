import Crypto
package import Domain

extension Domain.Digest {
  /// SHA-256 (FIPS 180-4) of the bytes.
  package static func sha256(of bytes: [UInt8]) -> Domain.Digest {
    Domain.Digest(bytes: Array(SHA256.hash(data: bytes)))
  }

  /// The hash of a log leaf: SHA-256(0x00 ‖ bytes) (RFC 6962 §2.1).
  package static func leaf(_ bytes: [UInt8]) -> Domain.Digest {
    var hasher = SHA256()
    hasher.update(data: [0x00])
    hasher.update(data: bytes)
    return Domain.Digest(bytes: Array(hasher.finalize()))
  }
}
