/// Numbers that somebody narrows: a reviewer's conditions on an approval (lifecycle R5), or what
/// an active grant is narrowed to (R3). A number that is not named stays as it is.
package struct Conditions: Hashable, Sendable {
  /// Each target once at most, in the order written.
  package let targets: [TargetConditions]
  package let endsOn: LocalDate?
  /// The reviewer's words; no rule reads them.
  package let note: String?

  package init(targets: [TargetConditions], endsOn: LocalDate?, note: String?) {
    self.targets = targets
    self.endsOn = endsOn
    self.note = note
  }
}

/// What one target is narrowed to.
package struct TargetConditions: Hashable, Sendable {
  /// Place of the target in the content, from 0.
  package let index: Int
  package let maxRate: Rate?
  package let burst: Int64?
  package let maxConcurrency: Int64?
  package let maxWorkers: Int64?
  package let dailyRequests: Int64?
  /// In the target's zone.
  package let windows: WindowSet?

  package init(
    index: Int, maxRate: Rate? = nil, burst: Int64? = nil, maxConcurrency: Int64? = nil,
    maxWorkers: Int64? = nil, dailyRequests: Int64? = nil, windows: WindowSet? = nil
  ) {
    self.index = index
    self.maxRate = maxRate
    self.burst = burst
    self.maxConcurrency = maxConcurrency
    self.maxWorkers = maxWorkers
    self.dailyRequests = dailyRequests
    self.windows = windows
  }
}

extension Conditions {
  /// Every number that is above what is allowed, as `condition_widens` with its pointer.
  ///
  /// Precondition: every index names a target (`checkTargets`).
  ///
  /// - Parameter base: where the conditions stand in the body.
  package func widenings(
    of allowance: Allowance, at base: JSONPointer
  ) -> [Refusal] {
    var found: [JSONPointer] = []
    for (place, target) in targets.enumerated() {
      let here = base.appending("targets").appending(place)
      found += target.widened(beyond: allowance.targets[target.index]).map(here.appending)
    }
    if let endsOn, endsOn > allowance.endsOn.value { found.append(base.appending("ends_on")) }
    return found.map { .conditionWidens(pointer: $0.description) }
  }

  /// Whether any number is below what is allowed.
  package func narrows(_ allowance: Allowance) -> Bool {
    allowance.narrowed(to: self, by: "") != allowance
  }

  /// That every index names a target; the error of a body otherwise.
  ///
  /// - Parameter base: where the conditions stand in the body.
  package func checkTargets(
    count: Int, at base: JSONPointer
  ) throws(InvalidBody) {
    let wrong = targets.enumerated().filter { !(0..<count).contains($0.element.index) }
    guard !wrong.isEmpty else { return }
    throw InvalidBody(
      errors: wrong.map { place, _ in
        FieldError(
          base.appending("targets").appending(place).appending("index"), .outOfRange,
          "the revision has the targets 0 to \(count - 1)")
      })
  }
}

extension TargetConditions {
  /// Members that are above what the target is allowed.
  fileprivate func widened(beyond allowed: TargetAllowance) -> [String] {
    var found: [String] = []
    func check<Value: Comparable>(_ name: String, _ asked: Value?, _ limit: Limit<Value>) {
      if let asked, asked > limit.value { found.append(name) }
    }
    check("max_rps", maxRate, allowed.maxRate)
    check("burst", burst, allowed.burst)
    check("max_concurrency", maxConcurrency, allowed.maxConcurrency)
    check("max_workers", maxWorkers, allowed.maxWorkers)
    check("daily_requests", dailyRequests, allowed.dailyRequests)
    if let windows, !windows.isSubset(of: allowed.windows.value) { found.append("windows") }
    return found
  }
}
