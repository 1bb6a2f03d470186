extension TargetAllowance {
  /// How long it takes to send what a target asks for at these numbers, in seconds rounded up;
  /// nil when it never ends. Hours are those of an ordinary week (no change of clocks).
  ///
  /// - Parameter days: of the content, which count where it names no total.
  package func projectedSeconds(for target: TargetContent, days: Int64) -> Int64? {
    let asked = target.totalRequests ?? target.dailyRequests * days
    let weekly = weeklyMicroRequests
    guard weekly > 0 else { return nil }
    let week = Int64(WindowSet.minutesOfWeek) * 60
    let wanted = Int128(asked) * 1_000_000 * Int128(week)
    return Int64(clamping: (wanted + Int128(weekly) - 1) / Int128(weekly))
  }

  /// Millionths of requests that an ordinary week has room for: of each day the smaller of the
  /// daily requests and what the rate sends in its open minutes.
  private var weeklyMicroRequests: Int64 {
    let daily = dailyRequests.value * 1_000_000
    return (0..<7).reduce(0) { sum, day in
      let today = day * 1_440..<(day + 1) * 1_440
      let minutes = windows.value.minutes.reduce(0) { $0 + $1.clamped(to: today).count }
      return sum + min(daily, maxRate.value.microRPS * Int64(minutes) * 60)
    }
  }
}

extension ProposalContent {
  /// Days from the first to the last, both counted.
  package var days: Int64 { Int64(endsOn.daysSince1970 - startsOn.daysSince1970) + 1 }
}
