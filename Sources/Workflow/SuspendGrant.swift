package import Domain
package import Postgres
import Store

/// The service suspends a grant for a cause that something other than a call found.
package struct SuspendGrant: Command {
  package let grant: GrantID
  package let cause: Suspension

  package init(grant: GrantID, cause: Suspension) {
    self.grant = grant
    self.cause = cause
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    try await act.suspend(grant, for: cause, in: tx)
  }
}
