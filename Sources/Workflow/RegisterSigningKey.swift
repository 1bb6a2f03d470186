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
