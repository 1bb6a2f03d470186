package import Domain
package import Postgres

/// What the rules of leases look at, read in one round trip behind the locks of the scopes
/// (budgets.md, Grant and renewal transaction).
package enum GroundStore {
  /// Which rows to lock and what to read behind them.
  package struct Wanted: Sendable {
    package let budget: Budget
    package let proposal: ProposalID
    /// At least one.
    package let seats: [Seat]
    /// Where the act will be logged: its head is locked before the scopes are.
    package let stream: StreamID?

    package init(budget: Budget, proposal: ProposalID, seats: [Seat], stream: StreamID?) {
      self.budget = budget
      self.proposal = proposal
      self.seats = seats
      self.stream = stream
    }
  }

  /// One of those who ask something of the budget together.
  package struct Seat: Sendable {
    package let hosts: [Host]
    package let pool: PoolID
    package let worker: WorkerID
    /// The sites that the hosts charge.
    package let sites: [ChargedSite]
    /// Nil where a worker asks, alone: the newest lease of it that has not ended is read.
    package let lease: LeaseID?

    package init(
      hosts: [Host], pool: PoolID, worker: WorkerID, sites: [ChargedSite], lease: LeaseID?
    ) {
      self.hosts = hosts
      self.pool = pool
      self.worker = worker
      self.sites = sites
      self.lease = lease
    }

    /// What stops may cover of it.
    package func targets(of budget: Budget, _ proposal: ProposalID) -> LockStore.Targets {
      LockStore.Targets(
        proposal: proposal, grant: budget.grant, pool: pool, worker: worker,
        hosts: hosts + sites.map(\.host))
    }
  }

  /// A lease as it stands behind the locks.
  package struct Standing: Sendable {
    package let view: LeaseView
    /// The newest report of it that was counted.
    package let lastReport: LastReport?
    /// What was sent of it and may be, and in which days that counts.
    package let account: LeaseGround.Standing
  }

  /// What stood when the locks had been got.
  package struct Locked: Sendable {
    package let scopes: [ScopeStore.LockedScope]
    /// Everything that takes up the scopes, by scope.
    package let occupants: [ScopeID: [Occupant]]
    package let fresh: GrantFactsStore.Fresh
    /// Of those who ask, together.
    package let locks: [Lock]
    package let leases: [Standing]
    /// Of the budget on every host of theirs.
    package let breakers: [Breaker]
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
    let (budget, seats) = (wanted.budget, wanted.seats)
    let sites = Set(seats.flatMap(\.sites).map(\.id)).sorted()
    let hosts = Set(seats.flatMap(\.hosts)).sorted()
    let scopes = Parameter.textArray([budget.id.text] + sites.map(\.text))
    // No zone's day is further behind than yesterday's in UTC.
    let earliest = now.utcDate.adding(days: -1)
    let ids = seats.compactMap(\.lease)
    let leases =
      ids.isEmpty
      ? Lookup(LeaseStore.selectHeld, [.id(seats[0].worker), .id(budget.id)])
      : Lookup(LeaseStore.select, [.ids(ids)])
    var statements = [
      Lookup(ScopeStore.lockAll, [scopes]),
      Lookup(ScopeStore.selectDays, [scopes, .date(earliest)]),
      Lookup(LeaseStore.selectOccupants, [scopes, .instant(now)]),
      GrantFactsStore.selectingFresh(budget, sites: sites, hosts: hosts),
      LockStore.selecting(coveringAnyOf: seats.map { $0.targets(of: budget, wanted.proposal) }),
      leases, BreakerStore.selecting(budget.id, on: hosts),
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
      leases: try answers[at + 5].map(LeaseStore.standing),
      breakers: try BreakerStore.breakers(answers[at + 6], of: budget.id, on: hosts),
      head: head)
  }
}
