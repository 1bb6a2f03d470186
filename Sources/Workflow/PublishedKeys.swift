import Domain
import Postgres
import Store
import Synchronization
import Tokens

/// The keys that tokens are verified with, of all replicas.
package struct PublishedKeys: Sendable {
  /// A JWK set (RFC 7517 §5) as bytes of JSON.
  package let document: [UInt8]
}

extension Service {
  /// The keys from memory; nil when they were not read within the last second.
  package func recalledKeys() -> PublishedKeys? { keyMemory.recalled(at: .now) }

  /// The keys from the database.
  package func publishedKeys() async throws -> PublishedKeys {
    let asked = ContinuousClock.now
    let keys = try await lookUnauthenticated { (tx: borrowing Transaction) in
      let now = self.clock.read(try await ClockStore.now(in: tx))
      return KeySet(
        try await SigningKeyStore.published(at: now, in: tx).compactMap {
          VerifyingKey(jwk: $0.jwk)
        })
    }
    let published = PublishedKeys(document: keys.json.bytes())
    keyMemory.keep(published, readAt: asked)
    return published
  }
}

/// The published keys as they were read last. A key is published for longer than this, and than
/// whoever fetched them keeps them, before it signs.
final class KeyMemory: Sendable {
  static let age = Duration.seconds(1)

  private let last = Mutex<(keys: PublishedKeys, readAt: ContinuousClock.Instant)?>(nil)

  func recalled(at now: ContinuousClock.Instant) -> PublishedKeys? {
    last.withLock { last in
      guard let last, last.readAt.duration(to: now) < Self.age else { return nil }
      return last.keys
    }
  }

  /// An older reading that comes late does not count.
  func keep(_ keys: PublishedKeys, readAt: ContinuousClock.Instant) {
    last.withLock { last in
      if let last, last.readAt > readAt { return }
      last = (keys, readAt)
    }
  }
}
