import Domain
import Foundation
import Synchronization
import Testing
import Tokens

/// A verifier that keeps the published keys of one process for as long as it is told to, and
/// fetches them at no other time: not even for a token whose key it does not have.
final class KeyCache: Sendable {
  private struct Kept: Sendable {
    let keys: [String: VerifyingKey]
    let freshUntil: Date
  }

  private let client: Client
  private let kept = Mutex<Kept?>(nil)

  init(_ client: Client) {
    self.client = client
  }

  /// The claims; an error for a token that cannot be verified now.
  @discardableResult
  func verify(_ token: String) async throws -> LeaseClaims {
    try LeaseToken.verified(token, keys: try await keys())
  }

  /// Those kept, while they are fresh.
  func keys() async throws -> [String: VerifyingKey] {
    if let kept = kept.withLock({ $0 }), Date() < kept.freshUntil { return kept.keys }
    let reply = try await client.get("/.well-known/jwks.json")
    let control = try #require(reply.field("Cache-Control"))
    let maxAge = try #require(
      control.firstMatch(of: /^public, max-age=([0-9]+)$/).flatMap { Double($0.1) })
    let keys = try reply.json(200)["keys"].elements.compactMap { VerifyingKey(jwk: $0) }
    let fresh = Kept(
      keys: Dictionary(uniqueKeysWithValues: keys.map { ($0.kid, $0) }),
      freshUntil: Date(timeIntervalSinceNow: maxAge))
    kept.withLock { $0 = fresh }
    return fresh.keys
  }
}
