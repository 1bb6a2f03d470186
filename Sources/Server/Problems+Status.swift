package import Domain

extension Problems {
  /// The status of every refusal (api.md); exhaustive, so that a new refusal must be placed.
  package static func status(of code: Refusal.Code) -> Int {
    switch code {
    case .insufficientUserAuthentication: 401
    case .notFound: 404
    case .nonHuman, .selfDecision, .editorDecision, .partyDecision, .roleNotHeld, .roleMissing,
      .notAllowed, .poolNotGranted, .hostNotGranted, .buildNotApproved, .blockToken,
      .leaseHeldByAnother, .samePerson, .releaseNeedsRole:
      403
    case .locked: 423
    case .roleExcluded, .alreadyExists, .noOpenRound, .roundClosed, .lapsed, .staleDigest,
      .noSuchSeat, .alreadyDecided, .seatFilled, .seatTakenBySamePerson,
      .conditionsIncompatible, .decisionSpent, .noCounterOffer, .counterPending,
      .signatureMissing, .noChange, .digestRejected, .notOpen, .policySuperseded,
      .noGrant, .grantNotStarted, .grantEnded, .grantSuspended,
      .grantRevoked, .notSuspended, .noHandover, .outsideWindow,
      .breakerOpen, .reportOverdue, .evidencePending, .belowMinimum, .leaseExists, .wrongTerm,
      .lockReleased, .webhookEnded, .webhooksMax, .incidentClosed, .recoveryMissing,
      .deadlineUnmet, .lockLinked, .incidentFull:
      409
    case .leaseExpired: 410
    case .notSubmittable, .tierProhibited, .blockSubmit, .seatUnfillable, .windowEmpty,
      .contentIncomplete, .partyInactive, .conditionWidens, .addressRefused:
      422
    case .noCapacity, .dailyRequestsSpent, .totalRequestsSpent: 429
    case .quarantine: 503
    }
  }
}
