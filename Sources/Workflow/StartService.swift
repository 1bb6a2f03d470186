package import Domain
package import Postgres
import Store

/// Fixes the issuer and the log's name at the first start; later starts get what was fixed. A
/// database that was restored or promoted since the last lease begins with a quarantine.
package struct StartService: Command {
  package let proposed: ServiceIdentity

  package init(proposed: ServiceIdentity) {
    self.proposed = proposed
  }

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> ServiceIdentity {
    _ = try await BeginQuarantine(because: .cluster).run(by: act, in: tx)
    if let fixed = try await ServiceStore.find(in: tx) { return fixed }
    return try await ServiceStore.fix(proposed.started(by: act.actor, at: act.now), in: tx)
  }
}
