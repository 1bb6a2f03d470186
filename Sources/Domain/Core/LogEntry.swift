/// What a rule wants recorded; Ledger turns it into the exact bytes of an event (evidence.md).
package struct LogEntry: Hashable, Sendable {
  package let type: EventType
  package let stream: StreamID
  package let object: EventObject
  package let actor: Actor
  package let at: Timestamp
  /// The role in which the actor acted, where a role was named.
  package let role: Role?
  /// Canonical-profile members (evidence.md): integers below 2⁵³, rates in µrps, no personal data.
  package let detail: JSONObject

  package init(
    _ type: EventType, stream: StreamID, object: EventObject, by actor: Actor, at: Timestamp,
    role: Role? = nil, detail: JSONObject = [:]
  ) {
    self.type = type
    self.stream = stream
    self.object = object
    self.actor = actor
    self.at = at
    self.role = role
    self.detail = detail
  }
}

/// One append-only stream of events: one proposal, one grant, one person …
package struct StreamID: Hashable, Sendable, CustomStringConvertible {
  /// The id of what the stream tells of, or `service`.
  package let text: String

  package init<Kind>(_ id: Identifier<Kind>) { text = id.text }
  private init(text: String) { self.text = text }

  /// Roles, policies, keys and locks on everything.
  package static let service = StreamID(text: "service")

  package var description: String { text }
}

/// The thing an event is about.
package struct EventObject: Hashable, Sendable {
  /// `proposal`, `grant`, `person` … (glossary).
  package let type: String
  package let id: String
  package let revision: Int?
  package let digest: Digest?

  package init(_ type: String, _ id: String, revision: Int? = nil, digest: Digest? = nil) {
    self.type = type
    self.id = id
    self.revision = revision
    self.digest = digest
  }
}

/// The closed list of event types.
package enum EventType: String, Hashable, Sendable, CaseIterable {
  case serviceStarted = "service.started"
  case personCreated = "person.created"
  case personChanged = "person.changed"
  case personEnrolled = "person.enrolled"
  case roleRequested = "role.requested"
  case roleGiven = "role.given"
  case roleTaken = "role.taken"
  case tokenCreated = "token.created"
  case tokenRevoked = "token.revoked"
  case poolCreated = "pool.created"
  case gatewayCreated = "gateway.created"
  case keyCreated = "key.created"
  case keyRevoked = "key.revoked"
  case siteChanged = "site.changed"
  case policyProposed = "policy.proposed"
  case policyActivationRequested = "policy.activation_requested"
  case policyActivated = "policy.activated"
  case signingKeyRegistered = "signing_key.registered"
  case signingKeyRetired = "signing_key.retired"
  case proposalCreated = "proposal.created"
  case revisionCreated = "revision.created"
  case dossierRecorded = "dossier.recorded"
  case proposalSubmitted = "proposal.submitted"
  case proposalWithdrawn = "proposal.withdrawn"
  case roundSuperseded = "round.superseded"
  case roundLapsed = "round.lapsed"
  case roundReassessed = "round.reassessed"
  case decisionApproved = "decision.approved"
  case decisionChangesRequested = "decision.changes_requested"
  case decisionRejected = "decision.rejected"
  case decisionRetracted = "decision.retracted"
  case conditionsConflicted = "conditions.conflicted"
  case counterOffered = "counter.offered"
  case counterAccepted = "counter.accepted"
  case counterDeclined = "counter.declined"
  case proposalApproved = "proposal.approved"
  case grantCreated = "grant.created"
  case grantReassessed = "grant.reassessed"
  case grantActivated = "grant.activated"
  case grantSuspended = "grant.suspended"
  case grantResumptionSigned = "grant.resumption_signed"
  case grantResumed = "grant.resumed"
  case grantNarrowed = "grant.narrowed"
  case grantAttested = "grant.attested"
  case grantHandoverOffered = "grant.handover_offered"
  case grantHandoverAccepted = "grant.handover_accepted"
  case grantReplaced = "grant.replaced"
  case grantEnded = "grant.ended"
  case grantRevoked = "grant.revoked"
  case leaseGranted = "lease.granted"
  case leaseEnded = "lease.ended"
  case leasesQuarantined = "leases.quarantined"
  case breakerOpened = "breaker.opened"
  case breakerProlonged = "breaker.prolonged"
  case lockPlaced = "lock.placed"
  case lockReleaseRequested = "lock.release_requested"
  case lockReleased = "lock.released"
  case incidentOpened = "incident.opened"
  case incidentEntryAdded = "incident.entry_added"
  case incidentOwnerChanged = "incident.owner_changed"
  case incidentLinked = "incident.linked"
  case incidentOutageReached = "incident.outage_reached"
  case incidentClosed = "incident.closed"
  case noteAdded = "note.added"
  case fileAdded = "file.added"
  case reminderSeatOpen = "reminder.seat_open"
  case reminderDecisionDue = "reminder.decision_due"
  case reminderGrantEnding = "reminder.grant_ending"
  case reminderAttestationDue = "reminder.attestation_due"
  case reminderIncidentDeadline = "reminder.incident_deadline"
  case webhookCreated = "webhook.created"
  case webhookReplayed = "webhook.replayed"
  case webhookDisabled = "webhook.disabled"
  case webhookDeleted = "webhook.deleted"
}
