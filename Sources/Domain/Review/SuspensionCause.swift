/// Why a grant stands still (lifecycle transition 14).
package enum SuspensionCause: String, Hashable, Sendable, CaseIterable, Comparable {
  /// Reports showed harm, and only people lift it.
  case breaker
  /// The owner or the maintainer has had no account for too long (R15).
  case partyGone = "party_gone"
  /// A document that the approval rests on has expired.
  case evidenceExpired = "evidence_expired"
  /// The policy in force asks for more than the round had.
  case policyTightened = "policy_tightened"
  /// The maintainer has not attested twice in a row (R15).
  case attestationMissed = "attestation_missed"
  /// A site of it turned out to be of a stricter kind of operator.
  case siteUpgraded = "site_upgraded"

  /// The role whose signature lifts it. Harm is different: there any two people of
  /// `Lock.releasingRoles` do, and the role here is the one that is asked first.
  package var owner: Role {
    switch self {
    case .breaker: .operator
    case .evidenceExpired, .attestationMissed: .riskReviewer
    case .partyGone, .policyTightened, .siteUpgraded: .legalReviewer
    }
  }

  /// Who may sign that it is over.
  package var liftingRoles: [Role] {
    self == .breaker ? Lock.releasingRoles : [owner]
  }

  /// After harm two people, as the first time; else one.
  package var signaturesNeeded: Int { self == .breaker ? Lock.releasesNeeded : 1 }

  /// What ends it, for whoever reads the grant.
  package var remedy: String {
    switch self {
    case .breaker: "two people among operator and deciding roles resume it"
    case .partyGone: "hand the part over, then a \(owner.rawValue) resumes it"
    case .evidenceExpired:
      "add a revision that renews only the evidence, then a \(owner.rawValue) resumes it"
    case .policyTightened:
      "narrow it to what the policy allows and a \(owner.rawValue) resumes it, or submit a revision"
    case .attestationMissed: "the maintainer attests, then a \(owner.rawValue) resumes it"
    case .siteUpgraded: "submit a revision: a new round decides for this kind of operator"
    }
  }

  package static func < (left: SuspensionCause, right: SuspensionCause) -> Bool {
    left.place < right.place
  }

  private var place: Int { SuspensionCause.allCases.firstIndex(of: self) ?? 0 }
}
