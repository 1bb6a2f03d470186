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

  package enum Output: Hashable, Sendable {
    case known
    /// It is the first key of all: nobody has published others.
    case first
    /// Replicas that run already may not have read it yet.
    case added
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    guard try await !SigningKeyStore.contains(key.kid, in: tx) else { return .known }
    let published = PublishedKey(
      kid: key.kid, algorithm: key.algorithm.rawValue, jwk: key.jwk)
    try await SigningKeyStore.record(published.registered(by: act.actor, at: act.now), in: tx)
    // Behind the lock on the log: of two that start at once the second sees the first.
    return try await SigningKeyStore.all(at: act.now, in: tx).count > 1 ? .added : .first
  }
}
