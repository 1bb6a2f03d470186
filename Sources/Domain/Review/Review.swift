/// A proposal's newest round with the people in it: what every decision is judged against.
package struct Review: Hashable, Sendable {
  package let proposal: ProposalID
  package let parties: Parties
  /// Nil for a draft.
  package let round: Round?
  /// Everybody who decided in the round, as they stand now.
  package let signers: [PersonID: Signer]
  /// What the round is about; read only where conditions or numbers are asked for.
  package let reviewed: Reviewed?
  /// Why no approval goes on, where policy or facts became stricter since the round opened (R9).
  package let policyRefusals: [Refusal]

  package init(
    proposal: ProposalID, parties: Parties, round: Round?, signers: [PersonID: Signer],
    reviewed: Reviewed? = nil, policyRefusals: [Refusal] = []
  ) {
    self.proposal = proposal
    self.parties = parties
    self.round = round
    self.signers = signers
    self.reviewed = reviewed
    self.policyRefusals = policyRefusals
  }

  /// The same with what the round is about.
  package func with(_ reviewed: Reviewed) -> Review {
    Review(
      proposal: proposal, parties: parties, round: round, signers: signers, reviewed: reviewed,
      policyRefusals: policyRefusals)
  }

  /// The same people around another round of the proposal.
  package func of(_ round: Round) -> Review {
    Review(proposal: proposal, parties: parties, round: round, signers: signers)
  }

  /// The review with what became stricter since.
  package func held(against reassessment: Reassessment) -> Review {
    Review(
      proposal: proposal, parties: parties, round: round?.adding(seats: reassessment.added),
      signers: signers, reviewed: reviewed, policyRefusals: reassessment.assessment.refusals)
  }

  /// `draft`, or the newest round's state at an instant.
  package func status(at now: Timestamp) -> RoundState { round?.status(at: now) ?? .draft }

  /// Whether a decision still counts now: once a round is closed, its decisions stand as they
  /// are.
  package func isLive(_ decision: Decision) -> Bool {
    guard decision.standing == .live else { return false }
    guard decision.verdict == .approve, round?.recorded.isOpen ?? false else { return true }
    guard let signer = signers[decision.person] else { return false }
    return signer.stillHolds(decision.role, since: decision.decidedAt)
      && parties.refusals(for: signer.identity).isEmpty
  }

  /// What has become of an approval's signer since; nil while they still could give it. A decided
  /// round stands all the same, and shows it (lifecycle R8).
  package func flag(of decision: Decision) -> SignerFlag? {
    guard let signer = signers[decision.person], signer.active else { return .inactive }
    return signer.stillHolds(decision.role, since: decision.decidedAt) ? nil : .roleLost
  }

  /// The approval that fills a seat.
  package func approval(of role: Role) -> Decision? {
    round?.decisions.first {
      $0.role == role && $0.verdict == .approve && isLive($0)
    }
  }

  /// Approvals that count, in the order in which they were given.
  package var liveApprovals: [Decision] {
    round?.decisions.filter { $0.verdict == .approve && isLive($0) } ?? []
  }

  /// Why a person could not approve in a role just now; empty when they could. The digest is
  /// taken as right (the `can_decide` of a view).
  package func refusals(
    of signer: Signer, as role: Role, verdict: Decision.Verdict = .approve, at now: Timestamp
  ) -> [Refusal] {
    var found = parties.refusals(for: signer.identity)
    if !signer.active || signer.roles[role] == nil { found.append(.roleNotHeld(role)) }
    if verdict == .approve, round?.status(at: now).isOpen ?? false { found += policyRefusals }
    return found + stateRefusals(at: now) + seatRefusals(signer, role, verdict)
  }

  func stateRefusals(at now: Timestamp) -> [Refusal] {
    guard let round else { return [.noOpenRound(status: RoundState.draft.rawValue)] }
    switch round.status(at: now) {
    case .inReview: return []
    case .lapsed: return [.lapsed(at: round.decideBy)]
    case .draft: return [.noOpenRound(status: RoundState.draft.rawValue)]
    case let closed: return [.roundClosed(status: closed.rawValue)]
    }
  }

  private func seatRefusals(
    _ signer: Signer, _ role: Role, _ verdict: Decision.Verdict
  ) -> [Refusal] {
    guard let round, round.recorded == .inReview else { return [] }
    var found: [Refusal] = []
    if !round.seats.contains(role) { found.append(.noSuchSeat(role)) }
    let live = round.decisions.filter(isLive)
    if let own = live.first(where: { $0.person == signer.person }) {
      found.append(.alreadyDecided(as: own.role))
    }
    if verdict == .approve, let filled = approval(of: role), filled.identity != signer.identity {
      found.append(.seatFilled(role))
    }
    let elsewhere = live.first {
      $0.identity == signer.identity && ($0.role != role || $0.person != signer.person)
    }
    if let elsewhere { found.append(.seatTakenBySamePerson(elsewhere.role)) }
    return found
  }
}

/// What a round is about: the text, and the numbers that its snapshot allows.
package struct Reviewed: Hashable, Sendable {
  package let content: ProposalContent
  package let allowance: Allowance

  package init(content: ProposalContent, allowance: Allowance) {
    self.content = content
    self.allowance = allowance
  }

  /// The same under what an assessment of the same content allows now.
  package func lowered(to assessment: Assessment?) -> Reviewed {
    guard let assessment else { return self }
    return Reviewed(
      content: content, allowance: allowance.lowered(to: Allowance(of: content, by: assessment)))
  }
}
