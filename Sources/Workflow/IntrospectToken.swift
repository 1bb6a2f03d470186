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
      try await SigningKeyStore.all(at: act.now, in: tx).compactMap {
        VerifyingKey(jwk: $0.jwk)
      })
    let claims: LeaseClaims
    do {
      claims = try LeaseToken.verified(token, keys: keys.keys)
    } catch {
      // Whatever is wrong with it: an inactive token is inactive and nothing else.
      return nil
    }
    guard let view = try await LeaseStore.find(claims.lease, in: tx),
      let grant = try await GrantFactsStore.find(
        view.lease.grant, suffixes: act.service.suffixes, in: tx),
      let budget = grant.budgets.first(where: { $0.id == view.lease.budget }),
      claims.issuer == grant.issuer
    else { return nil }
    let sites = try await LeaseStore.chargedSiteHosts(of: view.lease.id, in: tx)
    let locks = try await LockStore.active(
      covering: LockStore.Targets(
        proposal: view.proposal, grant: view.lease.grant, pool: view.lease.pool,
        worker: view.lease.worker, hosts: view.lease.hosts + sites), in: tx)
    let isActive = view.lease.honours(
      term: claims.term, for: audience, grant: grant.facts.within(budget), locks: locks,
      at: act.now)
    return isActive ? claims : nil
  }
}
