/// The two ways in which tokens are signed; a key has exactly one of them.
package enum Algorithm: String, Hashable, Sendable, CaseIterable {
  /// ECDSA on P-256 with SHA-256, signature r ‖ s (RFC 7518 §3.4); stock proxies verify it.
  case es256 = "ES256"
  /// Ed25519 (RFC 8037 §3.1).
  case edDSA = "EdDSA"
}
