package import Domain
package import Postgres
import Store

/// Records what time has brought to a grant: its start, causes, its end, the one that takes its
/// place. The states hold from their instants without it; it does nothing twice.
package struct CatchUpGrant: Command {
  package let grant: GrantID

  package init(grant: GrantID) {
    self.grant = grant
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    _ = try await act.lockedGrant(grant, in: tx)
  }

  /// The grants that it has something to do for, at most `limit`; in order of id.
  package static func due(
    at now: Timestamp, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [GrantID] {
    try await GrantChangeStore.due(at: now, limit: limit, in: tx)
  }
}
