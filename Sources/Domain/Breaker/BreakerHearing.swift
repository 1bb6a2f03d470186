/// What a report of a lease means for the breakers of its hosts, and for the lease.
package struct BreakerHearing: Hashable, Sendable {
  package let report: UsageReport
  /// Of every host of the lease, after the report.
  package let breakers: [Breaker]
  /// Openings, and what made open ones stay open for longer.
  package let changes: [Change]
  /// Why the report keeps the lease from going on by itself.
  package let refusals: [Refusal]
  /// The newest report of the lease that was counted.
  package let last: LastReport?
  /// The chain's account after the report; nil where none was asked for.
  package let account: LeaseAccount?
  /// Whether it tells of something that was not told before.
  package let isNew: Bool

  /// What the report came with.
  package enum Occasion: Hashable, Sendable { case renewal, restitution }

  package struct Change: Hashable, Sendable {
    package let grant: GrantID
    package let lease: LeaseID
    package let breaker: Breaker
    package let opening: Breaker.Opening
    package let isNew: Bool
    /// What the site of the host is held until, if it is.
    package let siteHeldUntil: Timestamp?

    /// Whether people have to lift it.
    package var needsPeople: Bool { opening.lifting == .people }
  }
}

extension Lease {
  /// Hears a report on the term held, with the breakers of all hosts of the lease.
  ///
  /// A report that was heard before changes nothing. What the holder reports late, or twice, opens
  /// nothing twice. Errors: `InvalidBody` for a report that cannot be one of this lease.
  package func heard(
    _ report: UsageReport, with occasion: BreakerHearing.Occasion, after last: LastReport?,
    breakers: [Breaker], account: LeaseAccount? = nil, at now: Timestamp
  ) throws(InvalidBody) -> BreakerHearing {
    try report.check(against: self, after: last, at: now)
    let progress = report.progress(of: self, after: last, with: occasion, at: now)
    if progress == .repeated {
      return BreakerHearing(
        report: report, breakers: breakers, changes: [], refusals: [], last: last,
        account: account, isNew: false)
    }
    let (after, changes) = moved(
      breakers,
      by: HeardReport(report, of: self, isOverdue: progress == .missing(renewals: 2)), at: now)
    var refusals: [Refusal] = []
    if case .missing = progress, let last { refusals.append(.reportOverdue(since: last.at)) }
    return BreakerHearing(
      report: report, breakers: after, changes: changes, refusals: refusals,
      last: progress == .new ? report.last(on: term, after: last, at: now) : last,
      account: account?.reported(report, after: last, since: startedAt, at: now),
      isNew: progress == .new)
  }
}

extension Lease {
  /// What it means for the breakers that the enforcement point saw so much in one second.
  package func sighted(
    _ sighting: EnforcementReport.Sighting, after last: LastReport?, breakers: [Breaker],
    at now: Timestamp
  ) -> BreakerHearing {
    let report = UsageReport(
      from: now, to: now, requests: 0, status: [:], timeouts: 0, connectionErrors: 0,
      challenges: 0, bytes: 0, latency: nil, retryAfterSeconds: nil,
      mostRPSSeen: sighting.mostRPS, logDigest: nil)
    let most = [term.portion, previous?.portion].compactMap { $0?.mostInASecond }.max()
    let heard = HeardReport(report, lease: id, issuedAt: term.issuedAt, rate: most ?? .none)
    let (after, changes) = moved(breakers, by: heard, at: now)
    return BreakerHearing(
      report: report, breakers: after, changes: changes, refusals: [], last: last, account: nil,
      isNew: false)
  }

  private func moved(
    _ breakers: [Breaker], by heard: HeardReport, at now: Timestamp
  ) -> (breakers: [Breaker], changes: [BreakerHearing.Change]) {
    var changes: [BreakerHearing.Change] = []
    let after = breakers.map { breaker in
      let hearing = breaker.reported(heard, at: now)
      if hearing.change == .opened || hearing.change == .prolonged,
        case .open(let opening) = hearing.breaker.stored
      {
        changes.append(
          BreakerHearing.Change(
            grant: grant, lease: id, breaker: hearing.breaker, opening: opening,
            isNew: hearing.change == .opened,
            siteHeldUntil: hearing.breaker.siteHold(at: now)))
      }
      return hearing.breaker
    }
    return (after, changes)
  }
}

extension BreakerHearing.Change {
  /// What the service finds where people have to lift it.
  package var finding: IncidentFinding {
    let host = breaker.host.text
    let causes = opening.causes.map(\.words).joined(separator: "; ")
    return IncidentFinding(
      .breaker, on: host, note: "The breaker of \(breaker.budget) on \(host) opened: \(causes).",
      startedAt: opening.since, links: [.site(breaker.host), .grant(grant)])
  }

  /// The event of it, in the grant's stream.
  package func recorded(by actor: Actor, at now: Timestamp) -> Ruling<BreakerHearing.Change> {
    var detail: JSONObject = [
      "host": .string(breaker.host.text), "lease": JSON(lease),
      "causes": .array(opening.causes.map { .string($0.rawValue) }),
      "since": JSON(opening.since), "lifted_by": .string(opening.lifting.rawValue),
      "openings": JSON(Int64(breaker.openingsCount(at: now))),
    ]
    if !needsPeople { detail["until"] = JSON(opening.until) }
    detail["site_held_until"] = siteHeldUntil.map { JSON($0) }
    return Ruling(
      self,
      LogEntry(
        isNew ? .breakerOpened : .breakerProlonged, stream: StreamID(grant),
        object: EventObject("budget", breaker.budget.text), by: actor, at: now, detail: detail))
  }
}

extension Portion {
  /// A bucket that is full when a second begins lets its burst through, and what flows in.
  fileprivate var mostInASecond: Rate {
    let (sum, isTooMuch) = rate.microRPS.addingReportingOverflow(burst * 1_000_000)
    return Rate(microRPS: isTooMuch ? .max : sum)
  }
}
