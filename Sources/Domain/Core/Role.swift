/// What a person may do (api.md, "Who may do what").
package enum Role: String, Hashable, Sendable, CaseIterable {
  case requester
  case legalReviewer = "legal_reviewer"
  case riskReviewer = "risk_reviewer"
  case businessOwner = "business_owner"
  case securityReviewer = "security_reviewer"
  case dataProtectionOfficer = "data_protection_officer"
  case generalCounsel = "general_counsel"
  case accountableExecutive = "accountable_executive"
  case `operator`
  case auditor
  case administrator

  /// The seven roles whose holders sign in a review round.
  package static let deciding: [Role] = [
    .legalReviewer, .riskReviewer, .businessOwner, .securityReviewer, .dataProtectionOfficer,
    .generalCounsel, .accountableExecutive,
  ]

  package var decides: Bool { Role.deciding.contains(self) }

  /// Giving a deciding role or `administrator` takes two administrators (lifecycle R12).
  package var takesTwoAdministrators: Bool { decides || self == .administrator }
}
