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
  package let numbers: RoundNumbers?
  package let stale: StaleRound?
  package let grant: GrantRecord?
  package let grantState: GrantState?
  /// What was really sent under the grant that stands beside the round (R14); nil for its own.
  package let standingUse: GrantUsage?
  /// What the content names by its hash, and whether it is there.
  package let documents: [ReferencedDocument]
  /// Nil for a draft.
  package let assessment: JSON?

  /// A seat of the round and who signed in it.
  package struct FilledSeat: Hashable, Sendable {
    package let role: Role
    package let approval: Decision?
    /// Of a decided round: what became of the signer since.
    package let flag: SignerFlag?

    package var filledBy: PersonID? { approval?.person }
  }

  /// What the newest round would grant, and what became of its conditions.
  package struct RoundNumbers: Sendable {
    package let reviewed: Reviewed
    /// The snapshot's numbers under the conditions that stand.
    package let allowance: Allowance
    package let counter: CounterOffer?
    /// The numbers in the counter-offer.
    package let offered: Allowance?
    /// Conditions that left nothing beside those of decisions that stand.
    package let conflicts: [ConditionsConflict]
    /// Every decision of the round, by id: who set a number.
    package let decisions: [DecisionID: Decision]
  }

  /// The last round before the newest one in which somebody decided.
  package struct StaleRound: Sendable {
    package let round: Round
    package let staleness: ListedDecision.Staleness
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
