package import Domain
import Ledger
package import Postgres
import Store

/// A reviewer signs: approves, with conditions or without, asks for changes or rejects. The last
/// signature makes the grant, or the counter-offer, in the same transaction.
package struct DecideProposal: Command {
  package enum Output: Sendable {
    case decided(Decision)
    /// Refused for the conditions of others, who see it too: kept, though nothing is decided.
    case conflicting(Refusals)
  }

  private let proposal: ProposalReference
  private let verdict: Result<Verdict, InvalidBody>

  package init(proposal: ProposalReference, verdict: Result<Verdict, InvalidBody>) {
    self.proposal = proposal
    self.verdict = verdict
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    if act.actor.person != nil, !act.service.settings.tokensDecide {
      throw Refusals(.insufficientUserAuthentication(maxAgeSeconds: 900))
    }
    guard let found = try await ProposalStore.lock(proposal, in: tx) else {
      throw proposal.missing
    }
    let verdict = try verdict.get()
    // Nobody loses a role or the account between the judgement of a signature and its COMMIT.
    try await SignerStore.lockSigners(of: found.id, and: act.actor.person, in: tx)
    let review = try await act.lockedReview(of: found, caller: act.actor.person, in: tx)
    try checkTargets(of: verdict, in: review)
    let signer = act.actor.person.flatMap { review.signers[$0] }
    if let conflict = review.conflict(of: verdict, by: signer, actor: act.actor, at: act.now) {
      try await ConflictStore.record(conflict, in: tx)
      return .conflicting(Refusals(review.refusals(of: verdict, by: signer, at: act.now)))
    }
    let conditions = try verdict.conditions?.numbers.canonicalBytes()
    let ruling = try review.decided(
      verdict, conditionsDigest: conditions.map { Digest.sha256(of: $0) }, by: signer,
      actor: act.actor, at: act.now)
    try await DecisionStore.record(ruling, in: tx)
    if let signer, verdict.verdict == .approve {
      try await act.conclude(review.adding(ruling.subject, by: signer), in: tx)
    }
    return .decided(ruling.subject.decision)
  }

  private func checkTargets(of verdict: Verdict, in review: Review) throws(InvalidBody) {
    guard let conditions = verdict.conditions, let reviewed = review.reviewed,
      verdict.digest == review.round?.digest
    else { return }
    try conditions.checkTargets(
      count: reviewed.content.targets.count, at: Review.conditionsPointer)
  }
}
