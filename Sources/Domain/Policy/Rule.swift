/// One rule of the policy: when it matches, what follows, and on what law it rests.
package struct Rule: Hashable, Sendable {
  package let id: String
  package let text: String
  /// The same in Chinese, where the policy has it.
  package let textChinese: String?
  package let when: Condition
  package let effect: Effect
  /// Ids of legal facts.
  package let basis: [String]

  package struct Effect: Hashable, Sendable {
    package var tier: Tier?
    /// A cap; no other rule raises it.
    package var maxRate: Rate?
    /// Seats beside those of the tier.
    package var roles: [Role] = []
    /// Divides the granted rate and daily requests.
    package var costWeight: Int64?
    package var block: Block?
    package var approvals: Approvals = .kept
  }

  package enum Block: String, Hashable, Sendable, CaseIterable {
    case submit, token
  }

  package enum Approvals: Hashable, Sendable {
    case kept, void
  }
}

/// So many matching rules of a tier make a higher one.
package struct EscalatorStep: Hashable, Sendable {
  package let rules: Int64
  package let of: Tier
  package let make: Tier
}

/// A dated legal source.
package struct LegalFact: Hashable, Sendable {
  package let id: String
  package let jurisdiction: String
  /// As it is cited where it is in force.
  package let instrument: String
  package let instrumentEnglish: String?
  package let instrumentChinese: String?
  package let article: String
  package let articleChinese: String?
  package let inForceFrom: LocalDate
  /// The last day; nil while it is in force.
  package let inForceTo: LocalDate?
  package let text: String
  package let textChinese: String?

  package func isInForce(on day: LocalDate) -> Bool {
    inForceFrom <= day && (inForceTo.map { day <= $0 } ?? true)
  }
}
