/// One person's verdict, in one role, on one digest.
package struct Decision: Hashable, Sendable {
  package enum Verdict: String, Hashable, Sendable, CaseIterable {
    case approve
    case requestChanges = "request_changes"
    case reject
  }

  /// Whether it still counts.
  package enum Standing: Hashable, Sendable {
    case live
    /// The signer lost the role or the account before the round was decided.
    case void
  }

  package let id: DecisionID
  package let round: RoundID
  package let person: PersonID
  package let identity: PersonID
  package let role: Role
  package let verdict: Verdict
  package let digest: Digest
  package let reason: String?
  package let decidedAt: Timestamp
  /// How the person proved who they are (`personal_token`).
  package let authMethod: String
  /// `token`, later also what an identity provider says.
  package let authLevel: String
  /// Of this person's decisions in the round, counted from 1; void ones leave room for another.
  package let attempt: Int64
  /// Of this seat's approvals in the round, counted from 1; nil for other verdicts.
  package let seat: Int64?
  package let standing: Standing

  package init(
    id: DecisionID, round: RoundID, person: PersonID, identity: PersonID, role: Role,
    verdict: Verdict, digest: Digest, reason: String?, decidedAt: Timestamp,
    authMethod: String, authLevel: String, attempt: Int64, seat: Int64?, standing: Standing
  ) {
    self.id = id
    self.round = round
    self.person = person
    self.identity = identity
    self.role = role
    self.verdict = verdict
    self.digest = digest
    self.reason = reason
    self.decidedAt = decidedAt
    self.authMethod = authMethod
    self.authLevel = authLevel
    self.attempt = attempt
    self.seat = seat
    self.standing = standing
  }
}

/// What somebody asks to be recorded as their decision.
package struct Verdict: Hashable, Sendable {
  package let digest: Digest
  package let role: Role
  package let verdict: Decision.Verdict
  package let reason: String?

  package static let reasonCharactersMax = 4_000

  package init(digest: Digest, role: Role, verdict: Decision.Verdict, reason: String?) {
    self.digest = digest
    self.role = role
    self.verdict = verdict
    self.reason = reason
  }
}

/// How a decision changes a round: the decision, earlier ones found void, and the state after.
package struct RecordedDecision: Hashable, Sendable {
  package let decision: Decision
  package let voided: [DecisionID]
  /// `in_review` while the round goes on.
  package let state: RoundState
}
