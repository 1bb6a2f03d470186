package import Domain
package import Postgres
import Store
package import Tokens

/// An administrator makes a key for a pool or an enforcement point.
package struct CreateKey: Command {
  package struct Output: Sendable {
    package let credential: NewCredential
    package let secret: Secret
  }

  package let holder: NewCredential.Holder

  /// Precondition: the holder is a pool or a gateway.
  package init(holder: NewCredential.Holder) {
    precondition(holder.person == nil, "only a person makes their own tokens")
    self.holder = holder
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    if let pool = holder.pool, try await PoolStore.find(pool, in: tx) == nil {
      throw Refusals(.notFound(kind: "pool", id: pool.text))
    }
    if let gateway = holder.gateway, try await GatewayStore.find(gateway, in: tx) == nil {
      throw Refusals(.notFound(kind: "gateway", id: gateway.text))
    }
    if act.actor.subject != .service { try act.person(holding: [.administrator]) }
    return try await insert(by: act, in: tx)
  }

  func insert(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let secret = Secret.make(holder.pool == nil ? .gateway : .pool)
    let ruling = NewCredential.made(
      for: holder, name: "key", secretHash: secret.hash,
      lifetimeSeconds: NewCredential.keyLifetimeSeconds, by: act.actor, at: act.now)
    try await CredentialStore.insert(ruling, in: tx)
    return Output(credential: ruling.subject, secret: secret)
  }
}
