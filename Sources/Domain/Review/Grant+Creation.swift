extension Grant {
  /// The grant of an approval (lifecycle transition 13): per target the numbers that were signed,
  /// from the later of `starts_on` and the approval to the earlier of `ends_on` and the tier's
  /// validity.
  package static func created(
    from approval: Approval, content: ProposalContent, assessment: Assessment,
    by actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<Grant> {
    let round = approval.round
    let budgets = assessment.targets.map {
      budget(
        of: $0, allowance: approval.allowance, content: content, assessment: assessment, at: now)
    }
    try Refusals.check(budgets.flatMap(\.refusals))
    let grant = Grant(
      id: GrantID.make(at: now), proposal: round.proposal, round: round.id,
      digest: approval.digest, tier: assessment.tier,
      startsAt: budgets.map(\.startsAt).min() ?? now,
      endsAt: budgets.map(\.endsAt).max() ?? now,
      pools: content.pools, buildDigests: content.buildDigests,
      tokenBlocks: assessment.lastingTokenBlocks, budgets: budgets, createdAt: now)
    return Ruling(
      grant,
      LogEntry(
        .grantCreated, stream: StreamID(grant.id),
        object: EventObject("grant", grant.id.text, digest: grant.digest), by: actor, at: now,
        detail: grant.logDetail))
  }

  private static func budget(
    of target: TargetAssessment, allowance: Allowance, content: ProposalContent,
    assessment: Assessment, at now: Timestamp
  ) -> GrantedBudget {
    let allowed = allowance.targets[target.index]
    let written = content.targets[target.index]
    let starts = max(now, written.zone.dayStart(content.startsOn))
    let validity = starts.adding(seconds: assessment.longestValidityDays * 86_400)
    let asked = written.zone.dayEnd(allowance.endsOn.value)
    let ends = min(asked, validity)
    let daily = allowed.dailyRequests.value
    let days = (ends.microseconds(since: starts) + 86_399_999_999) / 86_400_000_000
    var setBy = allowed.setBy
    if target.caps.costWeight > 1 { setBy["cost_weight"] = .string(costWeightRule(target)) }
    setBy["ends_at"] = .string(
      validity < asked ? assessment.tier.description : allowance.endsOn.setBy)
    return GrantedBudget(
      id: BudgetID.make(at: now), target: target.index,
      hosts: written.patterns.map(\.description), pathPrefixes: written.pathPrefixes,
      methods: written.methods.map(\.rawValue), maxRate: allowed.maxRate.value,
      burst: allowed.burst.value, maxConcurrency: allowed.maxConcurrency.value,
      maxWorkers: allowed.maxWorkers.value, dailyRequests: daily,
      totalRequests: written.totalRequests ?? daily * max(0, days),
      timeZone: written.zone.name, windows: allowed.windows.value, startsAt: starts,
      endsAt: ends, evidenceExpiresAt: written.evidenceExpiresAt,
      costWeight: target.caps.costWeight, setBy: setBy)
  }

  private static func costWeightRule(_ target: TargetAssessment) -> String {
    target.findings.rules.first { $0.effect.costWeight == target.caps.costWeight }?.id ?? ""
  }

  private var logDetail: JSONObject {
    [
      "proposal": JSON(proposal), "round": JSON(round), "tier": .string(tier.description),
      "starts_at": JSON(startsAt), "ends_at": JSON(endsAt),
      "budgets": .array(budgets.map(\.logDetail)),
    ]
  }
}

extension GrantedBudget {
  fileprivate var refusals: [Refusal] {
    var found: [Refusal] = []
    if windows.isEmpty { found.append(.windowEmpty(target: target)) }
    if endsAt <= startsAt { found.append(.grantEnded(at: endsAt)) }
    return found
  }

  fileprivate var logDetail: JSON {
    [
      "id": JSON(id), "target": JSON(target), "max_urps": JSON(maxRate.microRPS),
      "burst": JSON(burst), "max_concurrency": JSON(maxConcurrency),
      "max_workers": JSON(maxWorkers), "daily_requests": JSON(dailyRequests),
      "total_requests": JSON(totalRequests), "starts_at": JSON(startsAt),
      "ends_at": JSON(endsAt),
    ]
  }
}
