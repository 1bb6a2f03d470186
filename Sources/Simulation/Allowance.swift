/// What a scope allows over time: a ceiling that was cut still counts until the last term from
/// before the cut has run out.
struct Allowance {
  private struct Ceiling {
    let from: Int64
    var to: Int64
    let microRPS: Int64
  }

  private var ceilings: [Ceiling]
  let burst: Int64

  init(microRPS: Int64, burst: Int64) {
    ceilings = [Ceiling(from: .min, to: .max, microRPS: microRPS)]
    self.burst = burst
  }

  /// From an instant on another rate; the one before still counts until it is effective.
  mutating func change(to microRPS: Int64, at instant: Int64, effectiveAt: Int64) {
    ceilings[ceilings.count - 1].to = max(instant, effectiveAt)
    ceilings.append(Ceiling(from: instant, to: .max, microRPS: microRPS))
  }

  /// Where the rate changes, and to what, in order of time; the first from the beginning.
  var steps: [(from: Int64, microRPS: Int64)] {
    let instants = Set(ceilings.flatMap { [$0.from, $0.to] }).subtracting([.max]).sorted()
    return instants.map { instant in
      let rates = ceilings.filter { $0.from <= instant && instant < $0.to }.map(\.microRPS)
      return (instant, rates.max() ?? 0)
    }
  }
}
