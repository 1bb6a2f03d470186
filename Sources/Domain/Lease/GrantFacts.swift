/// What the lease rules ask of a grant.
package struct GrantFacts: Hashable, Sendable {
  /// The stored state; what time brings (`scheduled`, `ended`) follows from the instants.
  package enum Standing: Hashable, Sendable {
    case inForce
    /// In order of cause, at least one.
    case suspended(causes: [SuspensionCause])
    case revoked(at: Timestamp)
    /// Replaced by a later revision, or ended early.
    case ended(at: Timestamp)
  }

  /// Whether tokens wait for the approvals to stand in a signed checkpoint (evidence.md).
  package enum Evidence: Hashable, Sendable {
    case recordedIsEnough
    case pending
  }

  package let id: GrantID
  package let proposal: ProposalID
  package let digest: Digest
  package let tier: Tier
  package let standing: Standing
  package let startsAt: Timestamp
  package let endsAt: Timestamp
  /// What time will bring to the whole grant.
  package let instants: GrantInstants
  package let pools: [PoolID]
  /// Empty: the build is not checked.
  package let buildDigests: [Digest]
  /// Rules that block tokens as long as they stand.
  package let tokenBlocks: [TokenBlock]
  package let evidence: Evidence

  package struct TokenBlock: Hashable, Sendable {
    package let rule: String
    package let text: String

    package init(rule: String, text: String) {
      self.rule = rule
      self.text = text
    }
  }

  package init(
    id: GrantID, proposal: ProposalID, digest: Digest, tier: Tier, standing: Standing,
    startsAt: Timestamp, endsAt: Timestamp, instants: GrantInstants? = nil, pools: [PoolID],
    buildDigests: [Digest], tokenBlocks: [TokenBlock], evidence: Evidence
  ) {
    self.id = id
    self.proposal = proposal
    self.digest = digest
    self.tier = tier
    self.standing = standing
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.instants = instants ?? GrantInstants(endsAt: endsAt)
    self.pools = pools
    self.buildDigests = buildDigests
    self.tokenBlocks = tokenBlocks
    self.evidence = evidence
  }

  /// The grant as it is for one target, whose days are in the target's own zone.
  package func within(_ budget: Budget) -> GrantFacts {
    changed(
      standing: standing, startsAt: budget.startsAt,
      endsAt: min(budget.endsAt, instants.endsAt), instants: instants)
  }

  /// The same grant for one target as it was read again behind the locks.
  ///
  /// - Parameter endsAt: of the target.
  package func refreshed(
    standing: Standing, instants: GrantInstants, endsAt: Timestamp
  ) -> GrantFacts {
    changed(
      standing: standing, startsAt: startsAt, endsAt: min(endsAt, instants.endsAt),
      instants: instants)
  }

  private func changed(
    standing: Standing, startsAt: Timestamp, endsAt: Timestamp, instants: GrantInstants
  ) -> GrantFacts {
    GrantFacts(
      id: id, proposal: proposal, digest: digest, tier: tier, standing: standing,
      startsAt: startsAt, endsAt: endsAt, instants: instants, pools: pools,
      buildDigests: buildDigests, tokenBlocks: tokenBlocks, evidence: evidence)
  }

  /// The same grant with further blocks, such as those of hosts whose robots.txt is not known.
  package func blocked(by blocks: [TokenBlock]) -> GrantFacts {
    GrantFacts(
      id: id, proposal: proposal, digest: digest, tier: tier, standing: standing,
      startsAt: startsAt, endsAt: endsAt, instants: instants, pools: pools,
      buildDigests: buildDigests, tokenBlocks: tokenBlocks + blocks, evidence: evidence)
  }

  /// Why a lease for hosts that no one target covers is refused, with all that stands in the
  /// way besides.
  package func refusals(
    ofHosts uncovered: UncoveredHosts, request pool: PoolID, build: Digest?, locks: [Lock],
    at now: Timestamp
  ) -> Refusals {
    Refusals(
      uncovered.hosts.map { .hostNotGranted(host: $0.text) } + locks.map(\.refusal)
        + refusals(ofPool: pool, build: build) + refusals(at: now))
  }

  /// Why no lease may be issued or renewed under the grant now; in force is `[start, end)`.
  func refusals(at now: Timestamp) -> [Refusal] {
    var refusals = tokenBlocks.map { Refusal.blockToken(rule: $0.rule, text: $0.text) }
    switch standing {
    case .inForce: break
    case .suspended(let causes): refusals += causes.map { .grantSuspended(cause: $0) }
    case .revoked(let at): refusals.append(.grantRevoked(at: at))
    case .ended(let at): refusals.append(.grantEnded(at: at))
    }
    refusals += instants.suspensions(at: now).map { .grantSuspended(cause: $0.cause) }
    if let replacedAt = instants.replacedAt, now >= replacedAt {
      refusals.append(.grantEnded(at: replacedAt))
    }
    if now < startsAt { refusals.append(.grantNotStarted(until: startsAt)) }
    if now.adding(seconds: LeaseTerm.secondsLeast) > endsAt {
      refusals.append(.grantEnded(at: endsAt))
    }
    if evidence == .pending { refusals.append(.evidencePending(tier: tier.description)) }
    return refusals
  }

  func refusals(ofPool pool: PoolID, build: Digest?) -> [Refusal] {
    var refusals: [Refusal] = []
    if !pools.contains(pool) { refusals.append(.poolNotGranted(pool: pool.text)) }
    if !buildDigests.isEmpty, !(build.map(buildDigests.contains) ?? false) {
      refusals.append(.buildNotApproved(digest: build?.description))
    }
    return refusals
  }
}
