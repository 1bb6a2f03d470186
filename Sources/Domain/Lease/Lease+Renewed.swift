extension Lease {
  /// What a request for a renewal leads to.
  package enum Renewal: Hashable, Sendable {
    /// The next term.
    case next(IssuedTerm)
    /// The term that was issued before for the same request; the reply was lost.
    case repeated(Lease)
  }

  /// The next term of the chain, for whoever holds the last one.
  ///
  /// A repeat (the term just replaced) gives the term that stands. A stop wins over a repeat.
  /// A term is renewed up to the microsecond before it expires.
  /// - Parameters:
  ///   - wish: nil is the wish before.
  ///   - reported: what the report has against it.
  ///   - credential: what the pool calls with; nil is the one before.
  package func renewed(
    holding held: Int64, wish: Rate?, report: UsageReport, refusedFor reported: [Refusal] = [],
    by pool: PoolID, with credential: String? = nil, on ground: LeaseGround
  ) throws(Refusals) -> Renewal {
    let now = ground.now
    let isRepeat = held == term.number - 1
    var refusals = ground.grant.refusals(ofPool: self.pool, build: buildDigest)
    if pool != self.pool { refusals.append(.leaseHeldByAnother) }
    if held != term.number, !isRepeat { refusals.append(.wrongTerm(held: term.number)) }
    if state(at: now) != .live {
      refusals.append(.leaseExpired(at: ended?.at ?? term.expiresAt))
    }
    if isRepeat {
      try Refusals.check(refusals + stops(on: ground))
      return .repeated(self)
    }
    let wish = wish ?? self.wish
    let offer = LeaseOffer(
      on: ground,
      for: Claim(
        lease: id, worker: worker, startedAt: startedAt, term: term.number, wish: wish))
    try Refusals.check(
      refusals + ground.refusals + ground.stops(of: id) + reported + offer.refusals)
    let next = LeaseTerm(
      number: term.number + 1, portion: offer.portion, quota: offer.quota,
      day: ground.budget.day(at: now), issuedAt: now, expiresAt: offer.expiresAt)
    return .next(
      IssuedTerm(
        lease: continued(with: next, wish: wish, credential: credential ?? self.credential),
        on: ground, report: report))
  }

  /// Whether the term that stands may be told again: it was paid for, so that only a stop, or
  /// its end, is in the way.
  package func checkRepeat(on ground: LeaseGround) throws(Refusals) {
    var refusals = stops(on: ground)
    if state(at: ground.now) != .live {
      refusals.append(.leaseExpired(at: ended?.at ?? term.expiresAt))
    }
    try Refusals.check(refusals)
  }

  private func stops(on ground: LeaseGround) -> [Refusal] {
    ground.locks.map(\.refusal) + ground.grant.refusals(at: ground.now) + ground.stops(of: id)
      + (ground.quarantinedUntil.map { [.quarantine(until: $0)] } ?? [])
  }
}
