import Domain

/// What one history came to under one rule.
package struct Outcome: Hashable, Sendable {
  package let seed: UInt64
  package let rule: ShareRule
  /// How long the history was.
  package let microseconds: Int64
  package let requests: Int
  package let occupancy: Occupancy
  /// How long enforcement points honoured more than some scope allows.
  package let overMicroseconds: Int64
  /// The most that they honoured at once, as a part of what was allowed.
  package let peak: Double
  /// By how many requests some interval was above R · T + B; 0 or less: none was.
  package let excess: Double
  /// Requests that end such an interval.
  package let breaches: Int
  /// Requests let through for tokens that were void for longer than the bound.
  package let voidRequests: Int
  /// How long nothing had disturbed the shares for two lease lengths, and what part of what the
  /// workers could use they had then.
  package let steadyMicroseconds: Int64
  package let usable: Double
  /// How long joining workers took to have 95 % of their share; in order of length.
  package let joins: [Int64]
  /// How long after a cut more than the new ceiling was honoured; in order of length.
  package let cuts: [Int64]
  /// How many cuts were not over when the service had said.
  package let lateCuts: Int
  package let longestWait: Int64

  /// After a disturbance shares settle for two lease lengths.
  static let settling = 2 * (LeaseTerm.secondsUsual + LeaseTerm.guardSeconds) * 1_000_000

  init(
    seed: UInt64, rule: ShareRule, record: Record, allowances: [Allowance], history: History,
    occupancy: Occupancy, convergence: Convergence, end: Int64
  ) {
    self.seed = seed
    self.rule = rule
    microseconds = end
    self.occupancy = occupancy
    requests = record.arrivals.reduce(0) { $0 + $1.count }
    voidRequests = record.voidRequests
    var (over, peak, excess, breaches) = (Int64(0), 0.0, -Double.infinity, 0)
    for (scope, allowance) in zip(history.fleet.scopes, allowances) {
      let arrivals = scope.projects.flatMap { record.arrivals[$0] }.sorted()
      let segments = scope.projects.flatMap { record.segments[$0] }
      guard !segments.isEmpty else { continue }
      let level = HonouredLevel(segments, within: allowance, until: end)
      let bound = FleetBound(arrivals, within: allowance)
      over = max(over, level.overMicroseconds)
      peak = max(peak, level.peak)
      excess = max(excess, bound.excess)
      breaches += bound.breaches
    }
    overMicroseconds = over
    self.peak = peak
    self.excess = excess
    self.breaches = breaches
    let steady = Outcome.steady(convergence.ideals, until: end)
    let ideal = steady.reduce(0.0) { $0 + Double($1.to - $1.from) * Double($1.microRPS) }
    let used = record.segments.joined().reduce(0.0) { used, segment in
      steady.reduce(used) { used, part in
        let time = min(part.to, segment.to) - max(part.from, segment.from)
        return used + Double(max(0, time)) * Double(segment.microRPS)
      }
    }
    steadyMicroseconds = steady.reduce(0) { $0 + $1.to - $1.from }
    usable = ideal > 0 ? used / ideal : 1
    joins = convergence.joins.sorted()
    let ends = convergence.cuts.map { cut in
      (
        Outcome.lastAbove(
          cut.microRPS,
          in: history.fleet.scopes[cut.scope].projects.flatMap { record.segments[$0] },
          from: cut.at, until: min(end, cut.effectiveAt + 1_000_000)) - cut.at,
        cut.effectiveAt - cut.at
      )
    }
    cuts = ends.map(\.0).sorted()
    lateCuts = ends.count { $0.0 > $0.1 }
    longestWait = convergence.longestWait
  }

  /// Times in which nothing had changed for long enough.
  private static func steady(
    _ ideals: [Convergence.Ideal], until end: Int64
  ) -> [Record.Segment] {
    ideals.indices.compactMap { index in
      let next = index + 1 < ideals.count ? ideals[index + 1].from : end
      let from = ideals[index].from + settling
      return from < next
        ? Record.Segment(from: from, to: next, microRPS: ideals[index].microRPS) : nil
    }
  }

  /// The last instant of a time at which more than a rate was honoured; its start when none was.
  private static func lastAbove(
    _ microRPS: Int64, in segments: [Record.Segment], from start: Int64, until end: Int64
  ) -> Int64 {
    var turns: [(at: Int64, delta: Int64)] = []
    for segment in segments where segment.to > start && segment.from < end {
      turns.append((max(start, segment.from), segment.microRPS))
      turns.append((min(end, segment.to), -segment.microRPS))
    }
    turns.sort { $0.at < $1.at }
    var (level, last) = (Int64(0), start)
    for (index, turn) in turns.enumerated() {
      level += turn.delta
      let next = index + 1 < turns.count ? turns[index + 1].at : end
      if next > turn.at, level > microRPS { last = next }
    }
    return last
  }
}
