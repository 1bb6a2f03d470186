/// What the numbers allow: portion, length and quota of a next term.
struct LeaseOffer {
  let portion: Portion
  let expiresAt: Timestamp
  let quota: Int64

  private let refusal: Refusal?

  /// When whoever is behind others in the line should ask again, if nothing runs out before.
  static let retrySeconds: Int64 = 10

  init(on whole: LeaseGround, for claim: Claim) {
    let limit = whole.breakerLimit
    let ground = whole.with(budget: whole.budget.limited(to: limit?.rate))
    let share = BudgetShare(for: claim, on: ground)
    // The one lease that tries a host shares its part with nobody, nor waits for a turn: nobody
    // else could go on.
    let isTrying = limit?.quota != nil
    let offers = zip(share.turns, ground.scopes).map { turn, scope in
      ScopeOffer(
        scope: scope, turn: isTrying && scope.id == ground.budget.id ? turn.alone : turn,
        free: scope.free(at: ground.now, for: claim.lease))
    }
    // What this worker could have if it were alone in its budget.
    let most = min(claim.wish, share.capacity.rate)
    let fair = isTrying ? share.fair.with(rate: share.capacity.rate) : share.fair
    let portion = LeaseOffer.portion(fair, within: offers, wish: claim.wish)
    self.portion = portion

    let length = LeaseTerm.seconds(for: portion.rate)
    expiresAt = min(ground.now.adding(seconds: length), ground.boundary)
    quota = min(
      ground.quotaLeft, limit?.quota ?? .max,
      LeaseTerm.quota(
        of: portion, microseconds: max(0, expiresAt.microseconds(since: ground.now))))

    let least = min(Turn.rateUsual, most)
    if most < Turn.rateLeast || offers.contains(where: { $0.scope.capacity.slots <= 0 }) {
      refusal = .belowMinimum(offered: most, minimum: Turn.rateLeast)
    } else if offers.contains(where: \.turn.isOthers) || portion.rate < least
      || portion.burst < 1 || portion.concurrency < 1
      || offers.contains(where: { $0.free.workers < 1 })
    {
      let full = offers.first { $0.isFull(below: least) }?.scope ?? ground.budget
      refusal = .noCapacity(
        scope: full.label,
        until: full.earliestLapse(after: ground.now, than: claim.lease)
          ?? ground.now.adding(seconds: LeaseOffer.retrySeconds))
    } else {
      refusal = nil
    }
  }

  /// Why there is no offer: too small ever, or no room or somebody else's turn now.
  var refusals: [Refusal] { refusal.map { [$0] } ?? [] }

  private static func portion(
    _ fair: Portion, within offers: [ScopeOffer], wish: Rate
  ) -> Portion {
    let rate = offers.map(\.microRPS).reduce(min(fair.rate, wish).microRPS, min)
    return Portion(
      rate: Rate(microRPS: max(0, rate)),
      burst: max(0, offers.map(\.free.burst).reduce(fair.burst, min)),
      concurrency: max(0, offers.map(\.free.concurrency).reduce(fair.concurrency, min)))
  }
}

/// What one scope has for a lease.
private struct ScopeOffer {
  let scope: Scope
  let turn: Turn
  let free: Free

  /// What is free, less the least for everybody ahead in the line.
  var microRPS: Int64 { free.microRPS - turn.ahead * Turn.rateUsual.microRPS }

  func isFull(below rate: Rate) -> Bool {
    turn.isOthers || free.workers < 1 || free.burst < 1 || free.concurrency < 1
      || microRPS < rate.microRPS
  }
}
