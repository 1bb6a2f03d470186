package import Domain
package import Postgres
import Store

/// Records that the time to decide a round ran out. The round has lapsed from that instant on
/// whether or not this ran; doing it again, or too early, does nothing.
package struct RecordLapse: Command {
  private let round: RoundID

  package init(round: RoundID) {
    self.round = round
  }

  /// Rounds that wait for it, the longest due first.
  package static func due(
    at now: Timestamp, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [RoundID] {
    try await RoundStore.dueToLapse(at: now, limit: limit, in: tx)
  }

  /// Whether it was recorded just now.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Bool {
    guard let proposal = try await RoundStore.proposal(of: round, in: tx),
      try await ProposalStore.lock(.id(proposal), in: tx) != nil,
      let newest = try await RoundStore.newest(of: proposal, in: tx), newest.id == round,
      let lapsed = newest.lapsed(by: act.actor, at: act.now)
    else { return false }
    try await RoundStore.record(closed: lapsed, from: newest.recorded, in: tx)
    return true
  }
}
