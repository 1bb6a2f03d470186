package import Domain
package import Postgres
import Store

/// The ids of a pool and a gateway by their names.
package struct FindFleet: Command {
  package struct Output: Sendable {
    package let pool: PoolID?
    package let gateway: GatewayID?
  }

  package let pool: String
  package let gateway: String

  package init(pool: String, gateway: String) {
    self.pool = pool
    self.gateway = gateway
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    Output(
      pool: try await PoolStore.ids(ofNames: [pool], in: tx)[pool],
      gateway: try await GatewayStore.find(named: gateway, in: tx)?.id)
  }
}
