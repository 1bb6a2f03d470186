package import Domain
package import Postgres

/// What the rules of leases look at, read in one round trip behind the locks of the scopes
/// (budgets.md, Grant and renewal transaction).
package enum GroundStore {
  /// Which rows to lock and what to read behind them.
  package struct Wanted: Sendable {
    package let budget: Budget
    package let sites: [ChargedSite]
    package let pool: PoolID
    package let worker: WorkerID
    package let hosts: [Host]
    package let proposal: ProposalID
    package let lease: Holder
    /// Where the act will be logged: its head is locked before the scopes are.
    package let stream: StreamID?

    /// Whose lease is read under the lock.
    package enum Holder: Hashable, Sendable {
      case lease(LeaseID)
      /// The newest one of the worker on the budget that has not ended.
      case worker
    }

    package init(
      budget: Budget, sites: [ChargedSite], pool: PoolID, worker: WorkerID, hosts: [Host],
      proposal: ProposalID, lease: Holder, stream: StreamID?
    ) {
      self.budget = budget
      self.sites = sites
      self.pool = pool
      self.worker = worker
      self.hosts = hosts
      self.proposal = proposal
      self.lease = lease
      self.stream = stream
    }
  }

  /// What stood when the locks had been got.
  package struct Locked: Sendable {
    package let scopes: [ScopeStore.LockedScope]
    /// Everything that takes up the scopes, by scope.
    package let occupants: [ScopeID: [Occupant]]
    package let fresh: GrantFactsStore.Fresh
    package let locks: [Lock]
    package let lease: LeaseView?
    /// The sites that the lease charges by now.
    package let charged: [ChargedSite]
    /// The head of the stream, if one was wanted.
    package let head: LogHead?
  }

  /// Locks the scopes until the transaction ends, always in order of id, so that no two calls
  /// wait for each other, then reads. Error: `lockNotAvailable` when that takes too long.
  ///
  /// - Parameter now: an instant not after the locks.
  package static func lock(
    _ wanted: Wanted, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> Locked {
    let budget = wanted.budget
    let names = ([.budget(budget.id)] + wanted.sites.map { ScopeID.site($0.id) }).map(\.text)
    let scopes = Parameter.textArray(names)
    // No zone's day is further behind than yesterday's in UTC.
    let earliest = now.utcDate.adding(days: -1)
    let targets = LockStore.Targets(
      proposal: wanted.proposal, grant: budget.grant, pool: wanted.pool, worker: wanted.worker,
      hosts: wanted.hosts + wanted.sites.map(\.host))
    let lease: (one: Lookup, sites: Lookup) =
      switch wanted.lease {
      case .lease(let id):
        (
          Lookup(LeaseStore.selectOne, [.id(id)]),
          Lookup(ChargedSiteStore.selectOfLease, [.id(id)])
        )
      case .worker:
        (
          Lookup(LeaseStore.selectHeld, [.id(wanted.worker), .id(budget.id)]),
          Lookup(ChargedSiteStore.selectOfLease, [.null])
        )
      }
    var statements = [
      Lookup(ScopeStore.lockAll, [scopes]),
      Lookup(ScopeStore.selectDays, [scopes, .date(earliest)]),
      Lookup(LeaseStore.selectOccupants, [scopes, .instant(now)]),
      GrantFactsStore.selectingFresh(budget, besides: wanted.worker, hosts: wanted.hosts),
      LockStore.selecting(covering: targets), lease.one, lease.sites,
    ]
    if let stream = wanted.stream { statements.insert(LogStore.lockingHead(stream), at: 0) }
    ScopeStore.prepareToLock(in: tx)
    var answers = try await tx.query(statements)[...]
    let head = wanted.stream == nil ? nil : try answers.popFirst()?.first.map(LogStore.head)
    let at = answers.startIndex
    return Locked(
      scopes: try ScopeStore.scopes(answers[at], days: answers[at + 1]),
      occupants: try LeaseStore.occupants(answers[at + 2]),
      fresh: try GrantFactsStore.fresh(answers[at + 3]),
      locks: try await LockStore.locks(answers[at + 4], in: tx),
      lease: try answers[at + 5].first.map(LeaseStore.view),
      charged: try answers[at + 6].map(ChargedSiteStore.site), head: head)
  }
}
