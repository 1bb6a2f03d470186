/// How much an approval takes: T0 (own assets) to T4, and X, which cannot be approved.
package enum Tier: Int, Hashable, Comparable, Sendable, CaseIterable, CustomStringConvertible {
  case t0, t1, t2, t3, t4
  case x

  package static func < (left: Tier, right: Tier) -> Bool { left.rawValue < right.rawValue }

  /// `T0` … `T4`, `X`.
  package var description: String { self == .x ? "X" : "T\(rawValue)" }

  package init?(_ text: String) {
    guard let tier = Tier.allCases.first(where: { $0.description == text }) else { return nil }
    self = tier
  }
}

/// What a tier asks for and allows.
package struct TierTerms: Hashable, Sendable {
  package let tier: Tier
  /// The seats of a round; the data protection officer comes from rules.
  package let roles: [Role]
  package let maxRate: Rate
  package let maxConcurrency: Int64
  package let dailyRequests: Int64
  package let longestValidityDays: Int64
  /// From opening a round to its lapse.
  package let decideWithinDays: Int64
  /// In the target's local time; `always` when the policy lists none.
  package let windows: WindowSet
  /// Tokens wait until the approvals are in a signed checkpoint.
  package let evidenceBeforeToken: EvidenceBeforeToken
  /// Shown to reviewers: `on_call`, `attended`.
  package let requires: [String]

  package enum EvidenceBeforeToken: Hashable, Sendable {
    case required, notRequired
  }
}
