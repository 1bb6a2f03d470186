extension Review {
  /// Records a decision (lifecycle transitions 3, 8, 9), or says everything that stands against
  /// it.
  ///
  /// Precondition: a verdict other than `approve` has a reason; the body's reader sees to it.
  ///
  /// - Parameters:
  ///   - signer: nil for a pool, a gateway or the service.
  ///   - conditionsDigest: SHA-256 of the canonical numbers of the verdict's conditions, if any:
  ///     the log commits to it.
  package func decided(
    _ verdict: Verdict, conditionsDigest: Digest? = nil, by signer: Signer?, actor: Actor,
    at now: Timestamp
  ) throws(Refusals) -> Ruling<RecordedDecision> {
    try Refusals.check(refusals(of: verdict, by: signer, at: now))
    guard let round, let signer else { preconditionFailure("no refusal without a round") }
    precondition(verdict.verdict == .approve || verdict.reason != nil, "a reason is required")
    let voided = round.decisions.filter { $0.standing == .live && !isLive($0) }
    let decision = Decision(
      id: DecisionID.make(at: now), round: round.id, person: signer.person,
      identity: signer.identity, role: verdict.role, verdict: verdict.verdict,
      digest: verdict.digest, reason: verdict.reason, conditions: verdict.conditions,
      narrows: narrows(verdict.conditions), decidedAt: now,
      authMethod: actor.method.rawValue, authLevel: "token",
      attempt: 1 + round.decisions.count(of: { $0.identity == signer.identity }),
      seat: verdict.verdict == .approve
        ? 1 + round.decisions.count(of: { $0.role == verdict.role && $0.seat != nil }) : nil,
      standing: .live)
    var detail: JSONObject = ["decision": JSON(decision.id)]
    if decision.conditions != nil { detail["narrows"] = .bool(decision.narrows) }
    detail["conditions"] = conditionsDigest.map { JSON($0) }
    if !voided.isEmpty { detail["voided"] = .array(voided.map { JSON($0.id) }) }
    let recorded = RecordedDecision(
      decision: decision, voided: voided.map(\.id), state: verdict.verdict.state)
    return Ruling(
      recorded,
      round.entry(verdict.verdict.event, by: actor, at: now, role: verdict.role, detail: detail))
  }

  /// Everything that stands against a decision; empty when nothing does.
  package func refusals(
    of verdict: Verdict, by signer: Signer?, at now: Timestamp
  ) -> [Refusal] {
    var found: [Refusal] = []
    if let signer {
      found = refusals(of: signer, as: verdict.role, verdict: verdict.verdict, at: now)
    } else {
      found = [.nonHuman] + stateRefusals(at: now)
    }
    if let round, verdict.digest != round.digest {
      found.append(.staleDigest(current: round.digest))
    }
    return found + conditionRefusals(of: verdict, by: signer, at: now)
  }

  /// The review with one more decision.
  package func adding(_ recorded: RecordedDecision, by signer: Signer) -> Review {
    guard let round else { return self }
    let decisions = round.decisions.map { decision in
      recorded.voided.contains(decision.id) ? decision.standing(as: .void) : decision
    }
    return Review(
      proposal: proposal, parties: parties,
      round: round.with(state: recorded.state, decisions: decisions + [recorded.decision]),
      signers: signers.merging([signer.person: signer]) { _, new in new }, reviewed: reviewed,
      policyRefusals: policyRefusals)
  }
}

extension Decision.Verdict {
  /// The round's state after it.
  fileprivate var state: RoundState {
    switch self {
    case .approve: .inReview
    case .requestChanges: .changesRequested
    case .reject: .rejected
    }
  }

  fileprivate var event: EventType {
    switch self {
    case .approve: .decisionApproved
    case .requestChanges: .decisionChangesRequested
    case .reject: .decisionRejected
    }
  }
}

extension Array {
  fileprivate func count(of isCounted: (Element) -> Bool) -> Int64 {
    Int64(count(where: isCounted))
  }
}
