package import Domain
package import Postgres
import Store

/// Proposals, newest first.
package struct ListProposals: Query {
  private let filter: ProposalFilter
  private let awaiting: Awaiting
  private let before: Int64?
  private let limit: Int

  /// Whether only what the caller could decide now.
  package enum Awaiting: Hashable, Sendable {
    case anybody, me
  }

  package init(filter: ProposalFilter, awaiting: Awaiting, before: Int64?, limit: Int) {
    self.filter = filter
    self.awaiting = awaiting
    self.before = before
    self.limit = limit
  }

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> [ProposalSummary] {
    let caller = try act.person().person.id
    let filter = ProposalFilter(
      status: filter.status, site: filter.site, owner: filter.owner,
      awaiting: awaiting == .me ? caller : nil, tier: filter.tier, words: filter.words)
    return try await ProposalListStore.list(
      filter, before: before ?? Int64.max, limit: Int64(limit), now: act.now, in: tx)
  }
}

/// Revisions of a proposal in their order.
package struct ListRevisions: Query {
  private let proposal: ProposalReference
  private let after: Int64
  private let limit: Int

  package init(proposal: ProposalReference, after: Int64?, limit: Int) {
    self.proposal = proposal
    self.after = after ?? 0
    self.limit = limit
  }

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> [RevisionRecord] {
    let found = try await act.find(proposal, in: tx)
    return try await RevisionStore.list(
      of: found.id, after: after, limit: Int64(limit), in: tx)
  }
}

/// One revision with its exact bytes.
package struct ShowRevision: Query {
  private let proposal: ProposalReference
  private let n: Int64?

  /// - Parameter n: nil for a number that cannot exist.
  package init(proposal: ProposalReference, n: Int64?) {
    self.proposal = proposal
    self.n = n
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> RevisionRecord {
    let found = try await act.find(proposal, in: tx)
    return try await act.revision(n, of: found, in: tx)
  }
}

/// What one revision changes against another.
package struct DiffRevisions: Query {
  private let proposal: ProposalReference
  private let n: Int64?
  private let against: Int64?

  /// - Parameter against: nil for the revision before; the first one against itself.
  package init(proposal: ProposalReference, n: Int64?, against: Int64?) {
    self.proposal = proposal
    self.n = n
    self.against = against
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> ContentDiff {
    let found = try await act.find(proposal, in: tx)
    let new = try await act.revision(n, of: found, in: tx)
    let old = try await act.revision(against ?? max(1, new.n - 1), of: found, in: tx)
    return ContentDiff(
      from: try JSONParser.parse(old.bytes), to: try JSONParser.parse(new.bytes))
  }
}

extension Act {
  /// The proposal, for every active person.
  func find(
    _ reference: ProposalReference, in tx: borrowing Transaction
  ) async throws -> Proposal {
    guard let found = try await ProposalStore.find(reference, in: tx) else {
      throw reference.missing
    }
    _ = try person()
    return found
  }

  func revision(
    _ n: Int64?, of proposal: Proposal, in tx: borrowing Transaction
  ) async throws -> RevisionRecord {
    guard let n, let revision = try await RevisionStore.find(n, of: proposal.id, in: tx) else {
      throw Refusals(.notFound(kind: "revision", id: n.map { String($0) } ?? "?"))
    }
    return revision
  }
}
