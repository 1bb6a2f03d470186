/// The automatic stop of a budget on a host, moved by usage reports and by time alone
/// (budgets.md, Breaker).
///
/// Reports that arrive within one second leave one state behind, whatever their order (P19):
/// instants in it are whole seconds, and what a report adds never takes back what another did.
package struct Breaker: Hashable, Sendable {
  package let budget: BudgetID
  package let host: Host
  /// As it was stored; `phase(at:)` adds what time has brought since.
  package let stored: Phase
  /// When it opened within the last 24 hours, oldest first.
  package let openings: [Timestamp]
  /// How often it opened without half an hour of quiet in between: the next opening lasts
  /// 60 s · 2^backOff.
  package let backOff: Int64
  /// The end of the last opening: quiet is counted from here.
  package let quietFrom: Timestamp?
  package let evidence: BreakerEvidence
  package let baseline: Baseline

  package enum Phase: Hashable, Sendable {
    case closed
    case open(Opening)
    /// One lease at a time tries it.
    case halfOpen(since: Timestamp, probe: Probe?)
    /// A try came back well: a quarter, then half of the rate.
    case ramping(since: Timestamp)
  }

  package struct Opening: Hashable, Sendable {
    package let since: Timestamp
    /// When it becomes half-open by itself, unless people have to lift it.
    package let until: Timestamp
    /// Sorted, without repeats.
    package let causes: [BreakerCause]
    package let lifting: Lifting

    package init(
      since: Timestamp, until: Timestamp, causes: [BreakerCause], lifting: Lifting
    ) {
      self.since = since
      self.until = until
      self.causes = causes
      self.lifting = lifting
    }
  }

  package enum Lifting: String, Hashable, Sendable, CaseIterable {
    case time, people
  }

  /// The lease that tries, and when it takes up nothing any more.
  package struct Probe: Hashable, Sendable {
    package let lease: LeaseID
    package let freesAt: Timestamp

    package init(lease: LeaseID, freesAt: Timestamp) {
      self.lease = lease
      self.freesAt = freesAt
    }
  }

  /// How fast the host answered when the dossier asked it.
  package enum Baseline: Hashable, Sendable {
    /// Nobody has looked yet.
    case unknown
    case unmeasured
    case measured(milliseconds: Int64)
  }

  /// The shortest opening; each further one lasts twice as long.
  package static let secondsLeast: Int64 = 60
  package static let secondsMost: Int64 = 86_400
  /// How much longer or shorter an opening may be, in thousandths.
  static let jitterThousandths: Int64 = 100
  /// After this long without an opening the next one is a first one again.
  package static let quietSeconds: Int64 = 1_800
  /// The opening within 24 hours that only people lift.
  package static let openingsMax = 3
  static let openingsSeconds: Int64 = 86_400
  /// How long each step lasts on the way back.
  package static let stepSeconds: Int64 = 300
  /// Shares of the rate on the way back, in hundredths.
  package static let steps: [Int64] = [25, 50]

  package init(
    budget: BudgetID, host: Host, stored: Phase = .closed, openings: [Timestamp] = [],
    backOff: Int64 = 0, quietFrom: Timestamp? = nil,
    evidence: BreakerEvidence = BreakerEvidence(), baseline: Baseline = .unknown
  ) {
    self.budget = budget
    self.host = host
    self.stored = stored
    self.openings = openings
    self.backOff = backOff
    self.quietFrom = quietFrom
    self.evidence = evidence
    self.baseline = baseline
  }

  /// The phase at an instant: an opening ends, and the way back goes on, by themselves.
  package func phase(at now: Timestamp) -> Phase {
    switch stored {
    case .open(let opening) where opening.lifting == .time && now >= opening.until:
      .halfOpen(since: opening.until, probe: nil)
    case .ramping(let since) where step(since: since, at: now) >= Breaker.steps.count: .closed
    case .closed, .open, .halfOpen, .ramping: stored
    }
  }

  /// How many steps of the way back are behind it.
  func step(since: Timestamp, at now: Timestamp) -> Int {
    Int(max(0, now.microseconds(since: since)) / (Breaker.stepSeconds * 1_000_000))
  }

  /// How often it opened without half an hour of quiet in between.
  package func backOff(at now: Timestamp) -> Int64 {
    let isForgiven =
      quietFrom.map { now >= $0.adding(seconds: Breaker.quietSeconds) } ?? true
    if case .open = phase(at: now) { return backOff }
    return isForgiven ? 0 : backOff
  }

  /// How often it opened in the last 24 hours.
  package func openingsCount(at now: Timestamp) -> Int { recentOpenings(at: now).count }

  func recentOpenings(at now: Timestamp) -> [Timestamp] {
    openings.filter { $0.adding(seconds: Breaker.openingsSeconds) > now }
  }

  func with(
    _ stored: Phase? = nil, openings: [Timestamp]? = nil, backOff: Int64? = nil,
    quietFrom: Timestamp? = nil, evidence: BreakerEvidence? = nil, baseline: Baseline? = nil
  ) -> Breaker {
    Breaker(
      budget: budget, host: host, stored: stored ?? self.stored,
      openings: openings ?? self.openings, backOff: backOff ?? self.backOff,
      quietFrom: quietFrom ?? self.quietFrom, evidence: evidence ?? self.evidence,
      baseline: baseline ?? self.baseline)
  }

  /// The same with what the dossier measured.
  package func measured(_ milliseconds: Int64?) -> Breaker {
    with(baseline: milliseconds.map { .measured(milliseconds: $0) } ?? .unmeasured)
  }
}
