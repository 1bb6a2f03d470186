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

/// How far a stop has come: the leases under it whose tokens still run by themselves, and when
/// each of those who enforce them had taken it in.
package struct ShowLockPropagation: Query {
  package struct Output: Sendable {
    package let liveLeases: Int64
    package let lastExpiry: Timestamp?
    /// In order of name.
    package let points: [(name: String, seenAt: Timestamp?)]
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
    let reach = try await LeaseStore.reach(of: lock, at: act.now, in: tx)
    return Output(
      liveLeases: reach.reduce(0) { $0 + $1.liveCount },
      lastExpiry: reach.compactMap(\.lastExpiry).max(),
      points: reach.map { ($0.point, $0.seenAt) })
  }
}
