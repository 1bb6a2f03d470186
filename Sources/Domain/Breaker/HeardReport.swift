/// A usage report with what it is held against.
package struct HeardReport: Hashable, Sendable {
  package let report: UsageReport
  package let lease: LeaseID
  /// When the term that it tells of was issued.
  package let issuedAt: Timestamp
  /// The most that the lease allowed meanwhile.
  package let rate: Rate
  /// Whether nothing new was told for the time of two renewals.
  package let isOverdue: Bool

  /// More than this of what the lease allows, in hundredths, opens.
  package static let rateHundredths: Int64 = 110
  /// Answers slower than this open, whatever the baseline.
  package static let millisecondsMost: Int64 = 5_000
  /// How many times the baseline opens.
  package static let baselineFactor: Int64 = 3
  /// Faster answers than this never open: three times almost nothing is almost nothing.
  package static let millisecondsLeast: Int64 = 200

  package init(_ report: UsageReport, of lease: Lease, isOverdue: Bool = false) {
    self.report = report
    self.lease = lease.id
    issuedAt = lease.term.issuedAt
    rate = max(lease.term.portion.rate, lease.previous?.portion.rate ?? .none)
    self.isOverdue = isOverdue
  }

  package init(
    _ report: UsageReport, lease: LeaseID, issuedAt: Timestamp, rate: Rate,
    isOverdue: Bool = false
  ) {
    self.report = report
    self.lease = lease
    self.issuedAt = issuedAt
    self.rate = rate
    self.isOverdue = isOverdue
  }

  /// Whether nothing in it could open a breaker, whatever was heard before.
  package var isClean: Bool {
    report.errors == 0 && report.challenges == 0 && !isOverdue && !isOverLimit
      && (report.latency?.p95 ?? 0) < HeardReport.millisecondsLeast
  }

  /// Whether it has to be known how fast the host answers at low load.
  package var needsBaseline: Bool {
    guard let p95 = report.latency?.p95, report.requests > 0 else { return false }
    return (HeardReport.millisecondsLeast..<HeardReport.millisecondsMost).contains(p95)
  }

  /// What in it opens, by itself or with what was heard before.
  func causes(with evidence: BreakerEvidence, baseline: Breaker.Baseline) -> [BreakerCause] {
    let found: [(BreakerCause, Bool)] = [
      (.errors, report.errors > 0 && evidence.hasTooManyErrors),
      (.connections, report.connectionErrors > 0 && evidence.hasTooManyFailures),
      (.latency, isSlow(against: baseline)), (.overLimit, isOverLimit),
      (.reportOverdue, isOverdue), (.throttled, report.answered(429, 503)),
      (.legalNotice, report.answered(451)), (.challenge, report.challenges > 0),
    ]
    return found.filter(\.1).map(\.0)
  }

  private var isOverLimit: Bool {
    guard let seen = report.mostRPSSeen else { return false }
    return Int128(seen.microRPS) * 100
      > Int128(rate.microRPS) * Int128(HeardReport.rateHundredths)
  }

  private func isSlow(against baseline: Breaker.Baseline) -> Bool {
    guard let p95 = report.latency?.p95, report.requests > 0 else { return false }
    if p95 >= HeardReport.millisecondsMost { return true }
    guard case .measured(let milliseconds) = baseline else { return false }
    return p95 >= HeardReport.millisecondsLeast
      && Int128(p95) >= Int128(milliseconds) * Int128(HeardReport.baselineFactor)
  }
}
