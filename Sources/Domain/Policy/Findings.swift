/// What the rules say of one target.
package struct Findings: Hashable, Sendable {
  /// Matching rules in the order of the policy.
  package let rules: [Rule]
  package let tier: Tier
  /// Seats, in the order of `Role.deciding`; none for X.
  package let roles: [Role]
  /// The lowest cap among the rules and the rule that set it.
  package let cap: RuleCap?
  package let costWeight: Int64
  package let blocks: [StepBlock]
  package let approvals: Rule.Approvals
}

/// The highest rate that a rule allows.
package struct RuleCap: Hashable, Sendable {
  package let rate: Rate
  package let rule: String
}

/// A step that a rule refuses until its facts change.
package struct StepBlock: Hashable, Sendable {
  package let step: Rule.Block
  package let rule: String
  package let text: String
}

extension Policy {
  /// Evaluates every rule. Facts that are missing count as worst. Cost: linear in the rules.
  package func findings(for known: Facts) -> Findings {
    let facts = completed(known)
    let matching = rules.filter { $0.when.holds(for: facts) }
    let tier = tier(of: matching)
    let caps = matching.compactMap { rule in
      rule.effect.maxRate.map { RuleCap(rate: $0, rule: rule.id) }
    }
    return Findings(
      rules: matching,
      tier: tier,
      roles: tier == .x ? [] : roles(of: tier, matching),
      cap: caps.min { $0.rate < $1.rate },
      costWeight: matching.compactMap(\.effect.costWeight).max() ?? 1,
      blocks: matching.compactMap { rule in
        rule.effect.block.map { StepBlock(step: $0, rule: rule.id, text: rule.text) }
      },
      approvals: matching.contains { $0.effect.approvals == .void } ? .void : .kept)
  }

  /// Unanswered questions as worst, except those on personal data where none is involved.
  private func completed(_ known: Facts) -> Facts {
    var facts = known
    if known["personal_data"] == .choice("none") {
      for question in questions where facts[question.fact] == nil {
        if let neutral = question.neutral { facts[question.fact] = neutral }
      }
    }
    return facts.merging(worstFacts) { known, _ in known }
  }

  private func tier(of matching: [Rule]) -> Tier {
    let tiers = matching.compactMap(\.effect.tier)
    let escalated = escalator.filter { step in
      tiers.count { $0 == step.of } >= step.rules
    }
    return max(tiers.max() ?? .t0, escalated.map(\.make).max() ?? .t0)
  }

  private func roles(of tier: Tier, _ matching: [Rule]) -> [Role] {
    let needed = Set(terms(of: tier).roles + matching.flatMap(\.effect.roles))
    return Role.deciding.filter { needed.contains($0) }
  }
}
