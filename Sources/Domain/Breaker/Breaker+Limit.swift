/// What breakers leave of a budget for one lease.
package struct BreakerLimit: Hashable, Sendable {
  package let rate: Rate
  /// Requests of a term of the one lease that tries; nil where the rate alone bounds them.
  package let quota: Int64?

  /// What the one lease of a half-open breaker may send at most.
  package static let probeRate = Rate(microRPS: 200_000)
  package static let probeQuota: Int64 = 10
  /// Its share of the budget's rate, in hundredths.
  package static let probeHundredths: Int64 = 10

  package init(rate: Rate, quota: Int64?) {
    self.rate = rate
    self.quota = quota
  }

  /// The smaller of both.
  static func smallest(_ left: BreakerLimit, _ right: BreakerLimit) -> BreakerLimit {
    BreakerLimit(
      rate: min(left.rate, right.rate),
      quota: [left.quota, right.quota].compactMap(\.self).min())
  }
}

extension Breaker {
  /// Why the lease may not be granted or go on now; nil where it may.
  package func stop(of lease: LeaseID, at now: Timestamp) -> BreakerStop? {
    if case .halfOpen(_, let probe?) = phase(at: now), probe.lease != lease,
      now < probe.freesAt
    {
      return BreakerStop(.probed, of: host.text, until: probe.freesAt)
    }
    return stop(at: now)
  }

  /// Why no lease at all may be granted now; nil while it is not open.
  package func stop(at now: Timestamp) -> BreakerStop? {
    guard case .open(let opening) = phase(at: now) else { return nil }
    return opening.lifting == .people
      ? BreakerStop(.awaitsPeople(causes: opening.causes), of: host.text, until: nil)
      : BreakerStop(.open(causes: opening.causes), of: host.text, until: opening.until)
  }

  /// Whether tokens of a lease are honoured: none while it is open, while it is half-open those of
  /// the lease that tries, and later none that are older than the opening.
  package func honours(_ lease: Lease, at now: Timestamp) -> Bool {
    switch phase(at: now) {
    case .open: false
    case .halfOpen(_, let probe): probe?.lease == lease.id
    case .closed, .ramping:
      openings.last.map { lease.term.issuedAt >= $0.adding(seconds: 1) } ?? true
    }
  }

  /// What it leaves of a budget's rate; nil where it leaves everything, or nothing.
  ///
  /// Never less than one request in the longest term: nobody could find out otherwise that the
  /// trouble is over.
  package func limit(of rate: Rate, at now: Timestamp) -> BreakerLimit? {
    switch phase(at: now) {
    case .closed, .open: nil
    case .halfOpen:
      BreakerLimit(
        rate: min(share(BreakerLimit.probeHundredths, of: rate), BreakerLimit.probeRate),
        quota: BreakerLimit.probeQuota)
    case .ramping(let since):
      BreakerLimit(
        rate: share(Breaker.steps[step(since: since, at: now)], of: rate), quota: nil)
    }
  }

  /// The share of the rate that it leaves, in hundredths.
  package func shareHundredths(at now: Timestamp) -> Int64 {
    switch phase(at: now) {
    case .closed: 100
    case .open: 0
    case .halfOpen: BreakerLimit.probeHundredths
    case .ramping(let since): Breaker.steps[step(since: since, at: now)]
    }
  }

  /// The breaker once a lease has a term, or gave it back: while half-open, that one tries.
  package func leased(_ lease: Lease, at now: Timestamp) -> Breaker {
    guard case .halfOpen(let since, let probe) = phase(at: now),
      lease.ended == nil || probe?.lease == lease.id
    else { return self }
    return with(
      .halfOpen(since: since, probe: Probe(lease: lease.id, freesAt: lease.freesAt)))
  }

  /// Half-open, once people have lifted it.
  package func resumed(at now: Timestamp) -> Breaker {
    guard case .open(let opening) = stored, opening.lifting == .people else { return self }
    let since = Timestamp.second(now.seconds)
    return with(.halfOpen(since: since, probe: nil), quietFrom: since)
  }

  private func share(_ hundredths: Int64, of rate: Rate) -> Rate {
    let share = Int64(Int128(rate.microRPS) * Int128(hundredths) / 100)
    // Less than one request in the longest term would try nothing.
    let least = (1_000_000 + LeaseTerm.secondsMost - 1) / LeaseTerm.secondsMost
    return min(rate, Rate(microRPS: max(share, least)))
  }
}
