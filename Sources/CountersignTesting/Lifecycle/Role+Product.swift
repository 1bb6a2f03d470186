package import Domain

extension ReferenceModel.Role {
  /// What the product calls it.
  package var product: Role {
    switch self {
    case .legal: .legalReviewer
    case .risk: .riskReviewer
    case .business: .businessOwner
    case .operator: .operator
    }
  }
}

extension ReferenceModel.Verdict {
  /// What the product calls it.
  package var product: Decision.Verdict {
    switch self {
    case .approve: .approve
    case .requestChanges: .requestChanges
    case .reject: .reject
    }
  }
}
