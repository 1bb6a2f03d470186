package import Domain
package import Postgres
import Store

/// The requester or owner takes an open round back.
package struct WithdrawProposal: Command {
  private let proposal: ProposalReference
  private let reason: Result<String, InvalidBody>

  package init(proposal: ProposalReference, reason: Result<String, InvalidBody>) {
    self.proposal = proposal
    self.reason = reason
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Round {
    guard let found = try await ProposalStore.lock(proposal, in: tx) else {
      throw proposal.missing
    }
    let reason = try reason.get()
    let signer = try await act.signer(in: tx)
    let review = try await act.review(of: found, caller: signer.person, in: tx)
    let ruling = try review.withdrawn(by: signer, actor: act.actor, at: act.now)
    try await RoundStore.record(
      closed: ruling, from: review.round?.recorded ?? .inReview, because: reason, in: tx)
    return ruling.subject
  }
}
