package import Domain
package import Postgres
import Store

/// Somebody takes their own decision back before the round is decided.
package struct RetractDecision: Command {
  private let decision: DecisionID
  private let reason: Result<String?, InvalidBody>

  package init(decision: DecisionID, reason: Result<String?, InvalidBody>) {
    self.decision = decision
    self.reason = reason
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Decision {
    guard let proposal = try await DecisionStore.find(decision, in: tx)?.proposal,
      let found = try await ProposalStore.lock(.id(proposal), in: tx),
      // Read again: what was read before the lock may be old.
      let decision = try await DecisionStore.find(decision, in: tx)?.decision
    else { throw Refusals(.notFound(kind: "decision", id: decision.text)) }
    let reason = try reason.get()
    let signer = try await act.signer(in: tx)
    let review = try await act.review(of: found, caller: signer.person, in: tx)
    let rounds = try await RoundStore.list(of: proposal, in: tx)
    guard let round = rounds.first(where: { $0.id == decision.round }) else {
      preconditionFailure("a decision has a round of its proposal")
    }
    let ruling = try review.of(round).retracted(
      decision, by: signer, actor: act.actor, at: act.now)
    try await DecisionStore.record(ruling, because: reason, in: tx)
    return ruling.subject.decision
  }
}
