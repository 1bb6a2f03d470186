/// Whether in any interval at all more was let through than R · T + B (budgets.md, the promise).
///
/// Exact and over every interval, each beginning and ending with a request: with A the integral
/// of the rate and N the count, N(j) − A(j) may exceed the least N(i−1) − A(i) before it by B.
struct FleetBound {
  /// The most by which an interval is above, in requests; 0 or less: none is.
  let excess: Double
  /// Requests with which some interval ends that is above.
  let breaches: Int

  private static let unit = Int128(1_000_000_000_000)

  /// - Parameter arrivals: in order of time, in microseconds.
  init(_ arrivals: [Int64], within allowance: Allowance) {
    let steps = allowance.steps
    let burst = Int128(allowance.burst) * FleetBound.unit
    var step = 0
    var allowed = Int128(0)
    var last = arrivals.first ?? 0
    var lowest = Int128.max
    var worst = Int128.min
    var breaches = 0
    for (count, arrival) in arrivals.enumerated() {
      while step + 1 < steps.count, steps[step + 1].from <= arrival {
        step += 1
        let from = max(last, steps[step].from)
        allowed += Int128(from - last) * Int128(steps[step - 1].microRPS)
        last = from
      }
      allowed += Int128(arrival - last) * Int128(steps[step].microRPS)
      last = arrival
      let before = Int128(count) * FleetBound.unit - allowed
      lowest = min(lowest, before)
      let above = before + FleetBound.unit - lowest - burst
      worst = max(worst, above)
      if above > 0 { breaches += 1 }
    }
    self.breaches = breaches
    excess = arrivals.isEmpty ? 0 : Double(worst) / Double(FleetBound.unit)
  }
}
