/// What the numbers allow: portion, length and quota of a next term.
struct LeaseOffer {
  let portion: Portion
  let expiresAt: Timestamp
  let quota: Int64

  /// The smallest rate at which one request fits into the longest term.
  static let rateLeast = Rate(
    microRPS: (1_000_000 + LeaseTerm.secondsMost - 1) / LeaseTerm.secondsMost)

  private let refusal: Refusal?

  /// - Parameters:
  ///   - lease: the chain; what it holds already counts as free for it.
  ///   - startedAt: when the chain began.
  init(on ground: LeaseGround, lease: LeaseID, startedAt: Timestamp, wish: Rate) {
    let share = BudgetShare(
      of: ground.budget, at: ground.now, for: lease, startedAt: startedAt, wish: wish,
      waiting: ground.waiting)
    // What this worker could have if it were alone.
    let most = ground.scopes.map(\.capacity.rate).reduce(wish, min)
    let usual = Rate(
      microRPS: (1_000_000 + LeaseTerm.secondsUsual - 1) / LeaseTerm.secondsUsual)
    let free = ground.scopes.map { (scope: $0, free: $0.free(at: ground.now, for: lease)) }
    let portion = LeaseOffer.portion(share.fair, within: free.map(\.free), wish: wish)
    self.portion = portion

    let length = LeaseTerm.seconds(for: portion.rate) ?? LeaseTerm.secondsUsual
    expiresAt = min(ground.now.adding(seconds: length), ground.boundary)
    quota = min(
      ground.quotaLeft,
      LeaseTerm.quota(
        of: portion, microseconds: max(0, expiresAt.microseconds(since: ground.now))))

    if most < LeaseOffer.rateLeast || ground.scopes.contains(where: { $0.capacity.slots <= 0 }) {
      refusal = .belowMinimum(offered: most, minimum: LeaseOffer.rateLeast)
    } else if portion.rate < min(usual, most) || portion.burst < 1 || portion.concurrency < 1
      || free.contains(where: { $0.free.workers < 1 })
    {
      let full = free.first { $0.free.isFull(below: min(usual, most)) }?.scope ?? ground.budget
      refusal = .noCapacity(
        scope: full.label, until: full.earliestLapse(after: ground.now, than: lease))
    } else {
      refusal = nil
    }
  }

  /// Why there is no offer: too small ever, or nothing free now.
  var refusals: [Refusal] { refusal.map { [$0] } ?? [] }

  private static func portion(_ fair: Portion, within free: [Free], wish: Rate) -> Portion {
    let rate = free.map(\.microRPS).reduce(min(fair.rate, wish).microRPS, min)
    return Portion(
      rate: Rate(microRPS: max(0, rate)),
      burst: max(0, free.map(\.burst).reduce(fair.burst, min)),
      concurrency: max(0, free.map(\.concurrency).reduce(fair.concurrency, min)))
  }
}

extension Free {
  fileprivate func isFull(below rate: Rate) -> Bool {
    workers < 1 || burst < 1 || concurrency < 1 || microRPS < rate.microRPS
  }
}
