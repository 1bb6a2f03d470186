/// One change of a grant: its state, or a cause under which it stands.
package struct GrantChange: Hashable, Sendable {
  package let grant: GrantID
  package let from: GrantState
  /// The same where the state stays.
  package let to: GrantState
  /// From when it holds.
  package let at: Timestamp
  /// The cause that begins.
  package let suspension: Suspension?

  init(
    _ grant: GrantID, from: GrantState, to: GrantState, at: Timestamp,
    suspension: Suspension? = nil
  ) {
    self.grant = grant
    self.from = from
    self.to = to
    self.at = at
    self.suspension = suspension
  }

  /// Why tokens of the grant are void from here on; nil where there are none, or where they end by
  /// themselves with the grant.
  package var voidsTokens: EpochCause? {
    switch to {
    case .suspended where from == .active: .suspension
    case .replaced where from == .active: .replacement
    case .scheduled, .active, .suspended, .revoked, .replaced, .ended: nil
    }
  }
}

extension GrantStanding {
  /// The grant under one more cause (lifecycle transition 14); nothing when it stands under the
  /// same one already or is over. One that has not started stays `scheduled`, and is suspended
  /// from its first instant.
  package func suspended(
    for cause: Suspension, by actor: Actor, at now: Timestamp
  ) -> [Ruling<GrantChange>] {
    guard state(at: now).isStanding, !suspensions.contains(where: cause.isSame) else { return [] }
    var changes: [Ruling<GrantChange>] = []
    var standing = self
    if let activation = activated(by: actor, at: now) {
      changes.append(activation)
      standing = with(recorded: .active)
    }
    return changes + [standing.change(to: cause, by: actor, at: now)]
  }

  /// Everything that time has brought by an instant and nobody has recorded (transitions 14, 17,
  /// 18), in its order; nothing when all of it is on record.
  package func caughtUp(by actor: Actor, at now: Timestamp) -> [Ruling<GrantChange>] {
    guard recorded.isStanding else { return [] }
    var changes: [Ruling<GrantChange>] = []
    var standing = self
    let closing = instants.closing(at: now)
    let until = closing?.at ?? now
    if startsAt <= until, let activation = activated(by: actor, at: now) {
      changes.append(activation)
      standing = with(recorded: .active)
      if !suspensions.isEmpty {
        changes.append(standing.stopped(by: actor, at: now))
        standing = with(recorded: .suspended)
      }
    }
    for cause in standing.unrecorded(at: until) where standing.recorded != .scheduled {
      changes.append(standing.change(to: cause, by: actor, at: now))
      standing = standing.with(
        recorded: .suspended, suspensions: standing.suspensions + [cause])
    }
    if let closing { changes.append(standing.closed(as: closing, by: actor, at: now)) }
    return changes
  }

  /// That it started, with the causes that waited for it.
  private func activated(by actor: Actor, at now: Timestamp) -> Ruling<GrantChange>? {
    guard recorded == .scheduled, now >= startsAt else { return nil }
    return Ruling(
      GrantChange(id, from: .scheduled, to: .active, at: startsAt),
      entry(.grantActivated, by: actor, at: now, detail: ["started_at": JSON(startsAt)]))
  }

  /// That the causes which stood before the start hold from there on.
  private func stopped(by actor: Actor, at now: Timestamp) -> Ruling<GrantChange> {
    Ruling(
      GrantChange(id, from: .active, to: .suspended, at: startsAt),
      entry(
        .grantSuspended, by: actor, at: now,
        detail: ["causes": .array(suspensions.map { .object($0.logDetail) })]))
  }

  private func change(
    to cause: Suspension, by actor: Actor, at now: Timestamp
  ) -> Ruling<GrantChange> {
    let to: GrantState = recorded == .scheduled ? .scheduled : .suspended
    return Ruling(
      GrantChange(id, from: recorded, to: to, at: now, suspension: cause),
      entry(.grantSuspended, by: actor, at: now, detail: cause.logDetail))
  }

  private func closed(
    as closing: (state: GrantState, at: Timestamp), by actor: Actor, at now: Timestamp
  ) -> Ruling<GrantChange> {
    let isEnd = closing.state == .ended
    return Ruling(
      GrantChange(id, from: recorded, to: closing.state, at: closing.at),
      entry(
        isEnd ? .grantEnded : .grantReplaced, by: actor, at: now,
        detail: isEnd ? ["ended_at": JSON(closing.at)] : ["replaced_at": JSON(closing.at)]))
  }
}
