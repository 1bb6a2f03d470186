package import Domain
package import Postgres
import Store

/// What the policy in force says of a content, and who could sign it; nothing is stored.
package struct AssessContent: Query {
  package struct Output: Sendable {
    package let assessment: Assessment
    package let digest: Digest
    package let seats: [Seat]
  }

  private let document: Result<ContentDocument, InvalidBody>

  package init(document: Result<ContentDocument, InvalidBody>) {
    self.document = document
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let policy = try await ParsedPolicies.active(in: tx).policy
    let content = try await document.get().content(
      by: act, questions: policy.questions, in: tx)
    let caller = try await act.signer(in: tx)
    let assessment = try await act.assess(
      content, of: nil, by: policy, approved: nil, in: tx)
    let named = [content.owner, content.deputy, content.maintainer.person]
    let signers = try await SignerStore.find(named, in: tx)
    func identity(_ person: PersonID) -> PersonID { signers[person]?.identity ?? person }
    // A reviewer who only looks does not become the requester.
    let isRequester = caller.roles[.requester] != nil
    let requester = isRequester ? caller.identity : identity(content.owner)
    let parties = Parties(
      requester: requester, owner: identity(named[0]), deputy: identity(named[1]),
      maintainer: identity(named[2]), editors: [requester])
    let seating = Seating(
      roles: assessment.roles, candidates: try await SignerStore.candidates(in: tx),
      parties: parties)
    return Output(
      assessment: assessment, digest: try ContentBytes(of: content).digest,
      seats: seating.seats)
  }
}
