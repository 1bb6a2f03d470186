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
    let (review, reassessment) = try await act.heldToday(
      act.review(of: found, caller: caller.person, in: tx), in: tx)
    let newest = try await RevisionStore.newest(of: found.id, in: tx)
    var revision = newest
    if let round = review.round, round.revisionNumber != newest.n,
      let reviewed = try await RevisionStore.find(round.revisionNumber, of: found.id, in: tx)
    {
      revision = reviewed
    }
    let status = review.status(at: act.now)
    let grant = try await grant(of: review, at: act.now, in: tx)
    let hosts = try await ProposalStore.hosts(of: revision.id, in: tx)
    let locks = try await LockStore.active(
      covering: LockStore.Targets(
        proposal: found.id, grant: grant?.standing.id,
        hosts: hosts.compactMap(Host.init(pattern:))),
      in: tx)
    let state = grant?.standing.state(at: act.now)
    let effective = status == .approved ? state?.rawValue ?? status.rawValue : status.rawValue
    let robots =
      grant == nil
      ? [] : try await DossierStore.standings(of: revision.id, in: tx).compactMap(\.refusal)
    let files = try await FileStore.ids(of: found.id, in: tx)
    return ProposalView(
      proposal: found, newest: newest, revision: revision, round: review.round,
      status: status, effectiveStatus: Lock.effectiveStatus(effective, under: locks),
      blocking: review.policyRefusals + locks.map(\.refusal)
        + (grant?.refusals(at: act.now) ?? [.noGrant]) + robots,
      seats: review.round?.seats.map { seat($0, in: review) } ?? [],
      canDecide: canDecide(review, caller, at: act.now),
      numbers: try await numbers(of: review, revision, reassessment, by: act, in: tx),
      stale: try await stale(review.round, by: act, in: tx), grant: grant, grantState: state,
      standingUse: try await standingUse(grant, beside: review.round, in: tx),
      documents: ReferencedDocument.all(
        in: try JSONParser.parse(revision.bytes), files: files),
      assessment: try await assessment(of: review.round, reassessment, in: tx))
  }

  /// What the policy says of the revision under review, as it stands with its round or, where
  /// something became stricter, as it is now, with the sources that it cites.
  private func assessment(
    of round: Round?, _ reassessment: Reassessment?, in tx: borrowing Transaction
  ) async throws -> JSON? {
    guard let round else { return nil }
    let stored = try await ReassessmentStore.assessment(of: round.id, in: tx)
    var version = stored.policy
    var json = try JSONParser.parse(stored.bytes)
    if let reassessment,
      reassessment.differs(from: try await ReassessmentStore.standing(of: round.id, in: tx))
    {
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

  /// The grant of the newest round, else the one that stands while that round goes on.
  private func grant(
    of review: Review, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> GrantRecord? {
    guard let round = review.round else { return nil }
    let grants = try await GrantStore.list(of: review.proposal, in: tx)
    return grants.first { $0.round == round.id }
      ?? grants.last { $0.standing.state(at: now).isStanding }
  }

  private func standingUse(
    _ grant: GrantRecord?, beside round: Round?, in tx: borrowing Transaction
  ) async throws -> GrantUsage? {
    guard let grant, grant.round != round?.id else { return nil }
    return try await GrantUsageStore.usage(of: grant.standing.id, in: tx)
  }

  private func seat(_ role: Role, in review: Review) -> ProposalView.FilledSeat {
    let approval = review.approval(of: role)
    return ProposalView.FilledSeat(
      role: role, approval: approval, flag: approval.flatMap { review.flag(of: $0) })
  }

  private func numbers(
    of review: Review, _ revision: RevisionRecord, _ reassessment: Reassessment?, by act: Act,
    in tx: borrowing Transaction
  ) async throws -> ProposalView.RoundNumbers? {
    guard let round = review.round else { return nil }
    let reviewed = try await act.reviewed(round, revision, in: tx)
      .lowered(to: reassessment?.assessment)
    let counter = try await CounterStore.find(of: round.id, in: tx)
    let standing = Set(review.liveApprovals.map(\.id))
    return ProposalView.RoundNumbers(
      reviewed: reviewed, allowance: reviewed.allowance.signed(by: review.liveApprovals),
      counter: counter,
      offered: try counter.map { try Allowance(counter: JSONParser.parse($0.bytes.bytes)) },
      conflicts: try await ConflictStore.list(of: round.id, in: tx)
        .filter { !standing.isDisjoint(with: $0.with) },
      decisions: Dictionary(
        round.decisions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  private func stale(
    _ newest: Round?, by act: Act, in tx: borrowing Transaction
  ) async throws -> ProposalView.StaleRound? {
    guard let newest, newest.n > 1,
      let round = try await RoundStore.list(of: newest.proposal, in: tx)
        .last(where: { $0.n < newest.n && !$0.decisions.isEmpty }),
      let staleness = try await act.staleness(of: [round.id], before: newest.id, in: tx)[round.id]
    else { return nil }
    return ProposalView.StaleRound(round: round, staleness: staleness)
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
