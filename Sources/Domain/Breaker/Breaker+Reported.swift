extension Breaker {
  /// What a report came to.
  package struct Hearing: Hashable, Sendable {
    package let breaker: Breaker
    package let change: Change

    package enum Change: Hashable, Sendable {
      case none
      case opened
      /// It was open, and stays so for longer, or until people lift it.
      case prolonged
      /// A try came back well.
      case eased
    }
  }

  /// The breaker after a report that has arrived now.
  ///
  /// A report on a term from before an earlier opening tells of trouble that is known already:
  /// it opens nothing a second time.
  package func reported(_ heard: HeardReport, at now: Timestamp) -> Hearing {
    let phase = phase(at: now)
    if isLate(heard, in: phase) { return Hearing(breaker: self, change: .none) }
    let second = now.seconds
    let evidence = evidence.since(begun(phase) ?? 0).adding(heard.report, at: second)
    let causes = heard.causes(with: evidence, baseline: baseline)
    let next = with(phase, evidence: evidence)
    if case .open(let opening) = phase {
      return next.prolonged(opening, by: heard.report, causes, at: second)
    }
    if !causes.isEmpty { return next.opened(for: causes, by: heard.report, at: second) }
    if case .halfOpen = phase, heard.report.answers > 0 {
      return Hearing(breaker: next.with(.ramping(since: .second(second))), change: .eased)
    }
    return Hearing(breaker: next, change: .none)
  }

  /// Until when the host's site keeps quiet for everybody, where a server asked for rest.
  package func siteHold(at now: Timestamp) -> Timestamp? {
    guard case .open(let opening) = phase(at: now), opening.causes.contains(.throttled) else {
      return nil
    }
    return opening.until
  }

  private func isLate(_ heard: HeardReport, in phase: Phase) -> Bool {
    let earlier: Timestamp?
    if case .open(let opening) = phase {
      earlier = openings.last { $0 < opening.since }
    } else {
      earlier = openings.last
    }
    return earlier.map { heard.issuedAt < $0.adding(seconds: 1) } ?? false
  }

  /// From which second on reports count: a try begins with a clean sheet.
  private func begun(_ phase: Phase) -> Int64? {
    if case .halfOpen(let since, _) = phase { since.seconds } else { nil }
  }

  private func opened(
    for causes: [BreakerCause], by report: UsageReport, at second: Int64
  ) -> Hearing {
    let since = Timestamp.second(second)
    let backOff = self.backOff(at: since)
    let openings = recentOpenings(at: since) + [since]
    let least = Breaker.secondsLeast << min(backOff, 11)
    let until = ending(of: report.restSeconds, least: least, at: second)
    let needsPeople =
      openings.count >= Breaker.openingsMax || causes.contains(where: \.needsPeople)
    let opening = Opening(
      since: since, until: until, causes: causes.sorted(),
      lifting: needsPeople ? .people : .time)
    return Hearing(
      breaker: with(
        .open(opening), openings: openings, backOff: backOff + 1, quietFrom: until),
      change: .opened)
  }

  /// More trouble while it is open is no further opening; the longer end wins.
  private func prolonged(
    _ opening: Opening, by report: UsageReport, _ causes: [BreakerCause], at second: Int64
  ) -> Hearing {
    let until = max(opening.until, ending(of: report.restSeconds, least: 0, at: second))
    let longer = Opening(
      since: opening.since, until: until, causes: Set(opening.causes + causes).sorted(),
      lifting: causes.contains(where: \.needsPeople) ? .people : opening.lifting)
    return Hearing(
      breaker: with(.open(longer), quietFrom: until),
      change: longer == opening ? .none : .prolonged)
  }

  /// `max(Retry-After, least)` ± 10 %, never before the server's own word, at most a day; counted
  /// from the end of the second.
  private func ending(of retryAfter: Int64, least: Int64, at second: Int64) -> Timestamp {
    let asked = min(retryAfter, Breaker.secondsMost)
    let wanted = min(max(asked, least), Breaker.secondsMost)
    let jittered = wanted + wanted * jitter(at: second) / 1_000
    return .second(second + 1 + min(max(jittered, asked), Breaker.secondsMost))
  }

  /// In thousandths; the same for every report of the second, another for every host and budget.
  private func jitter(at second: Int64) -> Int64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in Array("\(budget) \(host) \(second)".utf8) {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    let width = UInt64(2 * Breaker.jitterThousandths + 1)
    return Int64(hash >> 32 % width) - Breaker.jitterThousandths
  }
}

extension UsageReport {
  /// How long a server asked for rest; 0 where none did.
  fileprivate var restSeconds: Int64 { answered(429, 503) ? retryAfterSeconds ?? 0 : 0 }
}

extension Timestamp {
  static func second(_ seconds: Int64) -> Timestamp {
    Timestamp(microseconds: seconds * 1_000_000)
  }
}
