/// What is fair for one lease (budgets.md, Fair share).
///
/// First the budgets that share a site share its ceiling, for all sites at once, each weighing
/// what was granted to it; then the workers of the budget share what it gets: those who hold
/// something, the one who asks, and those who wait for a free place. Rates by max-min; burst and
/// concurrency ⌊B/n⌋ for n places, the remainder to the oldest.
package struct BudgetShare: Sendable {
  /// What the budget gets of the sites over it; its own capacity at most.
  package let capacity: Capacity
  /// What is fair for the lease, whether or not it is free.
  package let fair: Portion
  /// Whose turn it is: in the budget, then in its sites.
  let turns: [Turn]

  package init(for claim: Claim, on ground: LeaseGround) {
    let (budget, now) = (ground.budget, ground.now)
    let line = ground.waiting.filter { .budget($0.budget) == budget.id }.inLine
    let others = budget.others(at: now, than: claim.lease)
    let wish = (others.map(\.wish) + line.map(\.wish)).reduce(claim.wish.microRPS) {
      $0 + $1.microRPS
    }
    let capacity = BudgetShare.capacity(for: Rate(microRPS: wish), on: ground)
    let turn = Turn(in: budget, of: capacity, line: line, for: claim, at: now)
    self.capacity = capacity
    turns =
      [turn]
      + ground.sites.map { site in
        Turn(
          in: site, of: site.capacity, line: ground.waiting.filter { $0.scope == site.id },
          for: claim, at: now)
      }
    let places = Int(clamping: max(1, turn.places)) - 1
    let served = others.count <= places ? others : others.youngest(places)
    let wishes =
      [claim.wish] + served.map(\.wish) + turn.waiting.prefix(places - served.count).map(\.wish)
    let share = Allocation.shares(
      of: capacity.rate.microRPS, among: wishes.map { Allocation.Wish(amount: $0.microRPS) })[0]
    let rank = Int64(others.count { $0.isOlder(than: claim) })
    fair = Portion(
      rate: Rate(microRPS: share), burst: capacity.place(of: capacity.burst, rank: rank),
      concurrency: capacity.place(of: capacity.concurrency, rank: rank))
  }

  /// The first level: what the budget gets where others want something of its sites.
  ///
  /// - Parameter wish: of all its workers together.
  private static func capacity(for wish: Rate, on ground: LeaseGround) -> Capacity {
    let own = ground.budget.capacity
    let most = ground.sites.map(\.capacity.rate).reduce(own.rate, min)
    var rivals = Rivals(at: ground.now, besides: ground.budget)
    for site in ground.sites { rivals.add(site, waiting: ground.waiting) }
    guard !rivals.isEmpty else { return own.limited(to: most) }
    return Capacity(
      rate: min(most, rivals.rate(for: wish)),
      burst: rivals.part(of: own.burst, where: \.burst),
      concurrency: rivals.part(of: own.concurrency, where: \.concurrency),
      workers: own.workers, dailyRequests: own.dailyRequests)
  }
}

extension Capacity {
  /// One of the places' part of a whole; the remainder goes to the first ranks.
  fileprivate func place(of whole: Int64, rank: Int64) -> Int64 {
    guard slots > 0 else { return 0 }
    return whole / slots + (rank < whole % slots ? 1 : 0)
  }
}

extension [Occupant] {
  fileprivate func youngest(_ count: Int) -> [Occupant] {
    Array(sorted { ($0.startedAt, $0.lease) < ($1.startedAt, $1.lease) }.suffix(count))
  }
}
