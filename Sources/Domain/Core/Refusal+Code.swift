extension Refusal {
  /// The stable code of an answer (api.md), in the order of precedence.
  package enum Code: String, Hashable, Sendable, CaseIterable {
    case insufficientUserAuthentication = "insufficient_user_authentication"
    case notFound = "not_found"
    case nonHuman = "non_human"
    case selfDecision = "self_decision"
    case editorDecision = "editor_decision"
    case partyDecision = "party_decision"
    case roleNotHeld = "role_not_held"
    case roleMissing = "role_missing"
    case notAllowed = "not_allowed"
    case poolNotGranted = "pool_not_granted"
    case hostNotGranted = "host_not_granted"
    case buildNotApproved = "build_not_approved"
    case blockToken = "block_token"
    case leaseHeldByAnother = "lease_held_by_another"
    case samePerson = "same_person"
    case releaseNeedsRole = "release_needs_role"
    case locked
    case roleExcluded = "role_excluded"
    case alreadyExists = "already_exists"
    case noOpenRound = "no_open_round"
    case roundClosed = "round_closed"
    case lapsed
    case staleDigest = "stale_digest"
    case noSuchSeat = "no_such_seat"
    case alreadyDecided = "already_decided"
    case seatFilled = "seat_filled"
    case seatTakenBySamePerson = "seat_taken_by_same_person"
    case conditionsIncompatible = "conditions_incompatible"
    case decisionSpent = "decision_spent"
    case noCounterOffer = "no_counter_offer"
    case counterPending = "counter_pending"
    case signatureMissing = "signature_missing"
    case noChange = "no_change"
    case digestRejected = "digest_rejected"
    case notOpen = "not_open"
    case policySuperseded = "policy_superseded"
    case noGrant = "no_grant"
    case grantNotStarted = "grant_not_started"
    case grantEnded = "grant_ended"
    case grantSuspended = "grant_suspended"
    case grantRevoked = "grant_revoked"
    case notSuspended = "not_suspended"
    case noHandover = "no_handover"
    case outsideWindow = "outside_window"
    case breakerOpen = "breaker_open"
    case reportOverdue = "report_overdue"
    case evidencePending = "evidence_pending"
    case belowMinimum = "below_minimum"
    case leaseExists = "lease_exists"
    case wrongTerm = "wrong_term"
    case lockReleased = "lock_released"
    case webhookEnded = "webhook_ended"
    case webhooksMax = "webhooks_max"
    case incidentClosed = "incident_closed"
    case recoveryMissing = "recovery_missing"
    case deadlineUnmet = "deadline_unmet"
    case lockLinked = "lock_linked"
    case incidentFull = "incident_full"
    case leaseExpired = "lease_expired"
    case notSubmittable = "not_submittable"
    case tierProhibited = "tier_prohibited"
    case blockSubmit = "block_submit"
    case seatUnfillable = "seat_unfillable"
    case windowEmpty = "window_empty"
    case contentIncomplete = "content_incomplete"
    case partyInactive = "party_inactive"
    case conditionWidens = "condition_widens"
    case addressRefused = "address_refused"
    case noCapacity = "no_capacity"
    case dailyRequestsSpent = "daily_requests_spent"
    case totalRequestsSpent = "total_requests_spent"
    case quarantine
  }

  /// The stable code of the answer (`self_decision`, `no_capacity` …).
  package var code: Code {
    switch self {
    case .insufficientUserAuthentication: .insufficientUserAuthentication
    case .notFound: .notFound
    case .nonHuman: .nonHuman
    case .selfDecision: .selfDecision
    case .editorDecision: .editorDecision
    case .partyDecision: .partyDecision
    case .roleNotHeld: .roleNotHeld
    case .roleMissing: .roleMissing
    case .notAllowed: .notAllowed
    case .poolNotGranted: .poolNotGranted
    case .hostNotGranted: .hostNotGranted
    case .buildNotApproved: .buildNotApproved
    case .blockToken: .blockToken
    case .leaseHeldByAnother: .leaseHeldByAnother
    case .samePerson: .samePerson
    case .releaseNeedsRole: .releaseNeedsRole
    case .locked: .locked
    case .roleExcluded: .roleExcluded
    case .alreadyExists: .alreadyExists
    case .noOpenRound: .noOpenRound
    case .roundClosed: .roundClosed
    case .lapsed: .lapsed
    case .staleDigest: .staleDigest
    case .noSuchSeat: .noSuchSeat
    case .alreadyDecided: .alreadyDecided
    case .seatFilled: .seatFilled
    case .seatTakenBySamePerson: .seatTakenBySamePerson
    case .conditionsIncompatible: .conditionsIncompatible
    case .decisionSpent: .decisionSpent
    case .noCounterOffer: .noCounterOffer
    case .counterPending: .counterPending
    case .signatureMissing: .signatureMissing
    case .noChange: .noChange
    case .digestRejected: .digestRejected
    case .notOpen: .notOpen
    case .policySuperseded: .policySuperseded
    case .noGrant: .noGrant
    case .grantNotStarted: .grantNotStarted
    case .grantEnded: .grantEnded
    case .grantSuspended: .grantSuspended
    case .grantRevoked: .grantRevoked
    case .notSuspended: .notSuspended
    case .noHandover: .noHandover
    case .outsideWindow: .outsideWindow
    case .breakerOpen: .breakerOpen
    case .quarantine: .quarantine
    case .reportOverdue: .reportOverdue
    case .evidencePending: .evidencePending
    case .belowMinimum: .belowMinimum
    case .leaseExists: .leaseExists
    case .wrongTerm: .wrongTerm
    case .lockReleased: .lockReleased
    case .webhookEnded: .webhookEnded
    case .webhooksMax: .webhooksMax
    case .incidentClosed: .incidentClosed
    case .recoveryMissing: .recoveryMissing
    case .deadlineUnmet: .deadlineUnmet
    case .lockLinked: .lockLinked
    case .incidentFull: .incidentFull
    case .leaseExpired: .leaseExpired
    case .notSubmittable: .notSubmittable
    case .tierProhibited: .tierProhibited
    case .blockSubmit: .blockSubmit
    case .seatUnfillable: .seatUnfillable
    case .windowEmpty: .windowEmpty
    case .contentIncomplete: .contentIncomplete
    case .partyInactive: .partyInactive
    case .conditionWidens: .conditionWidens
    case .addressRefused: .addressRefused
    case .noCapacity: .noCapacity
    case .dailyRequestsSpent: .dailyRequestsSpent
    case .totalRequestsSpent: .totalRequestsSpent
    }
  }

  /// The place in the order of precedence; smaller comes first.
  package var precedence: Int {
    Code.allCases.firstIndex(of: code) ?? Code.allCases.count
  }
}
