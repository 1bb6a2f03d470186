package import Domain
package import Postgres
import Store

/// One person ends a grant at once.
package struct RevokeGrant: Command {
  private let grant: GrantID
  private let reason: Result<String, InvalidBody>

  package init(grant: GrantID, reason: Result<String, InvalidBody>) {
    self.grant = grant
    self.reason = reason
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> GrantView {
    let missing = Refusals(.notFound(kind: "grant", id: grant.text))
    guard let seen = try await GrantStore.find(grant, in: tx),
      let proposal = try await ProposalStore.lock(.id(seen.standing.proposal), in: tx)
    else { throw missing }
    let found = try await act.lockedGrant(grant, in: tx)
    let reason = try reason.get()
    let signer = try await act.signer(in: tx)
    let review = try await act.review(of: proposal, caller: signer.person, in: tx)
    let ruling = try found.standing.revoked(
      by: signer, parties: review.parties, actor: act.actor, at: act.now)
    try await GrantStore.record(ruling, because: reason, in: tx)
    guard let revoked = try await GrantStore.find(grant, in: tx) else { throw missing }
    return try await GrantView(revoked, at: act.now, in: tx)
  }
}
