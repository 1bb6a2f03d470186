import Domain
package import Postgres
import Store
package import Tokens

/// A replica makes its public key known to all; a known one stays as it is.
package struct RegisterSigningKey: Command {
  package let key: VerifyingKey

  package init(key: VerifyingKey) {
    self.key = key
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    guard try await !SigningKeyStore.contains(key.kid, in: tx) else { return }
    let published = PublishedKey(
      kid: key.kid, algorithm: key.algorithm.rawValue, jwk: key.jwk)
    try await SigningKeyStore.record(published.registered(by: act.actor, at: act.now), in: tx)
  }
}

extension Service {
  /// The keys that tokens are verified with, of all replicas.
  package func publishedKeys() async throws -> KeySet {
    try await lookUnauthenticated { (tx: borrowing Transaction) in
      let now = self.clock.read(try await ClockStore.now(in: tx))
      return KeySet(
        try await SigningKeyStore.all(at: now, in: tx).compactMap { VerifyingKey(jwk: $0.jwk) })
    }
  }
}
