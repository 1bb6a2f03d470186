/// What a policy that came into force later makes of a grant (lifecycle R9, transition 14).
package struct GrantReassessment: Hashable, Sendable {
  package enum Outcome: String, Hashable, Sendable, CaseIterable {
    case unchanged
    /// Its tier or its duties rose; what it may do did not become too much.
    case flagged
    /// It was given more than the policy allows now, or with fewer signatures.
    case suspended
  }

  package let grant: GrantID
  package let policyVersion: Int64
  package let outcome: Outcome
  package let findings: [Finding]

  /// One thing in which the policy became stricter than the grant is.
  package struct Finding: Hashable, Sendable {
    /// `tier_prohibited`, `block_submit`, `block_token`, `seat_missing`, `max_rps` …,
    /// `tier_raised`, `requires`.
    package let code: String
    /// A rule, a role, a tier, or the limit that holds now.
    package let subject: String
    /// Place of the target, where it is about one.
    package let target: Int?

    package var json: JSON {
      var members: JSONObject = ["code": .string(code), "subject": .string(subject)]
      members["target"] = target.map { JSON($0) }
      return .object(members)
    }
  }

  /// `[{code, subject, target?}]`.
  package var findingsJSON: JSON { .array(findings.map(\.json)) }
}

extension GrantRecord {
  /// Holds the grant against a policy; only what that policy made stricter counts against it.
  ///
  /// - Parameters:
  ///   - new: by the policy in force, of the grant's content.
  ///   - old: by the policies that it was held against before, of the same content on the same day.
  ///   - signed: the roles that signed its round.
  package func reassessed(
    by new: Assessment, insteadOf old: Assessment, signed: Set<Role>, under version: Int64,
    actor: Actor, at now: Timestamp
  ) throws(InvalidBody) -> Ruling<GrantReassessment> {
    let excess =
      prohibitions(new, old) + missingSeats(new, old, signed) + (try excessNumbers(new, old))
    var flags: [GrantReassessment.Finding] = []
    if new.tier > old.tier { flags.append(.init("tier_raised", new.tier.description)) }
    flags += new.requires.filter { !old.requires.contains($0) }.map { .init("requires", $0) }
    let reassessment = GrantReassessment(
      grant: standing.id, policyVersion: version,
      outcome: !excess.isEmpty ? .suspended : flags.isEmpty ? .unchanged : .flagged,
      findings: excess + flags)
    return Ruling(
      reassessment,
      standing.entry(
        .grantReassessed, by: actor, at: now,
        detail: [
          "policy": JSON(version), "outcome": .string(reassessment.outcome.rawValue),
          "findings": reassessment.findingsJSON,
        ]))
  }

  private func prohibitions(
    _ new: Assessment, _ old: Assessment
  ) -> [GrantReassessment.Finding] {
    let prohibiting = new.prohibitingRules.subtracting(old.prohibitingRules).sorted()
    var found = prohibiting.map { GrantReassessment.Finding("tier_prohibited", $0) }
    if new.tier == .x, old.tier != .x, prohibiting.isEmpty {
      found.append(.init("tier_prohibited", new.tier.description))
    }
    for block in new.blocks where !old.blocks.contains(where: block.isSame) {
      found.append(.init(block.step == .submit ? "block_submit" : "block_token", block.rule))
    }
    return found
  }

  private func missingSeats(
    _ new: Assessment, _ old: Assessment, _ signed: Set<Role>
  ) -> [GrantReassessment.Finding] {
    new.roles.filter { !signed.contains($0) && !old.roles.contains($0) }
      .map { .init("seat_missing", $0.rawValue) }
  }

  private func excessNumbers(
    _ new: Assessment, _ old: Assessment
  ) throws(InvalidBody) -> [GrantReassessment.Finding] {
    var found: [GrantReassessment.Finding] = []
    for numbers in try BudgetNumbers.all(in: terms) {
      guard new.targets.indices.contains(numbers.target) else { continue }
      let (cap, before) = (new.targets[numbers.target].caps, old.targets[numbers.target].caps)
      func check<Value: Comparable>(
        _ name: String, _ granted: Value, _ limit: Value, _ previous: Value
      ) {
        if granted > limit, limit < previous {
          found.append(.init(name, "\(limit)", target: numbers.target))
        }
      }
      check("max_rps", numbers.maxRate, cap.weightedRate, before.weightedRate)
      check("burst", numbers.burst, cap.burst.value, before.burst.value)
      check(
        "max_concurrency", numbers.maxConcurrency, cap.maxConcurrency.value,
        before.maxConcurrency.value)
      check(
        "daily_requests", numbers.dailyRequests, cap.weightedDailyRequests,
        before.weightedDailyRequests)
      check(
        "longest_validity_days", numbers.validityDays, new.longestValidityDays,
        old.longestValidityDays)
      let hours = (new: cap.windows.value, old: before.windows.value)
      if !numbers.windows.isSubset(of: hours.new), !hours.old.isSubset(of: hours.new) {
        found.append(
          .init("windows", cap.windows.setBy, target: numbers.target))
      }
    }
    return found
  }
}

extension GrantReassessment.Finding {
  fileprivate init(_ code: String, _ subject: String, target: Int? = nil) {
    self.init(code: code, subject: subject, target: target)
  }
}

extension StepBlock {
  fileprivate func isSame(as other: StepBlock) -> Bool {
    step == other.step && rule == other.rule
  }
}

extension Assessment {
  fileprivate var prohibitingRules: Set<String> {
    Set(targets.flatMap(\.findings.rules).filter { $0.effect.tier == .x }.map(\.id))
  }
}

/// The numbers of one budget of a grant, as `terms` has them.
private struct BudgetNumbers {
  let target: Int
  let maxRate: Rate
  let burst: Int64
  let maxConcurrency: Int64
  let dailyRequests: Int64
  let windows: WindowSet
  /// Rounded up.
  let validityDays: Int64

  static func all(in terms: JSON) throws(InvalidBody) -> [BudgetNumbers] {
    guard case .object(let members) = terms, case .array(let budgets)? = members["budgets"]
    else { return [] }
    var found: [BudgetNumbers] = []
    for case .object(let budget) in budgets { found.append(try BudgetNumbers(budget)) }
    return found
  }

  private init(_ budget: JSONObject) throws(InvalidBody) {
    let count = JSONField<Int64>.integer(0...Int64.max)
    func read<Value>(
      _ name: String, _ field: JSONField<Value>
    ) throws(InvalidBody) -> Value {
      try JSONReader.read(budget[name] ?? .null, as: field)
    }
    target = Int(try read("target", count))
    maxRate = budget["max_rps"] == .number(JSONNumber(0)) ? .none : try read("max_rps", .rate)
    burst = try read("burst", count)
    maxConcurrency = try read("max_concurrency", count)
    dailyRequests = try read("daily_requests", count)
    windows = WindowSet(try read("windows", .array(0...1_000, of: .window)))
    let starts = try read("starts_at", .timestamp)
    let ends = try read("ends_at", .timestamp)
    validityDays = max(0, (ends.microseconds(since: starts) + 86_399_999_999) / 86_400_000_000)
  }
}
