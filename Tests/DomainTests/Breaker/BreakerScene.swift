import Domain

/// A breaker that hears reports, moved by hand through time.
struct BreakerScene {
  var now = Timestamp(microseconds: 1_795_000_000_000_000)
  var breaker: Breaker
  /// When the term that is told of was issued.
  var issuedAt = Timestamp(microseconds: 1_795_000_000_000_000)
  let lease = LeaseID.make(at: Timestamp(microseconds: 1))

  static let rate = Rate(microRPS: 1_000_000)

  init() throws {
    breaker = Breaker(
      budget: BudgetID.make(at: Timestamp(microseconds: 1)), host: try Host("www.example.com"))
  }

  /// Reports; of a term that was issued just now, unless the breaker is open.
  @discardableResult
  mutating func hear(
    _ report: UsageReport, isOverdue: Bool = false
  ) -> Breaker.Hearing.Change {
    let hearing = breaker.reported(heard(report, isOverdue: isOverdue), at: now)
    breaker = hearing.breaker
    return hearing.change
  }

  func heard(_ report: UsageReport, isOverdue: Bool = false) -> HeardReport {
    HeardReport(
      report, lease: lease, issuedAt: issuedAt, rate: BreakerScene.rate, isOverdue: isOverdue)
  }

  /// Lets time pass; a new term is issued at its end.
  mutating func wait(_ seconds: Int64) {
    now = now + seconds
    issuedAt = now
  }

  var opening: Breaker.Opening? {
    if case .open(let opening) = breaker.phase(at: now) { opening } else { nil }
  }

  var isClosed: Bool { breaker.phase(at: now) == .closed }

  /// Waits until it is half-open, and a try comes back well.
  mutating func tryWell() {
    if let opening { wait(max(0, opening.until.microseconds(since: now) / 1_000_000 + 1)) }
    hear(.of(200, 1))
  }
}

extension UsageReport {
  /// A report with these counts; the rest is 0.
  static func of(
    _ status: Int64, _ count: Int64, _ more: JSONObject = [:]
  ) -> UsageReport {
    var body: JSONObject = [
      "from": "2026-11-21T22:00:00Z", "to": "2026-11-21T22:00:20Z", "requests": JSON(count),
      "status": count == 0 ? [:] : [String(status): JSON(count)],
    ]
    for member in more.members { body[member.name] = member.value }
    do {
      return try JSONReader.read(.object(body), as: .usageReport)
    } catch {
      preconditionFailure("the sample report reads: \(error)")
    }
  }
}
