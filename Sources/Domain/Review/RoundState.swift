/// The states of a review round (lifecycle.md); a proposal without a round is a draft.
package enum RoundState: String, Hashable, Sendable, CaseIterable {
  case draft
  case inReview = "in_review"
  case approved
  case countered
  case changesRequested = "changes_requested"
  case rejected
  case lapsed
  case withdrawn
  case superseded

  /// Still to be decided.
  package var isOpen: Bool { self == .inReview || self == .countered }

  /// The states that may follow, as the schema has them too.
  package var next: Set<RoundState> {
    switch self {
    case .draft: [.inReview]
    case .inReview:
      [.approved, .countered, .changesRequested, .rejected, .lapsed, .withdrawn, .superseded]
    case .countered: [.approved, .draft, .lapsed, .withdrawn]
    case .approved, .changesRequested, .rejected, .lapsed, .withdrawn, .superseded: []
    }
  }
}
