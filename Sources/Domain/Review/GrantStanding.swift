/// A grant as its state is judged: what was recorded, and what time has brought since.
package struct GrantStanding: Hashable, Sendable {
  package let id: GrantID
  package let proposal: ProposalID
  package let digest: Digest
  package let startsAt: Timestamp
  package let instants: GrantInstants
  /// The last recorded state.
  package let recorded: GrantState
  /// When that was recorded.
  package let recordedAt: Timestamp
  /// The recorded causes that stand.
  package let suspensions: [Suspension]

  package init(
    id: GrantID, proposal: ProposalID, digest: Digest, startsAt: Timestamp,
    instants: GrantInstants, recorded: GrantState, recordedAt: Timestamp,
    suspensions: [Suspension] = []
  ) {
    self.id = id
    self.proposal = proposal
    self.digest = digest
    self.startsAt = startsAt
    self.instants = instants
    self.recorded = recorded
    self.recordedAt = recordedAt
    self.suspensions = suspensions
  }

  package var endsAt: Timestamp { instants.endsAt }

  /// The state at an instant: starting, stopping and ending hold from their instant, whether or
  /// not a job has recorded them.
  package func state(at now: Timestamp) -> GrantState {
    switch recorded {
    case .ended, .revoked, .replaced: return recorded
    case .scheduled, .active, .suspended: break
    }
    if let closing = instants.closing(at: now) { return closing.state }
    if now < startsAt { return .scheduled }
    return causes(at: now).isEmpty ? .active : .suspended
  }

  /// Every cause that stands at an instant, recorded or brought by time; in order of cause.
  package func causes(at now: Timestamp) -> [Suspension] {
    (suspensions + unrecorded(at: now)).sorted { $0.cause < $1.cause }
  }

  /// Causes that time has brought and nobody has recorded.
  func unrecorded(at now: Timestamp) -> [Suspension] {
    instants.suspensions(at: now).filter { brought in
      !suspensions.contains { $0.cause == brought.cause }
    }
  }

  func with(recorded: GrantState, suspensions: [Suspension]? = nil) -> GrantStanding {
    GrantStanding(
      id: id, proposal: proposal, digest: digest, startsAt: startsAt, instants: instants,
      recorded: recorded, recordedAt: recordedAt,
      suspensions: suspensions ?? self.suspensions)
  }

  /// An event about this grant.
  func entry(
    _ type: EventType, by actor: Actor, at now: Timestamp, role: Role? = nil,
    detail: JSONObject = [:]
  ) -> LogEntry {
    LogEntry(
      type, stream: StreamID(id), object: EventObject("grant", id.text, digest: digest),
      by: actor, at: now, role: role, detail: detail)
  }
}
