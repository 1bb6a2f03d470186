package import Domain
package import Postgres
import Store

/// One proposal, with what the caller may do about it.
package struct ShowProposal: Query {
  private let proposal: ProposalReference

  package init(proposal: ProposalReference) {
    self.proposal = proposal
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> ProposalView {
    guard let found = try await ProposalStore.find(proposal, in: tx) else {
      throw proposal.missing
    }
    let caller = try await act.signer(in: tx)
    let (review, reassessment) = try await act.heldAgainstPolicy(
      act.review(of: found, caller: caller.person, in: tx), in: tx)
    let newest = try await RevisionStore.newest(of: found.id, in: tx)
    var revision = newest
    if let round = review.round, round.revisionNumber != newest.n,
      let reviewed = try await RevisionStore.find(round.revisionNumber, of: found.id, in: tx)
    {
      revision = reviewed
    }
    let status = review.status(at: act.now)
    let grant = try await grant(of: review, in: tx)
    let hosts = try await ProposalStore.hosts(of: revision.id, in: tx)
    let locks = try await LockStore.active(
      covering: LockStore.Targets(
        proposal: found.id, grant: grant?.standing.id,
        hosts: hosts.compactMap(Host.init(pattern:))),
      in: tx)
    let state = grant?.standing.state(at: act.now)
    return ProposalView(
      proposal: found, newest: newest, revision: revision, round: review.round,
      status: status,
      effectiveStatus: Lock.effectiveStatus(state?.rawValue ?? status.rawValue, under: locks),
      blocking: review.policyRefusals + locks.map(\.refusal)
        + (grant?.refusals(at: act.now) ?? [.noGrant]),
      seats: review.round?.seats.map { role in
        .init(role: role, filledBy: review.approval(of: role)?.person)
      } ?? [],
      canDecide: canDecide(review, caller, at: act.now), grant: grant, grantState: state,
      assessment: try await assessment(of: review.round, reassessment, in: tx))
  }

  /// What the policy says of the revision under review, as it stands with its round, with the
  /// sources that it cites.
  private func assessment(
    of round: Round?, _ reassessment: Reassessment?, in tx: borrowing Transaction
  ) async throws -> JSON? {
    guard let round else { return nil }
    let stored = try await ReassessmentStore.assessment(of: round.id, in: tx)
    var version = stored.policy
    var json = try JSONParser.parse(stored.bytes)
    if let reassessment {
      version = reassessment.policyVersion
      json = .object(reassessment.assessment.json)
    }
    guard case .object(var members) = json else { return nil }
    members["digest"] = nil
    members["policy"] = JSON(version)
    let own = try await ParsedPolicies.policy(round.policyVersion, in: tx)
    let policy = try await ParsedPolicies.policy(version, in: tx)
    members["sources"] = policy.sources(citedBy: json, else: own)
    return .object(members)
  }

  private func grant(
    of review: Review, in tx: borrowing Transaction
  ) async throws -> GrantRecord? {
    guard let round = review.round, round.recorded == .approved else { return nil }
    return try await GrantStore.list(of: review.proposal, in: tx)
      .first { $0.round == round.id }
  }

  /// For every seat of the round and every deciding role of the caller.
  private func canDecide(
    _ review: Review, _ caller: Signer, at now: Timestamp
  ) -> [(role: Role, reasons: [Refusal])] {
    let asked = Set((review.round?.seats ?? []) + caller.roles.keys.filter(\.decides))
    return Role.deciding.filter(asked.contains).map { role in
      let reasons = review.refusals(of: caller, as: role, at: now)
      return (role: role, reasons: reasons.isEmpty ? [] : Refusals(reasons).all)
    }
  }
}
