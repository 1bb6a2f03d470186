extension Refusal {
  /// Which rule says no and what would have to change; one sentence, always safe to show.
  package var detail: String {
    switch self {
    case .insufficientUserAuthentication(let maxAge):
      "This decision needs a sign-in no older than \(maxAge) seconds; a personal token does not "
        + "count unless the configuration says so."
    case .notFound(let kind, let id): "There is no \(kind) \(id) that you may see."
    case .nonHuman: "Only a person can do this; a pool's or gateway's key cannot."
    case .selfDecision: "Whoever asked for the crawl never decides on it."
    case .editorDecision:
      "Whoever wrote any revision of the proposal never decides on it, even after a revert."
    case .partyDecision(let part): "The \(part) of the proposal never decides on it."
    case .roleNotHeld(let role): "You do not hold the role \(role.rawValue)."
    case .roleMissing(let roles): "This takes the role \(Refusal.either(roles))."
    case .notAllowed(let act, let who): "\(act) is for \(who)."
    case .poolNotGranted(let pool): "The grant does not name the pool \(pool)."
    case .hostNotGranted(let host): "No target of the grant covers \(host)."
    case .buildNotApproved(let digest):
      digest.map { "The build \($0) is not among the approved ones." }
        ?? "The grant names approved builds; say yours in build_digest."
    case .blockToken(let rule, let text): "Rule \(rule) blocks tokens: \(text)."
    case .leaseHeldByAnother: "The lease belongs to another pool."
    case .samePerson: "The second of the two must be another person."
    case .releaseNeedsRole(let roles):
      "One of the two who release must share a role with the one who locked: "
        + "\(Refusal.either(roles))."
    case .locked(let lock, let scope, let reason, let since):
      "\(lock) stops \(scope) since \(since): \(reason)"
    default: laterDetail
    }
  }

  private var laterDetail: String {
    switch self {
    case .roleExcluded(let held, let asked):
      "\(held.rawValue) excludes \(asked.rawValue): nobody administers people and decides."
    case .alreadyExists(let kind, let name): "There is already a \(kind) \(name)."
    case .noOpenRound(let status): "The proposal is \(status): there is no open round."
    case .roundClosed(let status):
      switch status {
      case "approved":
        "The round is approved; what it granted is stopped by revoking the grant or by a lock."
      case "countered":
        "Every seat is signed; the requester or the owner answers the counter-offer now."
      default: "The round is \(status); it is closed."
      }
    case .lapsed(let at): "The round lapsed at \(at); submit the revision again."
    case .staleDigest(let current):
      "The digest is not the one under review; it is \(current) now."
    case .noSuchSeat(let role): "The round needs no signature of \(role.rawValue)."
    case .alreadyDecided(let role): "You decided in this round already, as \(role.rawValue)."
    case .seatFilled(let role): "The seat \(role.rawValue) is filled."
    case .seatTakenBySamePerson(let role):
      "You fill the seat \(role.rawValue) already, in this round you have one voice."
    case .conditionsIncompatible(let target, let decision):
      decision.map { "With the conditions of \($0) nothing is left of target \(target)." }
        ?? "The conditions leave nothing of target \(target)."
    case .decisionSpent(let standing):
      standing == .retracted
        ? "The decision was taken back already." : "The decision is void already."
    case .noCounterOffer(let status):
      "The round is \(status): there is no counter-offer to answer yet."
    case .counterPending(let digest):
      "The counter-offer \(digest) waits for an answer; decline it, then submit."
    case .signatureMissing(let role):
      "The signature as \(role.rawValue) does not count any more; decline the counter-offer or "
        + "withdraw, and submit again."
    case .noChange: "This digest is under review or was answered already; change the content."
    case .digestRejected(let digest): "\(digest) was rejected; that is final for this text."
    case .notOpen(let status): "The proposal is \(status); there is nothing to withdraw."
    case .policySuperseded(let version, let inForce):
      version == inForce
        ? "Version \(version) is in force already."
        : "Version \(inForce) is in force; propose the rules of version \(version) anew."
    case .noGrant: "The proposal has no grant; it has to be approved first."
    case .grantNotStarted(let until): "The grant starts at \(until)."
    case .grantEnded(let at): "The grant ended at \(at); going on takes a new revision."
    case .grantSuspended(let cause):
      "The grant is suspended (\(cause.rawValue)): \(cause.remedy)."
    case .grantRevoked(let at): "The grant was revoked at \(at)."
    case .notSuspended(let status): "The grant is \(status); there is nothing to resume."
    case .noHandover(let part): "Nobody who may has offered you the part of \(part)."
    case .outsideWindow(let next):
      next.map { "Outside the granted hours; they open next at \($0)." }
        ?? "Outside the granted hours; they do not open again before the grant ends."
    default: lastDetail
    }
  }

  private var lastDetail: String {
    switch self {
    case .breakerOpen(let stop): stop.detail
    case .quarantine(let until):
      """
      The database was restored or promoted, or its clock was moved: leases that it does not know \
      of may live until \(until).
      """
    case .reportOverdue(let since):
      "Nothing new was reported since \(since); report until now, also that nothing was sent."
    case .evidencePending(let tier):
      "A token of tier \(tier) needs its approvals in a signed checkpoint of the log first."
    case .belowMinimum(let offered, let minimum):
      "\(offered) requests per second is less than one request a day (\(minimum))."
    case .leaseExists(let lease, let until):
      "This worker holds \(lease) for the target until \(until); renew that one."
    case .wrongTerm(let held): "The term is neither the one held (\(held)) nor the one before."
    case .lockReleased(let at): "The lock was released at \(at)."
    case .webhookEnded(let status): "The webhook is \(status); make another one."
    case .webhooksMax(let most): "There are \(most) webhooks already; delete one first."
    case .incidentClosed(let at):
      "The incident was closed at \(at); open another one that follows it."
    case .recoveryMissing:
      "Closing needs an entry of the stage recovery: say how it is known to be over."
    case .deadlineUnmet(let clock, let text):
      "No entry meets the clock \(clock) (\(text)); add one with meets, also where it is no duty "
        + "here."
    case .lockLinked(let lock, let incident): "\(lock) belongs to \(incident)."
    case .incidentFull(let part, let most):
      "An incident has \(most) \(part) at the most; open another one that follows it."
    case .leaseExpired(let at): "The lease expired at \(at); ask for a new one."
    case .notSubmittable: "The revision cannot be submitted."
    case .tierProhibited(let rules):
      "Prohibited by \(rules.joined(separator: ", ")): only the facts can change that."
    case .blockSubmit(let rule, let text): "Rule \(rule) blocks submission: \(text)."
    case .seatUnfillable(let role):
      "Nobody is left who could sign as \(role.rawValue) once the parties are excluded."
    case .windowEmpty(let target): "No hour is left for target \(target)."
    case .contentIncomplete(let part): "The content lacks \(part)."
    case .partyInactive(let part, let person):
      "The \(part), \(person), has no active account; name somebody who has."
    case .conditionWidens(let pointer): "A condition may only narrow; \(pointer) widens."
    case .addressRefused(let reason): "Nothing is sent to this URL: \(reason)."
    case .noCapacity(let scope, _):
      "Nothing of \(scope) is free; what is out comes back when leases end."
    case .dailyRequestsSpent(let scope, _): "The day's requests of \(scope) are spent."
    case .totalRequestsSpent: "The total requests of the budget are spent."
    default: "Refused by a rule."
    }
  }

  /// From when the same call may succeed; nil when time alone does not help.
  package var until: Timestamp? {
    switch self {
    case .grantNotStarted(let until), .leaseExists(_, let until), .quarantine(let until),
      .dailyRequestsSpent(_, let until):
      until
    case .breakerOpen(let stop): stop.until
    case .outsideWindow(let next): next
    case .noCapacity(_, let until): until
    default: nil
    }
  }

  /// What it is about: an id, a role, a host, a rule.
  package var subject: String? {
    switch self {
    case .notFound(_, let id): id
    case .partyDecision(let part), .contentIncomplete(let part): part
    case .roleNotHeld(let role), .noSuchSeat(let role), .alreadyDecided(let role),
      .seatFilled(let role), .seatTakenBySamePerson(let role), .seatUnfillable(let role),
      .signatureMissing(let role):
      role.rawValue
    case .conditionsIncompatible(_, let decision): decision?.text
    case .poolNotGranted(let pool): pool
    case .hostNotGranted(let host): host
    case .blockToken(let rule, _), .blockSubmit(let rule, _): rule
    case .locked(_, let scope, _, _): scope
    case .leaseExists(let lease, _): lease.text
    case .grantSuspended(let cause): cause.rawValue
    case .conditionWidens(let pointer): pointer
    case .noCapacity(let scope, _), .dailyRequestsSpent(let scope, _): scope
    case .breakerOpen(let stop): stop.subject
    case .partyInactive(_, let person): person
    case .deadlineUnmet(let clock, _): clock
    case .lockLinked(let lock, _): lock.text
    default: nil
    }
  }

  private static func either(_ roles: [Role]) -> String {
    roles.map(\.rawValue).joined(separator: " or ")
  }
}
