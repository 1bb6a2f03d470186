package import Domain
package import Postgres
import Store

/// A decision as a list shows it.
package struct ListedDecision: Sendable {
  package let decision: Decision
  package let staleness: Staleness?

  /// What a decision of an earlier round was about, seen from the newest one.
  package struct Staleness: Sendable {
    package let revision: Int64
    /// From that revision to the one of the newest round.
    package let diff: ContentDiff
  }
}

/// Decisions of all rounds of a proposal, in the order in which they were made; those of earlier
/// rounds with what has changed since.
package struct ListDecisions: Query {
  private let proposal: ProposalReference
  private let after: String
  private let limit: Int

  package init(proposal: ProposalReference, after: String?, limit: Int) {
    self.proposal = proposal
    self.after = after ?? ""
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [ListedDecision] {
    let found = try await act.find(proposal, in: tx)
    let decisions = try await DecisionStore.list(
      of: found.id, after: after, limit: Int64(limit), in: tx)
    guard let newest = try await RoundStore.newest(of: found.id, in: tx)?.id else { return [] }
    let stale = try await act.staleness(
      of: Set(decisions.map(\.round)).subtracting([newest]), before: newest, in: tx)
    return decisions.map { ListedDecision(decision: $0, staleness: stale[$0.round]) }
  }
}

extension Act {
  /// What changed from each of these rounds to the newest one; one query for all of them.
  func staleness(
    of rounds: Set<RoundID>, before newest: RoundID, in tx: borrowing Transaction
  ) async throws -> [RoundID: ListedDecision.Staleness] {
    guard !rounds.isEmpty else { return [:] }
    let texts = try await RoundStore.contents(of: rounds.sorted() + [newest], in: tx)
    guard let current = texts[newest] else { preconditionFailure("a round has a revision") }
    let new = try JSONParser.parse(current.bytes)
    return try texts.filter { rounds.contains($0.key) }.mapValues { text in
      ListedDecision.Staleness(
        revision: text.revision, diff: ContentDiff(from: try JSONParser.parse(text.bytes), to: new))
    }
  }
}
