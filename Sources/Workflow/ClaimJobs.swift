package import Domain
package import Postgres
import Store

/// Takes jobs that are due for a while; whoever takes them later has them instead.
package struct ClaimJobs: Command {
  private let kinds: [JobKind]
  private let limit: Int

  package init(_ kinds: [JobKind], limit: Int) {
    self.kinds = kinds
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [Job] {
    try await JobStore.claim(kinds, limit: Int64(limit), at: act.now, in: tx)
  }
}
