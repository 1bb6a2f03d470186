package import Domain
package import Postgres
import Store

/// Locks in the order in which they were placed.
package struct ListLocks: Query {
  package enum Liveness: Hashable, Sendable { case any, active }

  package let liveness: Liveness
  package let after: String?
  package let limit: Int

  package init(_ liveness: Liveness, after: String?, limit: Int) {
    self.liveness = liveness
    self.after = after
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [Lock] {
    _ = try act.person()
    return try await LockStore.list(
      onlyActive: liveness == .active, after: after ?? "", limit: Int64(limit), in: tx)
  }
}

/// What a stop has not yet reached: leases under it whose tokens still run by themselves.
package struct ShowLockPropagation: Query {
  package struct Output: Sendable {
    package let liveLeases: Int64
    package let lastExpiry: Timestamp?
    /// Names of the enforcement points of those leases.
    package let enforcementPoints: [String]
  }

  package let lock: LockID

  package init(lock: LockID) {
    self.lock = lock
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    _ = try act.person()
    guard let lock = try await LockStore.find(lock, in: tx) else {
      throw Refusals(.notFound(kind: "lock", id: lock.text))
    }
    let live = try await LeaseStore.live(under: lock.scope, at: act.now, in: tx)
    return Output(
      liveLeases: live.count, lastExpiry: live.lastExpiry,
      enforcementPoints: live.enforcementPoints)
  }
}
