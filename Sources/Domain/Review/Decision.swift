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
    /// The signer took it back before the round was decided (lifecycle R11).
    case retracted
  }

  package let id: DecisionID
  package let round: RoundID
  package let person: PersonID
  package let identity: PersonID
  package let role: Role
  package let verdict: Verdict
  package let digest: Digest
  package let reason: String?
  /// Of an approval: the numbers that it is given for.
  package let conditions: Conditions?
  /// Whether the conditions leave less than the round's snapshot allows.
  package let narrows: Bool
  package let decidedAt: Timestamp
  /// How the person proved who they are (`personal_token`).
  package let authMethod: String
  /// `token`, later also what an identity provider says.
  package let authLevel: String
  /// Of this person's decisions in the round, counted from 1; one that does not stand any more
  /// leaves room for another.
  package let attempt: Int64
  /// Of this seat's approvals in the round, counted from 1; nil for other verdicts.
  package let seat: Int64?
  package let standing: Standing

  package init(
    id: DecisionID, round: RoundID, person: PersonID, identity: PersonID, role: Role,
    verdict: Verdict, digest: Digest, reason: String?, conditions: Conditions? = nil,
    narrows: Bool = false, decidedAt: Timestamp, authMethod: String, authLevel: String,
    attempt: Int64, seat: Int64?, standing: Standing
  ) {
    self.id = id
    self.round = round
    self.person = person
    self.identity = identity
    self.role = role
    self.verdict = verdict
    self.digest = digest
    self.reason = reason
    self.conditions = conditions
    self.narrows = narrows
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
  /// Only with an approval; the body's reader sees to it.
  package let conditions: Conditions?

  package static let reasonCharactersMax = 4_000

  package init(
    digest: Digest, role: Role, verdict: Decision.Verdict, reason: String?,
    conditions: Conditions? = nil
  ) {
    self.digest = digest
    self.role = role
    self.verdict = verdict
    self.reason = reason
    self.conditions = conditions
  }
}

extension Decision {
  /// The same decision, standing otherwise.
  func standing(as standing: Standing) -> Decision {
    Decision(
      id: id, round: round, person: person, identity: identity, role: role, verdict: verdict,
      digest: digest, reason: reason, conditions: conditions, narrows: narrows,
      decidedAt: decidedAt, authMethod: authMethod, authLevel: authLevel, attempt: attempt,
      seat: seat, standing: standing)
  }

  /// How a number says that this decision's conditions set it.
  package var setter: String { Decision.setterPrefix + id.text }

  /// The decisions that a `set_by` names.
  package static func setters(in setBy: String) -> [DecisionID] {
    setBy.split(separator: ",").compactMap { part in
      let setter = part.drop { $0 == " " }
      guard setter.hasPrefix(setterPrefix) else { return nil }
      return DecisionID(String(setter.dropFirst(setterPrefix.count)))
    }
  }

  private static let setterPrefix = "decision "
}

/// How a decision changes a round: the decision, earlier ones found void, and the state after.
package struct RecordedDecision: Hashable, Sendable {
  package let decision: Decision
  package let voided: [DecisionID]
  /// `in_review` while the round goes on.
  package let state: RoundState
}
