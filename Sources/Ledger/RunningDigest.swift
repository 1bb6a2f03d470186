import Crypto
package import Domain

/// SHA-256 of bytes that come one after another.
package struct RunningDigest: Sendable {
  private var hasher = SHA256()

  package init() {}

  package mutating func update(_ bytes: [UInt8]) {
    hasher.update(data: bytes)
  }

  /// Of all bytes so far.
  package var digest: Domain.Digest {
    Domain.Digest(bytes: Array(hasher.finalize()))
  }
}
