extension Assessment {
  /// The stricter of both in everything: a later policy only ever adds to what an open round
  /// asks for (lifecycle R9).
  ///
  /// Precondition: both are of the same content.
  ///
  /// - Parameter setter: names the other policy before the setters of its numbers (`policy 2`).
  package func tightened(by other: Assessment, setter: String) -> Assessment {
    precondition(targets.count == other.targets.count, "two assessments of one content")
    let tier = max(tier, other.tier)
    let needed = Set(roles + other.roles)
    return Assessment(
      day: day, tier: tier, roles: tier == .x ? [] : Role.deciding.filter(needed.contains),
      targets: zip(targets, other.targets).map { $0.tightened(by: $1, setter: setter) },
      longestValidityDays: min(longestValidityDays, other.longestValidityDays),
      decideWithinDays: min(decideWithinDays, other.decideWithinDays),
      requires: requires + other.requires.filter { !requires.contains($0) },
      evidenceBeforeToken: evidenceBeforeToken == .required
        ? .required : other.evidenceBeforeToken)
  }
}

extension TargetAssessment {
  fileprivate func tightened(by other: TargetAssessment, setter: String) -> TargetAssessment {
    TargetAssessment(
      index: index, findings: findings.tightened(by: other.findings),
      basis: basis.merging(other.basis) { mine, theirs in
        mine + theirs.filter { !mine.contains($0) }
      },
      caps: caps.tightened(by: other.caps, setter: setter), gentler: nil,
      unverified: unverified + other.unverified.filter { !unverified.contains($0) },
      liftedByFetch: liftedByFetch + other.liftedByFetch.filter { !liftedByFetch.contains($0) })
  }
}

extension Findings {
  fileprivate func tightened(by other: Findings) -> Findings {
    let tier = max(tier, other.tier)
    let needed = Set(roles + other.roles)
    // A rule that both have stands once; with another text or effect it stands twice.
    return Findings(
      rules: rules + other.rules.filter { !rules.contains($0) }, tier: tier,
      roles: tier == .x ? [] : Role.deciding.filter(needed.contains),
      cap: [cap, other.cap].compactMap(\.self).min { $0.rate < $1.rate },
      costWeight: max(costWeight, other.costWeight),
      blocks: blocks + other.blocks.filter { !blocks.contains($0) },
      approvals: approvals == .void ? .void : other.approvals)
  }
}

extension Caps {
  fileprivate func tightened(by other: Caps, setter: String) -> Caps {
    func name<Value>(_ limit: Limit<Value>) -> String { "\(setter): \(limit.setBy)" }
    var caps = Caps(self, costWeight: max(costWeight, other.costWeight))
    caps.maxRate = maxRate.lowered(to: other.maxRate.value, by: name(other.maxRate))
    caps.burst = burst.lowered(to: other.burst.value, by: name(other.burst))
    caps.maxConcurrency = maxConcurrency.lowered(
      to: other.maxConcurrency.value, by: name(other.maxConcurrency))
    caps.maxWorkers = maxWorkers.lowered(
      to: other.maxWorkers.value, by: name(other.maxWorkers))
    caps.dailyRequests = dailyRequests.lowered(
      to: other.dailyRequests.value, by: name(other.dailyRequests))
    caps.windows = windows.narrowed(to: other.windows.value, by: name(other.windows))
    return caps
  }
}
