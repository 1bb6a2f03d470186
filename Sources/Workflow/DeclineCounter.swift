package import Domain
package import Postgres
import Store

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
