package import Domain
package import Postgres
import Store

/// A reviewer signs: approves, asks for changes or rejects. The last signature makes the grant
/// in the same transaction.
package struct DecideProposal: Command {
  private let proposal: ProposalReference
  private let verdict: Result<Verdict, InvalidBody>

  package init(proposal: ProposalReference, verdict: Result<Verdict, InvalidBody>) {
    self.proposal = proposal
    self.verdict = verdict
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Decision {
    if act.actor.person != nil, !act.service.settings.tokensDecide {
      throw Refusals(.insufficientUserAuthentication(maxAgeSeconds: 900))
    }
    guard let found = try await ProposalStore.lock(proposal, in: tx) else {
      throw proposal.missing
    }
    let verdict = try verdict.get()
    // Nobody loses a role or the account between the judgement of a signature and its COMMIT.
    try await SignerStore.lockSigners(of: found.id, and: act.actor.person, in: tx)
    let review = try await act.reassessed(
      act.review(of: found, caller: act.actor.person, in: tx), in: tx)
    let signer = act.actor.person.flatMap { review.signers[$0] }
    let ruling = try review.decided(verdict, by: signer, actor: act.actor, at: act.now)
    try await DecisionStore.record(ruling, in: tx)
    if let signer, verdict.verdict == .approve {
      try await finish(review.adding(ruling.subject, by: signer), by: act, in: tx)
    }
    return ruling.subject.decision
  }

  /// Approves the round and creates its grant, if this was the last signature.
  private func finish(
    _ review: Review, by act: Act, in tx: borrowing Transaction
  ) async throws {
    guard let round = review.round, round.seats.allSatisfy({ review.approval(of: $0) != nil })
    else { return }
    let (content, assessment) = try await act.assessment(of: round, in: tx)
    guard
      let approval = review.approved(assessment: assessment, by: act.actor, at: act.now)
    else { return }
    try await RoundStore.record(approved: approval, in: tx)
    let grant = try Grant.created(
      from: approval.subject, content: content, assessment: assessment, by: act.actor,
      at: act.now)
    try await GrantStore.record(grant, in: tx)
  }
}
