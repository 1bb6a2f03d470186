package import Domain
package import Postgres
import Store

/// Another revision of a proposal; whoever writes it never decides on the proposal.
package struct AddRevision: Command {
  package struct Output: Sendable {
    package let id: RevisionID
    package let proposal: Proposal
    package let n: Int64
    package let digest: Digest
  }

  private let proposal: ProposalReference
  private let document: Result<ContentDocument, InvalidBody>

  package init(proposal: ProposalReference, document: Result<ContentDocument, InvalidBody>) {
    self.proposal = proposal
    self.document = document
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    guard let found = try await ProposalStore.lock(proposal, in: tx) else {
      throw proposal.missing
    }
    let policy = try await ParsedPolicies.active(in: tx).policy
    let content = try await document.get().content(
      by: act, questions: policy.questions, in: tx)
    let signer = try await act.signer(in: tx)
    let newest = try await RevisionStore.newest(of: found.id, in: tx)
    let bytes = try ContentBytes(of: content)
    let ruling = try Revision.added(
      to: found.id, content, bytes, after: (newest.n, newest.digest),
      parties: try await act.parties(of: found, newest, in: tx).parties, by: signer,
      actor: act.actor, at: act.now)
    try await RevisionStore.record(ruling, in: tx)
    act.requestDossier(of: ruling.subject, in: tx)
    return Output(
      id: ruling.subject.id, proposal: found, n: ruling.subject.n, digest: bytes.digest)
  }
}
