import Domain
package import Postgres
import Store
package import Tokens

/// An enforcement point asks whether a token is to be honoured now (RFC 7662).
package struct IntrospectToken: Query {
  package let token: String

  package init(token: String) {
    self.token = token
  }

  /// The claims of an active token; nil for every other one, whatever is wrong with it.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> LeaseClaims? {
    let audience: String
    switch act.holder {
    case .gateway(_, let name)?: audience = name
    case .pool(let id, _, nil)?: audience = id.text
    case .pool?, .person?, nil:
      throw Refusals(
        .notAllowed(
          act: "Introspection", who: "enforcement points and pools that enforce themselves"))
    }
    let keys = KeySet(
      try await SigningKeyStore.published(at: act.now, in: tx).compactMap {
        VerifyingKey(jwk: $0.jwk)
      })
    let claims: LeaseClaims
    do {
      claims = try LeaseToken.verified(token, keys: keys.keys)
    } catch {
      // Whatever is wrong with it: an inactive token is inactive and nothing else.
      return nil
    }
    ScopeStore.planOnce(in: tx)
    guard
      let context = try await LeaseContextStore.find(
        claims.lease, suffixes: act.service.suffixes, in: tx),
      claims.issuer == context.issuer
    else { return nil }
    let lease = context.view.lease
    tx.foresee(BreakerStore.stopping(lease, at: act.now))
    // A stop on a site covers its aliases too.
    let locks = try await LockStore.active(
      covering: LockStore.Targets(
        proposal: context.view.proposal, grant: lease.grant, pool: lease.pool,
        worker: lease.worker, hosts: lease.hosts + context.sites.map(\.host)), in: tx)
    let (breakers, holds) = try await BreakerStore.stops(of: lease, at: act.now, in: tx)
    let isActive = lease.honours(
      term: claims.term, for: audience, grant: context.grant, locks: locks,
      breakers: breakers, holds: holds, keyEndedAt: context.keyEndedAt, at: act.now)
    return isActive ? claims : nil
  }
}
