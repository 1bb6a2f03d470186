/// The sum of the rates that enforcement points honour at once, against what is allowed.
struct HonouredLevel {
  /// How long it was above.
  private(set) var overMicroseconds: Int64 = 0
  /// The highest that it was, as a part of what was allowed then.
  private(set) var peak = 0.0

  init(_ segments: [Record.Segment], within allowance: Allowance, until end: Int64) {
    var turns: [(at: Int64, delta: Int64, ceiling: Int64?)] = []
    turns.reserveCapacity(segments.count * 2)
    for segment in segments {
      turns.append((segment.from, segment.microRPS, nil))
      turns.append((segment.to, -segment.microRPS, nil))
    }
    for step in allowance.steps { turns.append((step.from, 0, step.microRPS)) }
    turns.sort { $0.at < $1.at }
    var level: Int64 = 0
    var ceiling = Int64.max
    for (index, turn) in turns.enumerated() {
      level += turn.delta
      ceiling = turn.ceiling ?? ceiling
      // What happens at one instant is seen together.
      let next = index + 1 < turns.count ? turns[index + 1].at : end
      guard next > turn.at, turn.at < end else { continue }
      peak = max(peak, Double(level) / Double(max(1, ceiling)))
      if level > ceiling { overMicroseconds += min(next, end) - turn.at }
    }
  }
}
