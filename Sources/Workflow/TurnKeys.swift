package import Domain
package import Postgres
import Store
package import Tokens

/// A replica makes the keys of its folder known to all and learns whose turn it is to sign.
///
/// A key is registered before it ever signs; a repeat changes nothing. So it does not matter
/// where between the file and the database a process ends.
package struct TurnKeys: Command {
  /// Oldest first.
  package let keys: [VerifyingKey]

  package init(keys: [VerifyingKey]) {
    self.keys = keys
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> KeyTurn {
    let plan = act.service.settings.keyPlan
    let kids = keys.map(\.kid)
    var known = try await SigningKeyStore.find(kids, in: tx)
    var now = act.now
    if known.count < Set(kids).count {
      // Behind the lock on the log: of two that start at once the second sees the first.
      _ = try await LogStore.lock(.service, in: tx)
      now = act.service.clock.read(try await ClockStore.now(in: tx))
      known = try await register(
        keys.filter { key in !known.contains { $0.kid == key.kid } }, as: plan, by: act, at: now,
        in: tx)
    }
    let turn = KeyTurn(of: known, as: plan, at: now)
    // The log before the key, as whoever registers one has them.
    if !turn.spent.isEmpty { _ = try await LogStore.lock(.service, in: tx) }
    for spent in turn.spent {
      guard let locked = try await SigningKeyStore.lock(spent.kid, in: tx),
        let ruling = locked.retired(.replaced, by: act.actor, at: now)
      else { continue }
      try await SigningKeyStore.retire(ruling, in: tx)
    }
    return turn
  }

  private func register(
    _ new: [VerifyingKey], as plan: KeyPlan, by act: Act, at now: Timestamp,
    in tx: borrowing Transaction
  ) async throws -> [PublishedKey] {
    var published = try await SigningKeyStore.published(at: now, in: tx)
    for key in new {
      let ruling = PublishedKey.registered(
        kid: key.kid, algorithm: key.algorithm.rawValue, jwk: key.jwk, beside: published,
        as: plan, by: act.actor, at: now)
      try await SigningKeyStore.register(ruling, in: tx)
      published.append(ruling.subject)
    }
    return try await SigningKeyStore.find(keys.map(\.kid), in: tx)
  }
}

extension Service {
  /// Registers the keys of this replica and signs from now on with the one whose turn it is.
  ///
  /// - Parameter keys: oldest first.
  @discardableResult
  package func turnKeys(_ keys: [SigningKey]) async throws -> KeyTurn {
    let turn = try await performUnauthenticated(
      TurnKeys(keys: keys.map(\.verifyingKey)), method: .service, trace: nil)
    keyRing.turn(to: keys.first { $0.kid == turn.signer?.kid })
    return turn
  }
}
