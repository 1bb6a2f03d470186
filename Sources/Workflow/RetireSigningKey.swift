package import Domain
package import Postgres
import Store

/// Ends a token key for good: that of a replica which is gone, or one that somebody else may
/// have. Its replica, if there is one, signs with another key from its next look on.
package struct RetireSigningKey: Command {
  package let kid: String
  package let cause: PublishedKey.RetirementCause

  package init(kid: String, cause: PublishedKey.RetirementCause) {
    self.kid = kid
    self.cause = cause
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> PublishedKey {
    _ = try await LogStore.lock(.service, in: tx)
    guard let key = try await SigningKeyStore.lock(kid, in: tx) else {
      throw Refusals(.notFound(kind: "token key", id: kid))
    }
    guard let ruling = key.retired(cause, by: act.actor, at: act.now) else { return key }
    try await SigningKeyStore.retire(ruling, in: tx)
    return ruling.subject
  }
}

extension Service {
  /// Every token key there ever was, newest first, and the instant of the reading.
  package func tokenKeys() async throws -> (keys: [PublishedKey], now: Timestamp) {
    try await lookUnauthenticated { (tx: borrowing Transaction) in
      let now = self.clock.read(try await ClockStore.now(in: tx))
      return (try await SigningKeyStore.all(in: tx), now)
    }
  }
}
