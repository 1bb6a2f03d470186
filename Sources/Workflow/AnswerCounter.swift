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
    let review = try await act.reviewWithNumbers(of: found, caller: signer.person, in: tx)
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

/// The requester or owner turns a counter-offer down; a new revision goes on.
package struct DeclineCounter: Command {
  package struct Input: Sendable {
    /// Nil where the caller names none.
    package let digest: Digest?
    package let reason: String?

    package init(digest: Digest?, reason: String?) {
      self.digest = digest
      self.reason = reason
    }
  }

  private let proposal: ProposalReference
  private let input: Result<Input, InvalidBody>

  package init(proposal: ProposalReference, input: Result<Input, InvalidBody>) {
    self.proposal = proposal
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Round {
    guard let found = try await ProposalStore.lock(proposal, in: tx) else {
      throw proposal.missing
    }
    let input = try input.get()
    let signer = try await act.signer(in: tx)
    let review = try await act.review(of: found, caller: signer.person, in: tx)
    let counter = try review.openCounter(
      try await act.counter(of: review, in: tx), toBe: .declined, echoing: input.digest,
      by: signer, at: act.now)
    let ruling = review.declined(counter, actor: act.actor, at: act.now)
    try await CounterStore.record(ruling, because: input.reason, in: tx)
    return ruling.subject.round
  }
}

extension Act {
  /// The counter-offer of the newest round; nil when none was made.
  func counter(
    of review: Review, in tx: borrowing Transaction
  ) async throws -> CounterOffer? {
    guard let round = review.round else { return nil }
    return try await CounterStore.find(of: round.id, in: tx)
  }
}
