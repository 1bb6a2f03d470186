/// One worker's part of a budget (budgets.md, Fair share).
///
/// Rate: max-min over the wishes of those who hold something, of the newcomer and of those who
/// wait for a free place. Burst and concurrency: ⌊B/n⌋ for n places, the remainder to the
/// oldest.
package struct BudgetShare: Hashable, Sendable {
  package let budget: Scope
  package let now: Timestamp
  /// The lease that asks; it may hold a part already.
  package let lease: LeaseID
  /// When its chain began; now for a new one.
  package let startedAt: Timestamp
  package let wish: Rate
  /// Wishes of workers that asked before and were refused, longest waiting first.
  package let waiting: [Rate]

  package init(
    of budget: Scope, at now: Timestamp, for lease: LeaseID, startedAt: Timestamp, wish: Rate,
    waiting: [Rate]
  ) {
    self.budget = budget
    self.now = now
    self.lease = lease
    self.startedAt = startedAt
    self.wish = wish
    self.waiting = waiting
  }

  /// What is fair, whether or not it is free.
  package var fair: Portion {
    let others = budget.others(at: now, than: lease)
    let places = max(0, budget.capacity.slots - Int64(others.count) - 1)
    let wishes =
      [wish] + others.map(\.wish) + waiting.prefix(Int(clamping: places))
    let shares = Allocation.shares(
      of: budget.capacity.rate.microRPS,
      among: wishes.map { Allocation.Wish(amount: $0.microRPS) })
    let rank = Int64(others.count { ($0.startedAt, $0.lease) < (startedAt, lease) })
    return Portion(
      rate: Rate(microRPS: shares[0]), burst: place(of: budget.capacity.burst, rank: rank),
      concurrency: place(of: budget.capacity.concurrency, rank: rank))
  }

  private func place(of total: Int64, rank: Int64) -> Int64 {
    let places = budget.capacity.slots
    guard places > 0 else { return 0 }
    return total / places + (rank < total % places ? 1 : 0)
  }
}
