package import Domain
import Ledger
package import Postgres
import Store

/// Puts the policy of the file in force as version 1; later starts change nothing.
package struct ImportPolicy: Command {
  package let policy: Policy

  package init(policy: Policy) {
    self.policy = policy
  }

  /// - Returns: the version in force.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Int64 {
    if let active = try await PolicyStore.active(in: tx) { return active.version }
    let bytes = try policy.json.canonicalBytes()
    let ruling = PolicyVersion.imported(
      bytes, digest: Digest.sha256(of: bytes), by: act.actor, at: act.now)
    try await PolicyStore.record(ruling, in: tx)
    return 1
  }
}
