package import Domain
package import Postgres
import Store

/// What the service fetched for a revision, the newest unless said.
package struct ShowDossier: Query {
  package struct Output: Sendable {
    package let proposal: ProposalID
    package let revision: RevisionRecord
    package let content: ProposalContent
    package let standings: [RobotsStanding]
    package let items: [StoredItem]
    /// Whether anything is fetched at all.
    package let isSwitchedOn: Bool
  }

  private let proposal: ProposalReference
  private let n: Result<Int64?, InvalidBody>

  package init(proposal: ProposalReference, revision n: Result<Int64?, InvalidBody>) {
    self.proposal = proposal
    self.n = n
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let found = try await act.find(proposal, in: tx)
    let revision: RevisionRecord
    if let n = try n.get() {
      revision = try await act.revision(n, of: found, in: tx)
    } else {
      revision = try await RevisionStore.newest(of: found.id, in: tx)
    }
    let questions = try await ParsedPolicies.active(in: tx).policy.questions
    return Output(
      proposal: found.id, revision: revision,
      content: try revision.content(by: act, questions: questions),
      standings: try await DossierStore.standings(of: revision.id, in: tx),
      items: try await DossierStore.items(of: revision.id, in: tx),
      isSwitchedOn: act.service.fetcher != nil)
  }
}

/// One item of a dossier with its exact bytes.
package struct ShowDossierItem: Query {
  private let proposal: ProposalReference
  private let n: Int64?

  /// - Parameter n: nil for a number that cannot exist.
  package init(proposal: ProposalReference, n: Int64?) {
    self.proposal = proposal
    self.n = n
  }

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> StoredItem {
    let found = try await act.find(proposal, in: tx)
    guard let n, let item = try await DossierStore.item(n, of: found.id, in: tx) else {
      throw Refusals(.notFound(kind: "dossier item", id: n.map(String.init) ?? "?"))
    }
    return item
  }
}
