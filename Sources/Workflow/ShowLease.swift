package import Domain
package import Postgres
import Store

/// Leases in the order in which they were granted; a pool sees its own.
package struct ListLeases: Query {
  package struct Input: Hashable, Sendable {
    package let grant: GrantID?
    package let site: Host?
    package let liveness: Liveness
    package let after: String?
    package let limit: Int

    package enum Liveness: Hashable, Sendable { case any, live }

    package init(grant: GrantID?, site: Host?, liveness: Liveness, after: String?, limit: Int) {
      self.grant = grant
      self.site = site
      self.liveness = liveness
      self.after = after
      self.limit = limit
    }
  }

  package struct Output: Sendable {
    package let leases: [LeaseView]
    package let now: Timestamp
  }

  package let input: Input

  package init(input: Input) {
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let filter = LeaseStore.Filter(
      grant: input.grant?.text, siteHost: input.site?.text, pool: try act.poolOfPersonOrPool(),
      liveAt: input.liveness == .live ? act.now : nil)
    let leases = try await LeaseStore.list(
      filter, after: input.after ?? "", limit: Int64(input.limit), in: tx)
    return Output(leases: leases, now: act.now)
  }
}

/// One lease; another pool's does not exist for a pool.
package struct ShowLease: Query {
  package let lease: LeaseID

  package init(lease: LeaseID) {
    self.lease = lease
  }

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> (view: LeaseView, now: Timestamp) {
    let pool = try act.poolOfPersonOrPool()
    let view = try await act.lease(lease, in: tx)
    guard pool == nil || pool == view.lease.pool else {
      throw Refusals(.notFound(kind: "lease", id: lease.text))
    }
    return (view, act.now)
  }
}

extension Act {
  /// Nil for a person, who sees every lease; the pool for a pool; a gateway is refused.
  fileprivate func poolOfPersonOrPool() throws(Refusals) -> PoolID? {
    switch holder {
    case .person?: return nil
    case .pool(let id, _, _)?: return id
    case .gateway?, nil:
      throw Refusals(.notAllowed(act: "Reading leases", who: "people and pools"))
    }
  }
}
