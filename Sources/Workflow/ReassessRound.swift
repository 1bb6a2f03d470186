package import Domain
package import Postgres
import Store

/// Holds one open round against the policy in force and the facts of now; done before, or over, it
/// changes nothing.
package struct ReassessRound: Command {
  private let round: RoundID

  package init(round: RoundID) {
    self.round = round
  }

  /// - Returns: the seats of the round from now on; nil when it is not open.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [Role]? {
    guard let id = try await ReassessmentStore.proposal(of: round, in: tx),
      let proposal = try await ProposalStore.lock(.id(id), in: tx)
    else { throw Refusals(.notFound(kind: "round", id: round.text)) }
    let review = try await act.review(of: proposal, caller: nil, in: tx)
    guard let newest = review.round, newest.id == round, newest.status(at: act.now).isOpen else {
      return nil
    }
    return try await act.reassessed(review, in: tx).round?.seats
  }

  /// The open rounds that the policy in force was not held against yet, in order of id.
  package static func due(
    at now: Timestamp, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [RoundID] {
    guard let active = try await PolicyStore.active(in: tx) else { return [] }
    return try await ReassessmentStore.dueRounds(
      under: active.version, limit: limit, now: now, in: tx)
  }
}
