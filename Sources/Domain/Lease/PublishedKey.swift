/// A public key of a replica, as every replica publishes it.
package struct PublishedKey: Hashable, Sendable {
  /// RFC 7638 thumbprint.
  package let kid: String
  /// `ES256` or `EdDSA`.
  package let algorithm: String
  package let jwk: JSON

  package init(kid: String, algorithm: String, jwk: JSON) {
    self.kid = kid
    self.algorithm = algorithm
    self.jwk = jwk
  }

  /// The key, known from now on.
  package func registered(by actor: Actor, at now: Timestamp) -> Ruling<PublishedKey> {
    Ruling(
      self,
      LogEntry(
        .signingKeyRegistered, stream: .service, object: EventObject("signing_key", kid),
        by: actor, at: now, detail: ["algorithm": .string(algorithm), "jwk": jwk]))
  }
}
