/// A value and who set it: `request`, `authorisation`, a tier (`T2`), a rule (`R25`) or a site
/// (`site:example.com`).
package struct Limit<Value: Hashable & Sendable>: Hashable, Sendable {
  package let value: Value
  package let setBy: String

  package init(_ value: Value, setBy: String) {
    self.value = value
    self.setBy = setBy
  }
}

extension Limit where Value: Comparable {
  /// The lower of both; this one where they are equal.
  package func lowered(to other: Value, by setter: String) -> Limit {
    other < value ? Limit(other, setBy: setter) : self
  }
}

extension Limit where Value == WindowSet {
  /// The hours in both; every setter that took hours away is named.
  package func narrowed(to other: WindowSet, by setter: String) -> Limit {
    let common = value.intersection(other)
    guard common != value else { return self }
    let setters = value.isAlways ? setter : setBy + ", " + setter
    return Limit(common, setBy: setters)
  }
}

/// What a target may be granted at most, field by field.
package struct Caps: Hashable, Sendable {
  package var maxRate: Limit<Rate>
  package var burst: Limit<Int64>
  package var maxConcurrency: Limit<Int64>
  package var maxWorkers: Limit<Int64>
  package var dailyRequests: Limit<Int64>
  package var windows: Limit<WindowSet>
  /// Divides rate and daily requests when the grant is made (R28).
  package let costWeight: Int64

  /// The rate of the grant, rounded down.
  package var weightedRate: Rate { Rate(microRPS: maxRate.value.microRPS / costWeight) }
  /// The daily requests of the grant, rounded down.
  package var weightedDailyRequests: Int64 { dailyRequests.value / costWeight }

  /// The same with another weight.
  init(_ caps: Caps, costWeight: Int64) {
    maxRate = caps.maxRate
    burst = caps.burst
    maxConcurrency = caps.maxConcurrency
    maxWorkers = caps.maxWorkers
    dailyRequests = caps.dailyRequests
    windows = caps.windows
    self.costWeight = costWeight
  }

  /// What the content itself asks for.
  init(requested target: TargetContent, costWeight: Int64) {
    maxRate = Limit(target.maxRate, setBy: "request")
    burst = Limit(target.burst, setBy: "request")
    maxConcurrency = Limit(target.maxConcurrency, setBy: "request")
    maxWorkers = Limit(target.maxWorkers, setBy: "request")
    dailyRequests = Limit(target.dailyRequests, setBy: "request")
    windows = Limit(target.windowSet, setBy: "request")
    self.costWeight = costWeight
  }

  mutating func lower(to terms: TierTerms) {
    let setter = terms.tier.description
    maxRate = maxRate.lowered(to: terms.maxRate, by: setter)
    maxConcurrency = maxConcurrency.lowered(to: terms.maxConcurrency, by: setter)
    dailyRequests = dailyRequests.lowered(to: terms.dailyRequests, by: setter)
    windows = windows.narrowed(to: terms.windows, by: setter)
  }

  mutating func lower(to site: CoveringSite) {
    let setter = "site:" + site.host.text
    maxRate = maxRate.lowered(to: site.ceiling.maxRPS, by: setter)
    burst = burst.lowered(to: site.ceiling.burst, by: setter)
    maxConcurrency = maxConcurrency.lowered(to: site.ceiling.maxConcurrency, by: setter)
    dailyRequests = dailyRequests.lowered(to: site.ceiling.dailyRequests, by: setter)
    windows = windows.narrowed(to: site.ceiling.windows, by: setter)
  }
}
