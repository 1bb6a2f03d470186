package import Domain
package import Postgres
import Store

/// Leases were to be given, and cluster or clock is not what it was: none is given for a while.
/// Noticed twice it is one quarantine.
package struct BeginQuarantine: Command {
  private let disturbance: Disturbance

  package init(because disturbance: Disturbance) {
    self.disturbance = disturbance
  }

  /// - Returns: the quarantine that begins; nil where there was no need.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Quarantine? {
    let (standing, cluster, hasLeases) = try await QuarantineStore.lock(in: tx)
    let quarantine = disturbance.quarantine(
      after: standing, in: cluster, hasLeases: hasLeases, at: act.now)
    guard let quarantine else {
      if standing?.cluster != cluster { QuarantineStore.settle(in: cluster, in: tx) }
      return nil
    }
    try await QuarantineStore.record(
      quarantine.begun(because: disturbance, before: standing, by: act.actor, at: act.now), in: tx)
    try await act.openIncident(quarantine.finding(because: disturbance), in: tx)
    return quarantine
  }
}
