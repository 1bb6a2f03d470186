import Domain
import Postgres
import Store

extension Act {
  /// A review as policies, sites and robots.txt let it go on now, with the seats and refusals that
  /// they add since the round was opened (lifecycle R9). The same for everybody, whether or not a
  /// job has recorded it.
  func heldToday(
    _ review: Review, in tx: borrowing Transaction
  ) async throws -> (review: Review, reassessment: Reassessment?) {
    guard let round = review.round, round.status(at: now).isOpen else { return (review, nil) }
    let versions = try await PolicyStore.inForce(from: round.policyVersion, in: tx)
    let assessment = try await assessment(of: round, under: versions, in: tx).assessment
    let reassessment = round.reassessment(
      by: assessment, under: versions.last ?? round.policyVersion)
    return (review.held(against: reassessment), reassessment)
  }

  /// The same, recorded where no one has yet, for whoever changes the round: the policy in force
  /// stays until the transaction ends.
  ///
  /// Precondition: the proposal is locked.
  func reassessed(_ review: Review, in tx: borrowing Transaction) async throws -> Review {
    try await PolicyStore.hold(in: tx)
    let held = try await heldToday(review, in: tx)
    guard let round = review.round, let reassessment = held.reassessment,
      reassessment.differs(from: try await ReassessmentStore.standing(of: round.id, in: tx))
    else { return held.review }
    try await ReassessmentStore.record(
      round.reassessed(as: reassessment, by: actor, at: now),
      assessment: snapshot(of: reassessment, round), in: tx)
    return held.review
  }

  /// What the round's policy and every one since make of its content now, with who set each
  /// number; by the round's policy alone where no other came into force.
  func assessment(
    of round: Round, in tx: borrowing Transaction
  ) async throws -> (content: ProposalContent, assessment: Assessment) {
    let versions = try await PolicyStore.inForce(from: round.policyVersion, in: tx)
    return try await assessment(of: round, under: versions, in: tx)
  }

  /// The same by these versions.
  ///
  /// Precondition: at least one.
  func assessment(
    of round: Round, under versions: [Int64], in tx: borrowing Transaction
  ) async throws -> (content: ProposalContent, assessment: Assessment) {
    guard
      let revision = try await RevisionStore.find(
        round.revisionNumber, of: round.proposal, in: tx)
    else { preconditionFailure("a round refers to a revision that is stored") }
    let rounds = try await RoundStore.list(of: round.proposal, in: tx)
    let approved = try await approvedContent(of: rounds.filter { $0.n < round.n }, in: tx)
    var found: (content: ProposalContent, assessment: Assessment)?
    for version in versions {
      let policy = try await ParsedPolicies.policy(version, in: tx)
      let content = try revision.content(by: self, questions: policy.questions)
      let assessment = try await assess(
        content, of: revision.id, by: policy, approved: approved, in: tx)
      found =
        found.map { first in
          let setter = "policy \(version)"
          return (first.content, first.assessment.tightened(by: assessment, setter: setter))
        } ?? (content, assessment)
    }
    guard let found else { preconditionFailure("the policy of a round is in force") }
    return found
  }

  private func snapshot(of reassessment: Reassessment, _ round: Round) throws -> [UInt8] {
    var snapshot = reassessment.assessment.json
    snapshot["digest"] = JSON(round.digest)
    snapshot["policy"] = JSON(reassessment.policyVersion)
    return try JSON.object(snapshot).canonicalBytes()
  }
}
