extension LeaseGround {
  /// What the breakers leave of the budget's rate; nil where they leave all of it.
  var breakerLimit: BreakerLimit? {
    let limits = breakers.compactMap { $0.limit(of: budget.capacity.rate, at: now) }
    return limits.first.map { limits.dropFirst().reduce($0, BreakerLimit.smallest) }
  }
}
