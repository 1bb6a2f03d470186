/// What a policy says of a content on a day.
package struct Assessment: Hashable, Sendable {
  package let day: LocalDate
  /// The highest of the targets.
  package let tier: Tier
  /// The seats of a round, in the order of `Role.deciding`; none for X.
  package let roles: [Role]
  package let targets: [TargetAssessment]
  package let longestValidityDays: Int64
  package let decideWithinDays: Int64
  package let requires: [String]
  package let evidenceBeforeToken: TierTerms.EvidenceBeforeToken

  /// Every step that some rule refuses, each rule once.
  package var blocks: [StepBlock] {
    var seen: Set<StepBlock> = []
    return targets.flatMap(\.findings.blocks).filter { seen.insert($0).inserted }
  }

  /// The rules that refuse every token of a grant until a new round.
  package var lastingTokenBlocks: [StepBlock] {
    var seen: Set<StepBlock> = []
    return targets.flatMap { target in
      target.findings.blocks.filter { $0.step == .token && !target.liftedByFetch.contains($0) }
    }.filter { seen.insert($0).inserted }
  }

  /// The rules that refuse a step.
  package func blocks(of step: Rule.Block) -> [StepBlock] { blocks.filter { $0.step == step } }
}

/// What a policy says of one target.
package struct TargetAssessment: Hashable, Sendable {
  /// Place in the content, from 0.
  package let index: Int
  package let findings: Findings
  /// Ids of each matching rule's legal basis in force on the day, by rule.
  package let basis: [String: [String]]
  package let caps: Caps
  /// The highest rate at which the tier would be lower, with that tier.
  package let gentler: GentlerRate?
  /// Pointers to answers that the service has not checked itself.
  package let unverified: [JSONPointer]
  /// Blocks that a later fetch of robots.txt takes away by itself, without a new round: leases
  /// look at what was fetched last.
  package let liftedByFetch: [StepBlock]
}

/// A rate that a lower tier would allow to be asked for.
package struct GentlerRate: Hashable, Sendable {
  package let rate: Rate
  package let tier: Tier

  package init(rate: Rate, tier: Tier) {
    self.rate = rate
    self.tier = tier
  }
}
