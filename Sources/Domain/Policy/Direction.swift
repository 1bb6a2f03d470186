/// Which way single steps go: both ways at once is not to be decided.
private struct Direction {
  private(set) var tightens = false
  private(set) var loosens = false

  mutating func add<Value: Comparable>(_ old: Value, _ new: Value) {
    if new > old { tightens = true }
    if new < old { loosens = true }
  }

  mutating func add<Element: Hashable>(_ old: [Element], _ new: [Element]) {
    if !Set(new).isSubset(of: old) { tightens = true }
    if !Set(old).isSubset(of: new) { loosens = true }
  }

  var effect: PolicyDiff.Effect {
    switch (tightens, loosens) {
    case (false, false): .neutral
    case (true, false): .tightens
    case (false, true): .loosens
    case (true, true): .undecided
    }
  }
}

extension TierTerms {
  /// What changing these terms to others does.
  func effect(of new: TierTerms) -> PolicyDiff.Effect {
    var direction = Direction()
    direction.add(roles, new.roles)
    direction.add(requires, new.requires)
    direction.add(new.maxRate, maxRate)
    direction.add(new.maxConcurrency, maxConcurrency)
    direction.add(new.dailyRequests, dailyRequests)
    direction.add(new.longestValidityDays, longestValidityDays)
    direction.add(
      evidenceBeforeToken == .required ? 1 : 0, new.evidenceBeforeToken == .required ? 1 : 0)
    if windows != new.windows {
      if new.windows.isSubset(of: windows) {
        direction.add(0, 1)
      } else if windows.isSubset(of: new.windows) {
        direction.add(1, 0)
      } else {
        return .undecided
      }
    }
    return direction.effect
  }
}

extension Question {
  /// Only its words, or something that rules compare.
  func effect(of new: Question) -> PolicyDiff.Effect {
    let isSame =
      scope == new.scope && kind == new.kind && options == new.options && fact == new.fact
      && isAsked == new.isAsked && worst == new.worst && neutral == new.neutral
    return isSame ? .neutral : .undecided
  }
}

extension Rule {
  /// What changing this rule to another does, as far as the two show it.
  func effect(of new: Rule) -> PolicyDiff.Effect {
    var direction = Direction()
    direction.add(effect.tier?.rawValue ?? -1, new.effect.tier?.rawValue ?? -1)
    direction.add(new.effect.maxRate ?? .most, effect.maxRate ?? .most)
    direction.add(effect.roles, new.effect.roles)
    direction.add(effect.costWeight ?? 1, new.effect.costWeight ?? 1)
    direction.add(
      effect.approvals == .void ? 1 : 0, new.effect.approvals == .void ? 1 : 0)
    // A submission refused and a token refused are two steps, neither above the other.
    if let old = effect.block, let block = new.effect.block, old != block { return .undecided }
    direction.add(effect.block == nil ? 0 : 1, new.effect.block == nil ? 0 : 1)
    if when != new.when {
      if when.implies(new.when) {
        direction.add(0, 1)
      } else if new.when.implies(when) {
        direction.add(1, 0)
      } else {
        return .undecided
      }
    }
    return direction.effect
  }
}

extension Condition {
  /// Whether every facts that fulfil this fulfil the other; false where the shape of the two does
  /// not show it.
  func implies(_ other: Condition) -> Bool {
    if self == other { return true }
    switch (self, other) {
    case (.any(let parts), _): return parts.allSatisfy { $0.implies(other) }
    case (_, .all(let parts)): return parts.allSatisfy { implies($0) }
    case (.all(let parts), .any(let others)):
      return parts.contains { $0.implies(other) } || others.contains { implies($0) }
    case (.all(let parts), _): return parts.contains { $0.implies(other) }
    case (_, .any(let others)): return others.contains { implies($0) }
    case (.not(let part), .not(let excluded)): return excluded.implies(part)
    case (.compare(let fact, let how, let value), .compare(let name, let otherHow, let limit)):
      return fact == name && Condition.implies((how, value), (otherHow, limit))
    case (.not, .compare), (.compare, .not): return false
    }
  }

  private static func implies(
    _ left: (how: Comparison, value: Answer), _ right: (how: Comparison, value: Answer)
  ) -> Bool {
    switch (left.how, left.value, right.how, right.value) {
    case (.eq, .choice(let option), .in, .choices(let listed)): listed.contains(option)
    case (.in, .choices(let few), .in, .choices(let many)),
      (.intersects, .choices(let few), .intersects, .choices(let many)):
      Set(few).isSubset(of: many)
    case (_, .number(let number), _, .number(let limit)):
      implies(left.how, number, right.how, limit)
    default: false
    }
  }

  private static func implies(
    _ how: Comparison, _ number: Int64, _ other: Comparison, _ limit: Int64
  ) -> Bool {
    switch (how, other) {
    case (.gt, .gt), (.ge, .ge), (.gt, .ge): number >= limit
    case (.ge, .gt), (.eq, .gt): number > limit
    case (.lt, .lt), (.le, .le), (.lt, .le): number <= limit
    case (.le, .lt), (.eq, .lt): number < limit
    case (.eq, .ge): number >= limit
    case (.eq, .le): number <= limit
    default: false
    }
  }
}
