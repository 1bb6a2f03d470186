package import Domain
package import Postgres
import Store

/// Somebody signs that the causes of a suspension are over.
package struct ResumeGrant: Command {
  package struct Output: Sendable {
    package let view: GrantView
    /// Whether a second person has to sign too.
    package let awaitsSecond: Bool
  }

  private let grant: GrantID
  private let reason: Result<String, InvalidBody>

  package init(grant: GrantID, reason: Result<String, InvalidBody>) {
    self.grant = grant
    self.reason = reason
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let missing = Refusals(.notFound(kind: "grant", id: grant.text))
    guard let seen = try await GrantStore.find(grant, in: tx),
      let proposal = try await ProposalStore.lock(.id(seen.standing.proposal), in: tx)
    else { throw missing }
    let found = try await act.lockedGrant(grant, in: tx)
    let reason = try reason.get()
    try await SignerStore.lockSigners(of: proposal.id, and: act.actor.person, in: tx)
    let signer = try await act.signer(in: tx)
    let parties = try await act.parties(of: found, in: tx)
    let ruling = try found.standing.resumed(
      by: signer, parties: parties, found: try await act.causes(of: found, in: tx),
      actor: act.actor, at: act.now)
    try await GrantChangeStore.record(ruling, because: reason, in: tx)
    if ruling.subject.lifted.contains(where: { $0.cause == .breaker }) {
      try await act.halfOpenBreakers(of: grant, in: tx)
    }
    guard let resumed = try await GrantStore.find(grant, in: tx) else { throw missing }
    return Output(
      view: try await GrantView(resumed, at: act.now, in: tx),
      awaitsSecond: ruling.subject.awaitsSecond)
  }
}
