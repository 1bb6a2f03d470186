/// How a call names a proposal.
package enum ProposalReference: Hashable, Sendable {
  case id(ProposalID)
  case number(Int64)

  /// A TypeID or a number as a path has it; nil for anything else.
  package init?(_ text: String) {
    if let id = ProposalID(text) {
      self = .id(id)
    } else if let number = Int64(digits: text.utf8), number > 0, String(number) == text {
      self = .number(number)
    } else {
      return nil
    }
  }

  package var text: String {
    switch self {
    case .id(let id): id.text
    case .number(let number): String(number)
    }
  }
}
