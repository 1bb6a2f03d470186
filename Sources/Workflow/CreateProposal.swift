package import Domain
package import Postgres
import Store

/// A requester makes a draft with its first revision.
package struct CreateProposal: Command {
  package struct Output: Sendable {
    package let proposal: Proposal
    package let digest: Digest
  }

  private let document: Result<ContentDocument, InvalidBody>

  package init(document: Result<ContentDocument, InvalidBody>) {
    self.document = document
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let policy = try await ParsedPolicies.active(in: tx).policy
    let content = try await document.get().content(
      by: act, questions: policy.questions, in: tx)
    let requester = try act.person(holding: [.requester]).person.id
    let bytes = try ContentBytes(of: content)
    let ruling = Revision.first(content, bytes, by: requester, actor: act.actor, at: act.now)
    let proposal = try await ProposalStore.record(first: ruling, in: tx)
    act.requestDossier(of: ruling.subject, in: tx)
    return Output(proposal: proposal, digest: bytes.digest)
  }
}
