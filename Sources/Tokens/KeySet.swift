package import Domain

/// The public keys of all replicas.
package struct KeySet: Sendable {
  /// By `kid`.
  package let keys: [String: VerifyingKey]

  package init(_ keys: [VerifyingKey]) {
    self.keys = Dictionary(keys.map { ($0.kid, $0) }) { first, _ in first }
  }

  /// A JWK set (RFC 7517 §5), by `kid`.
  package var json: JSON {
    ["keys": .array(keys.values.sorted { $0.kid < $1.kid }.map(\.jwk))]
  }
}
