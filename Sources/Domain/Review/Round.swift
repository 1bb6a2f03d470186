/// One attempt to get a revision signed, with the policy as it stood.
package struct Round: Hashable, Sendable {
  package let id: RoundID
  package let proposal: ProposalID
  /// Counted from 1 within the proposal.
  package let n: Int64
  package let revision: RevisionID
  package let revisionNumber: Int64
  package let digest: Digest
  package let policyVersion: Int64
  package let tier: Tier
  /// The roles that must sign, in the order of `Role.deciding`.
  package let seats: [Role]
  package let openedBy: PersonID
  package let openedAt: Timestamp
  package let respondBy: Timestamp
  package let decideBy: Timestamp
  /// The last recorded one; time may have gone past it (`status(at:)`).
  package let recorded: RoundState
  /// In the order in which they were made.
  package let decisions: [Decision]

  package init(
    id: RoundID, proposal: ProposalID, n: Int64, revision: RevisionID, revisionNumber: Int64,
    digest: Digest, policyVersion: Int64, tier: Tier, seats: [Role], openedBy: PersonID,
    openedAt: Timestamp, respondBy: Timestamp, decideBy: Timestamp, recorded: RoundState,
    decisions: [Decision]
  ) {
    self.id = id
    self.proposal = proposal
    self.n = n
    self.revision = revision
    self.revisionNumber = revisionNumber
    self.digest = digest
    self.policyVersion = policyVersion
    self.tier = tier
    self.seats = seats
    self.openedBy = openedBy
    self.openedAt = openedAt
    self.respondBy = respondBy
    self.decideBy = decideBy
    self.recorded = recorded
    self.decisions = decisions
  }

  /// The state at an instant: reaching `decideBy` lapses, whether or not a job has run.
  package func status(at now: Timestamp) -> RoundState {
    recorded.isOpen && now >= decideBy ? .lapsed : recorded
  }

  /// Records that the time to decide ran out (lifecycle transition 10); nil when it has not, or
  /// when that is recorded already.
  package func lapsed(by actor: Actor, at now: Timestamp) -> Ruling<Round>? {
    guard recorded.isOpen, status(at: now) == .lapsed else { return nil }
    return Ruling(
      with(state: .lapsed),
      entry(.roundLapsed, by: actor, at: now, detail: ["lapsed_at": JSON(decideBy)]))
  }

  /// The same round with further seats.
  func adding(seats more: [Role]) -> Round {
    let all = Set(seats + more)
    return with(seats: Role.deciding.filter(all.contains))
  }

  /// The same round in another state, with other decisions or seats.
  func with(
    state: RoundState? = nil, decisions: [Decision]? = nil, seats: [Role]? = nil
  ) -> Round {
    Round(
      id: id, proposal: proposal, n: n, revision: revision, revisionNumber: revisionNumber,
      digest: digest, policyVersion: policyVersion, tier: tier, seats: seats ?? self.seats,
      openedBy: openedBy, openedAt: openedAt, respondBy: respondBy, decideBy: decideBy,
      recorded: state ?? recorded, decisions: decisions ?? self.decisions)
  }

  /// An event about this round.
  func entry(
    _ type: EventType, by actor: Actor, at now: Timestamp, role: Role? = nil,
    detail: JSONObject = [:]
  ) -> LogEntry {
    var members: JSONObject = ["round": JSON(id)]
    for member in detail.members { members[member.name] = member.value }
    return LogEntry(
      type, stream: StreamID(proposal),
      object: EventObject(
        "proposal", proposal.text, revision: Int(revisionNumber), digest: digest),
      by: actor, at: now, role: role, detail: members)
  }
}
