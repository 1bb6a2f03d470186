import Domain
import Ledger
import Postgres
import Store

extension Act {
  /// Approves the round and creates its grant, or makes the counter-offer, if every seat is
  /// signed now.
  func conclude(_ review: Review, in tx: borrowing Transaction) async throws {
    guard let round = review.round, let reviewed = review.reviewed,
      round.seats.allSatisfy({ review.approval(of: $0) != nil })
    else { return }
    let assessment = try await assessNow(reviewed.content, in: round, in: tx)
    if let approval = review.approved(assessment: assessment, by: actor, at: now) {
      try await grant(approval, from: .inReview, of: reviewed, assessment, in: tx)
    } else if let draft = try review.counterDraft(assessment: assessment, at: now) {
      let bytes = try draft.json.canonicalBytes()
      let counter = review.countered(
        draft, bytes: ContentBytes(bytes: bytes, digest: Digest.sha256(of: bytes)), by: actor,
        at: now)
      try await CounterStore.record(counter, in: tx)
    }
  }

  /// What the policies of a round make of its content with the sites of now, which stay as they
  /// are until the end of the transaction.
  func assessNow(
    _ content: ProposalContent, in round: Round, in tx: borrowing Transaction
  ) async throws -> Assessment {
    try await holdForGrant(of: round.proposal, content, in: tx)
    return try await assessment(of: round, in: tx).assessment
  }

  /// Records an approval and creates its grant (lifecycle transition 13).
  func grant(
    _ approval: Ruling<Approval>, from state: RoundState, of reviewed: Reviewed,
    _ assessment: Assessment, in tx: borrowing Transaction
  ) async throws {
    try await RoundStore.record(approved: approval, from: state, in: tx)
    let grant = try Grant.created(
      from: approval.subject, content: reviewed.content, assessment: assessment, by: actor,
      at: now)
    try await issue(grant, in: tx)
  }

  /// The newest round with the people in it and the caller, as the policy in force lets it go on,
  /// with its text and numbers.
  ///
  /// Precondition: the proposal is locked.
  func lockedReview(
    of proposal: Proposal, caller: PersonID?, in tx: borrowing Transaction
  ) async throws -> Review {
    let review = try await reassessed(review(of: proposal, caller: caller, in: tx), in: tx)
    guard let round = review.round,
      let revision = try await RevisionStore.find(round.revisionNumber, of: proposal.id, in: tx)
    else { return review }
    return review.with(try await reviewed(round, revision, in: tx))
  }

  /// What a round is about.
  func reviewed(
    _ round: Round, _ revision: RevisionRecord, in tx: borrowing Transaction
  ) async throws -> Reviewed {
    let policy = try await ParsedPolicies.policy(round.policyVersion, in: tx)
    let content = try revision.content(by: self, questions: policy.questions)
    let snapshot = try JSONParser.parse(
      try await ReassessmentStore.assessment(of: round.id, in: tx).bytes)
    return Reviewed(
      content: content, allowance: try Allowance(snapshot: snapshot, of: content))
  }
}
