/// The numbers that a round would grant, target by target, each with who set it: the field-wise
/// minimum of the revision, the policy's caps and the conditions so far.
package struct Allowance: Hashable, Sendable {
  /// One per target, in the order of the content.
  package var targets: [TargetAllowance]
  /// The last day on which requests may be sent; the tier's validity may end it earlier.
  package var endsOn: Limit<LocalDate>

  package init(targets: [TargetAllowance], endsOn: Limit<LocalDate>) {
    self.targets = targets
    self.endsOn = endsOn
  }
}

/// The numbers of one target, divided by the cost weight already.
package struct TargetAllowance: Hashable, Sendable {
  package var maxRate: Limit<Rate>
  package var burst: Limit<Int64>
  package var maxConcurrency: Limit<Int64>
  package var maxWorkers: Limit<Int64>
  package var dailyRequests: Limit<Int64>
  package var windows: Limit<WindowSet>

  package init(
    maxRate: Limit<Rate>, burst: Limit<Int64>, maxConcurrency: Limit<Int64>,
    maxWorkers: Limit<Int64>, dailyRequests: Limit<Int64>, windows: Limit<WindowSet>
  ) {
    self.maxRate = maxRate
    self.burst = burst
    self.maxConcurrency = maxConcurrency
    self.maxWorkers = maxWorkers
    self.dailyRequests = dailyRequests
    self.windows = windows
  }
}

extension Allowance {
  /// What an assessment allows of a content.
  package init(of content: ProposalContent, by assessment: Assessment) {
    targets = assessment.targets.map { TargetAllowance($0.caps) }
    endsOn = Limit(content.endsOn, setBy: "request")
  }

  /// The lower of both, number by number.
  ///
  /// Precondition: of the same targets.
  package func lowered(to other: Allowance) -> Allowance {
    precondition(targets.count == other.targets.count, "allowances of the same content")
    var lowered = self
    for index in targets.indices { lowered.targets[index].lower(to: other.targets[index]) }
    lowered.endsOn = endsOn.lowered(to: other.endsOn.value, by: other.endsOn.setBy)
    return lowered
  }

  /// What is left under conditions; numbers that they name and do not lower stay as they are.
  ///
  /// Precondition: every index names a target.
  package func narrowed(to conditions: Conditions, by setter: String) -> Allowance {
    var narrowed = self
    for target in conditions.targets {
      narrowed.targets[target.index].narrow(to: target, by: setter)
    }
    if let end = conditions.endsOn { narrowed.endsOn = endsOn.lowered(to: end, by: setter) }
    return narrowed
  }

  /// Targets of which nothing is left: no hour, or no day.
  ///
  /// - Parameter startsOn: of the content.
  package func empty(startingOn startsOn: LocalDate) -> [Int] {
    targets.indices.filter { targets[$0].windows.value.isEmpty || endsOn.value < startsOn }
  }
}

extension TargetAllowance {
  fileprivate init(_ caps: Caps) {
    self.init(
      maxRate: Limit(caps.weightedRate, setBy: caps.maxRate.setBy), burst: caps.burst,
      maxConcurrency: caps.maxConcurrency, maxWorkers: caps.maxWorkers,
      dailyRequests: Limit(caps.weightedDailyRequests, setBy: caps.dailyRequests.setBy),
      windows: caps.windows)
  }

  fileprivate mutating func lower(to other: TargetAllowance) {
    maxRate = maxRate.lowered(to: other.maxRate.value, by: other.maxRate.setBy)
    burst = burst.lowered(to: other.burst.value, by: other.burst.setBy)
    maxConcurrency = maxConcurrency.lowered(
      to: other.maxConcurrency.value, by: other.maxConcurrency.setBy)
    maxWorkers = maxWorkers.lowered(to: other.maxWorkers.value, by: other.maxWorkers.setBy)
    dailyRequests = dailyRequests.lowered(
      to: other.dailyRequests.value, by: other.dailyRequests.setBy)
    windows = windows.narrowed(to: other.windows.value, by: other.windows.setBy)
  }

  fileprivate mutating func narrow(to conditions: TargetConditions, by setter: String) {
    if let rate = conditions.maxRate { maxRate = maxRate.lowered(to: rate, by: setter) }
    if let burst = conditions.burst { self.burst = self.burst.lowered(to: burst, by: setter) }
    if let concurrency = conditions.maxConcurrency {
      maxConcurrency = maxConcurrency.lowered(to: concurrency, by: setter)
    }
    if let workers = conditions.maxWorkers {
      maxWorkers = maxWorkers.lowered(to: workers, by: setter)
    }
    if let daily = conditions.dailyRequests {
      dailyRequests = dailyRequests.lowered(to: daily, by: setter)
    }
    if let windows = conditions.windows {
      self.windows = self.windows.narrowed(to: windows, by: setter)
    }
  }
}
