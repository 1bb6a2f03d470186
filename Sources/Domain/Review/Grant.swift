/// The numbers that were really authorised, from an approved round.
package struct Grant: Hashable, Sendable {
  package let id: GrantID
  package let proposal: ProposalID
  package let round: RoundID
  package let digest: Digest
  package let tier: Tier
  package let startsAt: Timestamp
  package let endsAt: Timestamp
  package let pools: [PoolID]
  /// Nil: the build is not checked.
  package let buildDigests: [Digest]?
  /// Rules that refuse every token until their facts change.
  package let tokenBlocks: [StepBlock]
  /// One per target, in the order of the content.
  package let budgets: [GrantedBudget]
  package let createdAt: Timestamp
}

/// What one grant may send to one target, with who set each number.
package struct GrantedBudget: Hashable, Sendable {
  package let id: BudgetID
  /// Place of the target in the content, from 0.
  package let target: Int
  /// Canonical hosts and patterns.
  package let hosts: [String]
  package let pathPrefixes: [String]
  package let methods: [String]
  package let maxRate: Rate
  package let burst: Int64
  package let maxConcurrency: Int64
  package let maxWorkers: Int64
  package let dailyRequests: Int64
  package let totalRequests: Int64
  /// IANA name.
  package let timeZone: String
  package let windows: WindowSet
  /// From 00:00 of the first day in the target's zone, or the approval if that is later.
  package let startsAt: Timestamp
  package let endsAt: Timestamp
  /// When the first document that the approval rests on expires.
  package let evidenceExpiresAt: Timestamp?
  package let costWeight: Int64
  package let setBy: JSONObject
}

/// The states of a grant (lifecycle.md).
package enum GrantState: String, Hashable, Sendable, CaseIterable {
  case scheduled, active, suspended, ended, revoked, replaced

  /// Whether it can still be used or come to be.
  package var isStanding: Bool { self == .scheduled || self == .active || self == .suspended }
}
