/// A time from an instant up to another, half-open.
package struct OutageSpan: Hashable, Sendable {
  package let from: Timestamp
  package let to: Timestamp

  package init(from: Timestamp, to: Timestamp) {
    self.from = from
    self.to = to
  }

  /// What of it lies within another; nil where nothing does.
  package func within(_ other: OutageSpan) -> OutageSpan? {
    let (begin, end) = (max(from, other.from), min(to, other.to))
    return begin < end ? OutageSpan(from: begin, to: end) : nil
  }

  /// How long all of them together last, in microseconds: what overlaps counts once.
  package static func microseconds(of spans: [OutageSpan]) -> Int64 {
    var total: Int64 = 0
    var end = Timestamp(microseconds: .min)
    for span in spans.sorted(by: { $0.from < $1.from }) where span.to > end {
      total += span.to.microseconds(since: max(span.from, end))
      end = span.to
    }
    return total
  }
}

/// From which outage on something follows (法释〔2011〕19号 art. 4).
package struct OutageLimits: Hashable, Sendable {
  /// A term of a lease counts as trouble when so much of what it sent came to nothing.
  package let failedSharePercent: Int64
  package let warnMinutes: Int64
  package let suspendMinutes: Int64
  package let thresholds: [OutageThreshold]

  package init(
    failedSharePercent: Int64, warnMinutes: Int64, suspendMinutes: Int64,
    thresholds: [OutageThreshold]
  ) {
    self.failedSharePercent = failedSharePercent
    self.warnMinutes = warnMinutes
    self.suspendMinutes = suspendMinutes
    self.thresholds = thresholds
  }
}

/// So many users cut off for so long, cumulatively.
package struct OutageThreshold: Hashable, Sendable {
  package let users: Int64
  package let minutes: Int64
  package let text: String
  package let textChinese: String?
  /// Ids of legal facts.
  package let basis: [String]

  package init(users: Int64, minutes: Int64, text: String, textChinese: String?, basis: [String]) {
    self.users = users
    self.minutes = minutes
    self.text = text
    self.textChinese = textChinese
    self.basis = basis
  }
}

/// How long one site did not run normally while our workers were at it.
package struct OutageMeter: Hashable, Sendable {
  package enum Level: String, Hashable, Sendable, CaseIterable, Comparable {
    case none, warn, suspend
    /// A threshold of the law.
    case reached

    package static func < (left: Level, right: Level) -> Bool { left.place < right.place }
    private var place: Int { Level.allCases.firstIndex(of: self) ?? 0 }
  }

  package let site: Host
  /// The most that anybody said it serves; nil: nobody did, and every threshold may be one.
  package let users: Int64?
  /// In this incident.
  package let seconds: Int64
  /// In this incident and in all others of the site.
  package let cumulativeSeconds: Int64

  /// What it shows; of a closed incident what it showed at its end.
  ///
  /// - Parameters:
  ///   - reported: terms of leases in trouble, by the database's clock.
  ///   - elsewhere: what other incidents of the site count, in seconds.
  package init(
    of site: LinkedSubject, in incident: Incident, reported: [OutageSpan] = [],
    elsewhere: Int64, at now: Timestamp
  ) {
    guard let host = site.link.site else { preconditionFailure("a meter is of a site") }
    let impacts = incident.entries.compactMap(\.impact).filter {
      $0.site.isWithin(host) || host.isWithin($0.site)
    }
    let period = incident.period(at: now)
    let spans =
      reported.compactMap { $0.within(period) }
      + impacts.filter { $0.service == .unavailable }.map(\.span)
    self.site = host
    users = (impacts.compactMap(\.users) + [site.users].compactMap(\.self)).max()
    // A part of a second counts whole.
    seconds =
      incident.closure.map { $0.outages[host] ?? 0 }
      ?? (OutageSpan.microseconds(of: spans) + 999_999).floored(by: 1_000_000)
    cumulativeSeconds = seconds + elsewhere
  }

  /// The thresholds that hold for so many users.
  package func thresholds(of limits: OutageLimits) -> [OutageThreshold] {
    limits.thresholds.filter { threshold in users.map { $0 >= threshold.users } ?? true }
  }

  package func level(by limits: OutageLimits) -> Level {
    if thresholds(of: limits).contains(where: { cumulativeSeconds >= $0.minutes * 60 }) {
      return .reached
    }
    if cumulativeSeconds >= limits.suspendMinutes * 60 { return .suspend }
    return cumulativeSeconds >= limits.warnMinutes * 60 ? .warn : .none
  }
}
