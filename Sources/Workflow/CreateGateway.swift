package import Domain
package import Postgres
import Store
package import Tokens

/// An administrator registers an enforcement point; it comes with its first key.
package struct CreateGateway: Command {
  package struct Output: Sendable {
    package let gateway: Gateway
    package let secret: Secret
  }

  package let name: String

  package init(name: String) {
    self.name = name
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    if act.actor.subject != .service { try act.person(holding: [.administrator]) }
    let ruling = Gateway.created(name: name, by: act.actor, at: act.now)
    try await GatewayStore.record(ruling, in: tx)
    let gateway = ruling.subject
    let key = try await CreateKey(holder: .gateway(gateway.id)).insert(by: act, in: tx)
    return Output(gateway: gateway, secret: key.secret)
  }
}
