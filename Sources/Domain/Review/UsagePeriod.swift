/// A stretch of time, cut into steps, over which use is told.
package struct UsagePeriod: Hashable, Sendable {
  package enum Step: String, Hashable, Sendable, CaseIterable {
    /// Of UTC.
    case minute, hour
    /// Local: 23, 24 or 25 hours.
    case day
  }

  /// An end of the period: an instant, or a local day with all of it.
  package enum Bound: Hashable, Sendable {
    case instant(Timestamp)
    case day(LocalDate)

    /// RFC 3339 in UTC, or `YYYY-MM-DD`.
    package init?(_ text: String) {
      if let day = LocalDate(text) {
        self = .day(day)
      } else if let instant = Timestamp(text) {
        self = .instant(instant)
      } else {
        return nil
      }
    }
  }

  /// Why there is no such period.
  package enum Fault: Error, Hashable, Sendable {
    case endsBeforeItBegins
    case tooLong
  }

  package let step: Step
  /// Nil: an hour, a day or thirty days before the end.
  package let from: Bound?
  /// Nil: now.
  package let to: Bound?

  /// How many steps there may be: a day of minutes, two months of hours, four years of days.
  package static let stepsMax = 1_500

  package init(step: Step, from: Bound? = nil, to: Bound? = nil) {
    self.step = step
    self.from = from
    self.to = to
  }

  /// Where its steps begin, in order, and where the last one ends: whole steps that hold all of
  /// the period.
  package func bounds(in zone: Zone, at now: Timestamp) throws(Fault) -> [Timestamp] {
    let end: Timestamp
    switch to {
    case .instant(let instant)?: end = instant
    case .day(let day)?: end = zone.dayEnd(day)
    case nil: end = now
    }
    let start: Timestamp
    switch from {
    case .instant(let instant)?: start = instant
    case .day(let day)?: start = zone.dayStart(day)
    case nil: start = end.adding(seconds: -step.secondsShown)
    }
    guard start < end || (start == end && to == nil) else { throw .endsBeforeItBegins }
    var bounds = [step.begin(of: start, in: zone)]
    repeat {
      guard bounds.count <= UsagePeriod.stepsMax else { throw .tooLong }
      bounds.append(step.next(after: bounds[bounds.count - 1], in: zone))
    } while bounds[bounds.count - 1] < end
    return bounds
  }
}

extension UsagePeriod.Step {
  /// How much is told where nobody says since when.
  fileprivate var secondsShown: Int64 {
    switch self {
    case .minute: 3_600
    case .hour: 86_400
    case .day: 30 * 86_400
    }
  }

  fileprivate func begin(of instant: Timestamp, in zone: Zone) -> Timestamp {
    switch self {
    case .minute: instant.minute
    case .hour:
      Timestamp(microseconds: instant.microseconds.floored(by: 3_600_000_000) * 3_600_000_000)
    case .day: zone.dayStart(zone.date(at: instant))
    }
  }

  fileprivate func next(after begin: Timestamp, in zone: Zone) -> Timestamp {
    switch self {
    case .minute: begin.adding(seconds: 60)
    case .hour: begin.adding(seconds: 3_600)
    case .day: zone.endOfDay(at: begin)
    }
  }
}

/// What was sent under a grant step by step, by the instants at which reports came in.
package struct UsageHistory: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    package let target: Int64
    package let start: Timestamp
    package let end: Timestamp
    package let requests: Int64
    /// Answers 429 and 5xx, time-outs and broken connections.
    package let failures: Int64
    /// The highest rate that a report saw, if one said so.
    package let mostRPSSeen: Rate?

    package init(
      target: Int64, start: Timestamp, end: Timestamp, requests: Int64, failures: Int64,
      mostRPSSeen: Rate?
    ) {
      self.target = target
      self.start = start
      self.end = end
      self.requests = requests
      self.failures = failures
      self.mostRPSSeen = mostRPSSeen
    }
  }

  package struct Target: Hashable, Sendable {
    package let index: Int64
    package let hosts: [String]
    /// Whose days are counted.
    package let timeZone: String
    package let from: Timestamp
    package let to: Timestamp

    package init(
      index: Int64, hosts: [String], timeZone: String, from: Timestamp, to: Timestamp
    ) {
      self.index = index
      self.hosts = hosts
      self.timeZone = timeZone
      self.from = from
      self.to = to
    }
  }

  package let step: UsagePeriod.Step
  /// In order.
  package let targets: [Target]
  /// By target and then in their order; steps in which nothing was reported are absent.
  package let rows: [Row]

  package init(step: UsagePeriod.Step, targets: [Target], rows: [Row]) {
    self.step = step
    self.targets = targets
    self.rows = rows
  }
}
