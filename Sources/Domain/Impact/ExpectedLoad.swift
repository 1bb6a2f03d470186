/// What a target is to expect at most: the numbers that may be granted, put against the hours and
/// the capacity that is known.
package struct ExpectedLoad: Hashable, Sendable {
  /// Place of the target in the content, from 0.
  package let target: Int
  package let maxRate: Rate
  package let burst: Int64
  package let maxConcurrency: Int64
  package let maxWorkers: Int64
  /// The most on any one day: the daily limit, or what the rate allows in the longest day's hours.
  package let requestsPerDay: Int64
  package let openMinutesPerWeek: Int64
  /// Calendar days from the first to the last, cut to what the tier allows.
  package let days: Int64
  package let totalRequests: Int64
  /// Days until the total is spent at the most on every day; nil where nothing may be sent.
  package let projectedDays: Int64?
  package let capacity: Capacity?

  /// What is known of the target's capacity.
  package struct Capacity: Hashable, Sendable {
    package let maxRate: Rate
    package let evidence: Evidence
  }

  /// The share of the known capacity, in millionths, rounded up; nil where it is not known.
  package var capacityShareMillionths: Int64? {
    capacity.map { known in
      let (asked, most) = (Int128(maxRate.microRPS), Int128(known.maxRate.microRPS))
      return Int64((asked * 1_000_000 + most - 1) / most)
    }
  }

  /// - Parameters:
  ///   - cap: of this target, as the assessment has it (`caps[]`).
  ///   - validityDays: as long as the tier allows.
  ///   - day: on which the assessment was made.
  package init(
    of index: Int, in content: ProposalContent, cap: JSON, validityDays: Int64,
    on day: LocalDate
  ) throws(InvalidBody) {
    let limits = try CapNumbers(cap)
    let written = content.targets[index]
    target = index
    maxRate = limits.rate
    burst = min(limits.burst, written.burst)
    maxConcurrency = limits.concurrency
    maxWorkers = limits.workers
    let seconds = Int64(limits.windows.longestDayMinutes) * 60
    let byRate = Int128(limits.rate.microRPS) * Int128(seconds) / 1_000_000
    let atRate = Int64(clamping: byRate + (seconds == 0 ? 0 : Int128(burst)))
    requestsPerDay = min(limits.daily, atRate)
    openMinutesPerWeek = Int64(limits.windows.openMinutes)
    let asked = Int64(content.endsOn.daysSince1970 - content.startsOn.daysSince1970) + 1
    days = max(0, min(asked, validityDays))
    totalRequests = written.totalRequests ?? limits.daily * days
    projectedDays =
      requestsPerDay > 0 ? (totalRequests + requestsPerDay - 1) / requestsPerDay : nil
    capacity = ExpectedLoad.capacity(of: written, on: day)
  }

  /// The lowest rate of valid evidence; nil where the capacity is said to be unknown.
  private static func capacity(of target: TargetContent, on day: LocalDate) -> Capacity? {
    guard let answer = target.answers["capacity_evidence"], answer != .choice("none") else {
      return nil
    }
    let known = (target.evidence ?? []).compactMap { evidence -> Capacity? in
      guard evidence.question == "capacity_evidence", evidence.isValid(on: day),
        let rate = evidence.maxRate
      else { return nil }
      return Capacity(maxRate: rate, evidence: evidence)
    }
    return known.min { $0.maxRate < $1.maxRate }
  }
}

/// The numbers of one entry of `caps[]`, after the division by the weight.
private struct CapNumbers {
  let rate: Rate
  let daily: Int64
  let burst: Int64
  let concurrency: Int64
  let workers: Int64
  let windows: WindowSet

  init(_ cap: JSON) throws(InvalidBody) {
    guard case .object(let members) = cap, case .object(let granted)? = members["granted"]
    else { throw InvalidBody(errors: [FieldError(.root, .wrongType, "is no cap")]) }
    if case .number(let number)? = granted["max_rps"] {
      rate = Rate(literal: number.literal) ?? .none
    } else {
      rate = .none
    }
    let count = JSONField<Int64>.integer(0...Int64.max)
    daily = try JSONReader.read(granted["daily_requests"] ?? 0, as: count)
    burst = try JSONReader.read(members["burst"] ?? 0, as: count)
    concurrency = try JSONReader.read(members["max_concurrency"] ?? 0, as: count)
    workers = try JSONReader.read(members["max_workers"] ?? 0, as: count)
    windows = WindowSet(
      try JSONReader.read(members["windows"] ?? [], as: .array(0...1_000, of: .window)))
  }
}

extension WindowSet {
  /// Open minutes of the day of the week that has the most.
  fileprivate var longestDayMinutes: Int {
    (0..<7).map { day in
      minutes.reduce(0) { $0 + $1.clamped(to: day * 1_440..<(day + 1) * 1_440).count }
    }.max() ?? 0
  }
}

extension ExpectedLoad {
  /// As the facts of an impact assessment have it.
  var json: JSON {
    var members: JSONObject = [
      "target": JSON(target), "max_rps": JSON(maxRate), "burst": JSON(burst),
      "max_concurrency": JSON(maxConcurrency), "max_workers": JSON(maxWorkers),
      "requests_per_day": JSON(requestsPerDay),
      "open_minutes_per_week": JSON(openMinutesPerWeek), "days": JSON(days),
      "total_requests": JSON(totalRequests),
    ]
    members["projected_days"] = projectedDays.map { JSON($0) }
    if let capacity {
      var known: JSONObject = ["max_rps": JSON(capacity.maxRate)]
      known["url"] = capacity.evidence.url.map { .string($0) }
      known["sha256"] = capacity.evidence.sha256.map { .string($0) }
      known["observed_on"] = JSON(capacity.evidence.observedOn)
      known["expires_on"] = JSON(capacity.evidence.expiresOn)
      members["capacity"] = .object(known)
      members["capacity_share_millionths"] = capacityShareMillionths.map { JSON($0) }
    }
    return .object(members)
  }
}
