import Domain
import Postgres
import Store

extension Act {
  /// Holds everything that a new grant of a proposal depends on, before its content is assessed:
  /// the proposal's other grants and what they have out, and the ceilings of every covered site
  /// (lifecycle transitions 13, 17). Nothing of it changes until the transaction ends.
  func holdForGrant(
    of proposal: ProposalID, _ content: ProposalContent, in tx: borrowing Transaction
  ) async throws {
    ScopeStore.prepareToLock(in: tx)
    var open: [GrantID] = []
    for id in try await ReplacementStore.open(of: proposal, in: tx) {
      let found = try await lockedGrant(id, in: tx)
      if found.standing.recorded.isStanding { open.append(id) }
    }
    let names = content.targets.flatMap { $0.patterns.flatMap(\.host.selfAndParents) }
    try await ReplacementStore.lockScopes(of: open, sites: Set(names), in: tx)
  }

  /// Records a new grant, which takes the place of those that the proposal has.
  ///
  /// One that has not started is over at once, one that runs when the new one starts. The leases
  /// that are out then count against the new budgets until they have run out, and so does what
  /// was sent that day: the two together never exceed the larger.
  /// Precondition: `holdForGrant` was called in this transaction.
  func issue(_ ruling: Ruling<Grant>, in tx: borrowing Transaction) async throws {
    let grant = ruling.subject
    var old: [GrantID] = []
    for id in try await ReplacementStore.open(of: grant.proposal, in: tx) {
      guard let found = try await GrantStore.find(id, in: tx) else { continue }
      let isScheduled = found.standing.state(at: now) == .scheduled
      ReplacementStore.mark(
        id, replacedBy: grant.id, at: isScheduled ? now : max(now, grant.startsAt), in: tx)
      old.append(id)
    }
    try await GrantStore.record(ruling, in: tx)
    for id in old { _ = try await lockedGrant(id, in: tx) }
    try await chargeWhatIsOut(of: old, to: grant, in: tx)
  }

  private func chargeWhatIsOut(
    of old: [GrantID], to grant: Grant, in tx: borrowing Transaction
  ) async throws {
    let budgets = try grant.budgets.map { budget in
      (id: budget.id, patterns: try patterns(budget.hosts), startsAt: budget.startsAt)
    }
    for (lease, hosts) in try await ReplacementStore.leases(
      of: old, after: grant.startsAt, in: tx)
    {
      let covering = budgets.filter { budget in
        hosts.contains { host in
          budget.patterns.contains { $0.covers(host, suffixes: service.suffixes) }
        }
      }
      ReplacementStore.charge(
        lease, to: (covering.isEmpty ? budgets : covering).map(\.id), in: tx)
    }
    let spent = try await ReplacementStore.budgets(of: old, in: tx)
    for budget in budgets where budget.startsAt <= now {
      let same = try spent.filter { entry in
        try patterns(entry.hosts).contains { old in
          budget.patterns.contains { $0.overlaps(old) }
        }
      }
      ReplacementStore.carryOver(
        from: same.map(\.id), to: budget.id, since: now.utcDate.adding(days: -1), in: tx)
    }
  }

  private func patterns(_ hosts: [String]) throws -> [HostPattern] {
    try hosts.compactMap { text in
      do { return try HostPattern(text, suffixes: service.suffixes) } catch HostError
        .patternOverSuffix
      { return nil }
    }
  }
}
