package import Domain
package import Postgres
import Store

/// The requester or owner takes a counter-offer up by its digest: the round is approved and its
/// grant created in the same transaction.
package struct AcceptCounter: Command {
  private let proposal: ProposalReference
  private let digest: Result<Digest, InvalidBody>

  package init(proposal: ProposalReference, digest: Result<Digest, InvalidBody>) {
    self.proposal = proposal
    self.digest = digest
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Round {
    guard let found = try await ProposalStore.lock(proposal, in: tx) else {
      throw proposal.missing
    }
    let echoed = try digest.get()
    let signer = try await act.signer(in: tx)
    try await SignerStore.lockSigners(of: found.id, and: signer.person, in: tx)
    let review = try await act.lockedReview(of: found, caller: signer.person, in: tx)
    let counter = try review.openCounter(
      try await act.counter(of: review, in: tx), toBe: .accepted, echoing: echoed, by: signer,
      at: act.now)
    guard let round = review.round, let reviewed = review.reviewed else {
      preconditionFailure("a counter-offer has a round")
    }
    let assessment = try await act.assessNow(reviewed.content, in: round, in: tx)
    let (answer, approval) = try review.accepted(
      counter, offering: try Allowance(counter: JSONParser.parse(counter.offer.bytes.bytes)),
      assessment: assessment, actor: act.actor, at: act.now)
    try await CounterStore.record(answer, in: tx)
    try await act.grant(approval, from: .countered, of: reviewed, assessment, in: tx)
    return approval.subject.round
  }
}
