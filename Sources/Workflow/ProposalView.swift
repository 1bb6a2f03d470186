package import Domain
import Postgres
import Store

/// A proposal as one caller sees it.
package struct ProposalView: Sendable {
  package let proposal: Proposal
  package let newest: RevisionRecord
  /// The revision under review; the newest one for a draft.
  package let revision: RevisionRecord
  package let round: Round?
  package let status: RoundState
  package let effectiveStatus: String
  package let blocking: [Refusal]
  package let seats: [FilledSeat]
  package let canDecide: [(role: Role, reasons: [Refusal])]
  package let grant: GrantRecord?
  package let grantState: GrantState?

  /// A seat of the round and who signed in it.
  package struct FilledSeat: Hashable, Sendable {
    package let role: Role
    package let filledBy: PersonID?
  }
}

extension Host {
  /// The host of a canonical host or pattern.
  init?(pattern text: String) {
    do throws(HostError) {
      try self.init(text.hasPrefix("*.") ? String(text.dropFirst(2)) : text)
    } catch {
      return nil
    }
  }
}
