/// A rule said no. Expected, stable, shown to the caller.
///
/// The order of the cases is the order of precedence: where several rules refuse, the answer's
/// `code` is the earliest of them and `blocking[]` has them all (lifecycle R18).
package enum Refusal: Error, Hashable, Sendable {
  // 401, 404
  case insufficientUserAuthentication(maxAgeSeconds: Int64)
  case notFound(kind: String, id: String)
  // 403: who is asking
  case nonHuman
  case selfDecision
  case editorDecision
  case partyDecision(part: String)
  case roleNotHeld(Role)
  case roleMissing(anyOf: [Role])
  case notAllowed(act: String, who: String)
  case poolNotGranted(pool: String)
  case hostNotGranted(host: String)
  case buildNotApproved(digest: String?)
  case blockToken(rule: String, text: String)
  case leaseHeldByAnother
  case samePerson
  case releaseNeedsRole(roles: [Role])
  // 423: a stop stands
  case locked(lock: LockID, scope: String, reason: String, since: Timestamp)
  // 409: the state does not allow it
  case roleExcluded(held: Role, asked: Role)
  case alreadyExists(kind: String, name: String)
  case noOpenRound(status: String)
  case roundClosed(status: String)
  case lapsed(at: Timestamp)
  case staleDigest(current: Digest)
  case noSuchSeat(Role)
  case alreadyDecided(as: Role)
  case seatFilled(Role)
  case seatTakenBySamePerson(Role)
  /// `with`: a decision whose conditions leave no room for these; nil where these alone leave
  /// nothing.
  case conditionsIncompatible(target: Int, with: DecisionID?)
  case decisionSpent(as: Decision.Standing)
  case noCounterOffer(status: String)
  case counterPending(Digest)
  case signatureMissing(Role)
  case noChange
  case digestRejected(Digest)
  case notOpen(status: String)
  case policySuperseded(version: Int64, inForce: Int64)
  case noGrant
  case grantNotStarted(until: Timestamp)
  case grantEnded(at: Timestamp)
  case grantSuspended(cause: SuspensionCause)
  case grantRevoked(at: Timestamp)
  case notSuspended(status: String)
  case noHandover(part: String)
  case outsideWindow(nextOpensAt: Timestamp?)
  case breakerOpen(BreakerStop)
  /// `since`: when the holder reported last.
  case reportOverdue(since: Timestamp)
  case quarantine(until: Timestamp)
  case evidencePending(tier: String)
  case belowMinimum(offered: Rate, minimum: Rate)
  case leaseExists(lease: LeaseID, until: Timestamp)
  case wrongTerm(held: Int64)
  case lockReleased(at: Timestamp)
  case webhookEnded(as: String)
  case webhooksMax(Int64)
  case incidentClosed(at: Timestamp)
  case recoveryMissing
  case deadlineUnmet(clock: String, text: String)
  case lockLinked(LockID, to: IncidentID)
  case incidentFull(part: String, most: Int64)
  // 410
  case leaseExpired(at: Timestamp)
  // 422
  case notSubmittable
  case tierProhibited(rules: [String])
  case blockSubmit(rule: String, text: String)
  case seatUnfillable(Role)
  case windowEmpty(target: Int)
  case contentIncomplete(part: String)
  case partyInactive(part: String, person: String)
  case conditionWidens(pointer: String)
  case addressRefused(reason: String)
  // 429
  case noCapacity(scope: String, until: Timestamp?)
  case dailyRequestsSpent(scope: String, until: Timestamp)
  case totalRequestsSpent
}

/// One or more refusals of the same act, in order of precedence.
package struct Refusals: Error, Hashable, Sendable {
  /// The one whose code the answer carries.
  package let first: Refusal
  /// All of them, in order of precedence, without repeats.
  package let all: [Refusal]

  /// Precondition: at least one.
  package init(_ refusals: [Refusal]) {
    let sorted = Refusals.ordered(refusals)
    precondition(!sorted.isEmpty, "a refusal needs a reason")
    first = sorted[0]
    all = sorted
  }

  package init(_ refusal: Refusal) {
    first = refusal
    all = [refusal]
  }

  /// A refusal with a name of its own whose reasons are others (`not_submittable`).
  package init(_ first: Refusal, because reasons: [Refusal]) {
    self.first = first
    all = Refusals.ordered(reasons)
  }

  /// Throws when there is any refusal.
  package static func check(_ refusals: [Refusal]) throws(Refusals) {
    if !refusals.isEmpty { throw Refusals(refusals) }
  }

  private static func ordered(_ refusals: [Refusal]) -> [Refusal] {
    var seen: Set<Refusal> = []
    return refusals.filter { seen.insert($0).inserted }
      .enumerated()
      .sorted { ($0.element.precedence, $0.offset) < ($1.element.precedence, $1.offset) }
      .map(\.element)
  }
}
