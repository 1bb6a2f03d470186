package import Domain
package import Postgres
package import Store

/// A fetcher takes the host that has been due longest, so that no other one asks it meanwhile.
package struct ClaimDossier: Command {
  /// What is to be fetched, and for whom.
  package struct Claimed: Sendable {
    package let claim: DossierStore.Claim
    package let plan: DossierPlan
  }

  /// Longer than everything that is fetched of one host takes.
  static let claimSeconds: Int64 = 180

  package init() {}

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Claimed? {
    guard
      let claim = try await DossierStore.claim(
        at: act.now, seconds: ClaimDossier.claimSeconds, in: tx)
    else { return nil }
    let (_, content) = try await act.revision(of: claim, in: tx)
    return Claimed(
      claim: claim,
      plan: DossierPlan(of: claim.host, in: content, suffixes: act.service.suffixes))
  }
}

extension Act {
  /// The revision that a claim is for.
  func revision(
    of claim: DossierStore.Claim, in tx: borrowing Transaction
  ) async throws -> (record: RevisionRecord, content: ProposalContent) {
    guard
      let record = try await RevisionStore.find(
        claim.revisionNumber, of: claim.proposal, in: tx)
    else { preconditionFailure("a revision does not go away: the schema says so") }
    let questions = try await ParsedPolicies.active(in: tx).policy.questions
    return (record, try record.content(by: self, questions: questions))
  }
}
