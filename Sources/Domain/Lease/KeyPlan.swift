/// What the configuration says of token keys; the same for all replicas.
package struct KeyPlan: Hashable, Sendable {
  /// What new keys are made for: `ES256` or `EdDSA`.
  package let algorithm: String
  /// How long a verifier may keep the published keys before it fetches them again.
  package let maxAgeSeconds: Int64

  package static let standard = KeyPlan(algorithm: "ES256", maxAgeSeconds: 60)

  /// How late a replica may learn that a key has retired.
  package static let lookSecondsMax: Int64 = 10
  /// How long the last token of a key may matter once the key has retired.
  static let lastTokenSeconds = LeaseTerm.secondsMost + LeaseTerm.guardSeconds + lookSecondsMax

  package init(algorithm: String, maxAgeSeconds: Int64) {
    self.algorithm = algorithm
    self.maxAgeSeconds = maxAgeSeconds
  }

  /// How long a key is published before it signs. Whoever fetched the set just before has
  /// fetched it again by then, and has a second try where the first one failed.
  package var announcedSeconds: Int64 { 2 * maxAgeSeconds }
}
