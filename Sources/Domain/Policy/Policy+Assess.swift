extension Policy {
  /// Assesses a content: findings and caps per target, seats and validity of the whole.
  ///
  /// - Parameters:
  ///   - sites: for each target the sites its hosts lie in, registered ones only; where there is
  ///     none, the ceiling of the implicit site holds.
  ///   - change: against the revision approved before.
  ///   - robots: for each target what its hosts' robots.txt say; none: as declared.
  package func assess(
    _ content: ProposalContent, sites: [[CoveringSite]], change: RevisionChange,
    robots: [TargetRobots] = [], on day: LocalDate
  ) -> Assessment {
    let targets = content.targets.indices.map { index in
      assess(
        content, target: index, sites: sites[index], change: change,
        robots: index < robots.count ? robots[index] : .declared, on: day)
    }
    let tier = targets.map(\.findings.tier).max() ?? .t0
    let terms = terms(of: tier)
    let needed = Set(targets.flatMap(\.findings.roles) + terms.roles)
    return Assessment(
      day: day, tier: tier,
      roles: tier == .x ? [] : Role.deciding.filter { needed.contains($0) },
      targets: targets, longestValidityDays: terms.longestValidityDays,
      decideWithinDays: terms.decideWithinDays, requires: terms.requires,
      evidenceBeforeToken: terms.evidenceBeforeToken)
  }

  private func assess(
    _ content: ProposalContent, target index: Int, sites: [CoveringSite],
    change: RevisionChange, robots: TargetRobots, on day: LocalDate
  ) -> TargetAssessment {
    let target = content.targets[index]
    var facts = facts(content, target, sites: sites, change: change, on: day)
    facts["robots_verdict"] = robots.fact(declared: facts["robots_verdict"])
    let findings = findings(for: facts)
    var caps = Caps(requested: target, costWeight: findings.costWeight)
    caps.lower(to: terms(of: findings.tier))
    if let cap = findings.cap { caps.maxRate = caps.maxRate.lowered(to: cap.rate, by: cap.rule) }
    let covering = sites.isEmpty ? [implicitSite(of: target, facts)] : sites
    for site in covering { caps.lower(to: site) }
    if let authorisation = target.authorisation {
      caps.maxRate = caps.maxRate.lowered(to: authorisation.maxRate, by: "authorisation")
    }
    if let delay = robots.rate {
      caps.maxRate = caps.maxRate.lowered(to: delay.rate, by: "crawl_delay \(delay.host)")
    }
    let basis = findings.rules.map { rule in
      (rule.id, rule.basis.filter { legal[$0]?.isInForce(on: day) ?? false })
    }
    return TargetAssessment(
      index: index, findings: findings,
      basis: Dictionary(basis, uniquingKeysWith: { first, _ in first }), caps: caps,
      gentler: gentlerRate(facts, than: findings),
      unverified: robots.isVerified ? [] : unverified(target, index),
      liftedByFetch: robots.isVerified ? liftedByFetch(facts, findings) : [])
  }

  /// The answers with the facts that are read from elsewhere in their place.
  private func facts(
    _ content: ProposalContent, _ target: TargetContent, sites: [CoveringSite],
    change: RevisionChange, on day: LocalDate
  ) -> Facts {
    var facts = content.answers.merging(target.answers) { _, target in target }
    facts["max_mrps"] = .number(target.maxRate.milliRPSRoundedUp)
    facts["max_concurrency"] = .number(target.maxConcurrency)
    facts["daily_requests"] = .number(target.dailyRequests)
    facts["change_since_approval"] = .choice(change.rawValue)
    let evidence = target.evidence ?? []
    if !evidence.contains(where: { $0.question == "capacity_evidence" && $0.isValid(on: day) }) {
      facts["capacity_evidence"] = .choice("none")
    }
    let authorised = target.authorisation?.isValid(on: day) ?? false
    if facts["operator_consent"] == .choice("written_authorisation"), !authorised {
      facts["operator_consent"] = .choice("not_notified")
    }
    if case .choice(let declared)? = facts["operator_kind"],
      let stricter = sites.compactMap(\.operatorKind).max(),
      OperatorKind(rawValue: declared).map({ $0 < stricter }) ?? false
    {
      facts["operator_kind"] = .choice(stricter.rawValue)
    }
    return facts
  }

  private func implicitSite(of target: TargetContent, _ facts: Facts) -> CoveringSite {
    let own = facts["operator_kind"] == .choice(OperatorKind.own.rawValue)
    return CoveringSite(
      host: target.patterns[0].host, operatorKind: nil,
      ceiling: own ? .implicitOwn : .implicit)
  }

  /// Blocks that are there only because robots.txt did not answer.
  private func liftedByFetch(_ facts: Facts, _ findings: Findings) -> [StepBlock] {
    guard facts["robots_verdict"] == .choice(RobotsStanding.Verdict.unreachable.rawValue) else {
      return []
    }
    var answering = facts
    answering["robots_verdict"] = .choice(RobotsStanding.Verdict.allowed.rawValue)
    let left = self.findings(for: answering).blocks
    return findings.blocks.filter { !left.contains($0) }
  }

  private func unverified(_ target: TargetContent, _ index: Int) -> [JSONPointer] {
    guard target.answers["robots_verdict"] != nil else { return [] }
    return [JSONPointer(["targets", String(index), "answers", "robots_verdict"])]
  }

  /// Tries the limits that matching rules set on the rate: the highest that brings the tier down.
  private func gentlerRate(_ facts: Facts, than findings: Findings) -> GentlerRate? {
    let limits = findings.rules.flatMap { $0.when.rateLimits }.sorted(by: >)
    for limit in limits {
      var gentler = facts
      gentler["max_mrps"] = .number(limit)
      let tier = self.findings(for: gentler).tier
      if tier < findings.tier { return GentlerRate(rate: Rate(milliRPS: limit), tier: tier) }
    }
    return nil
  }
}

extension Condition {
  /// The highest rates, in milli-requests per second, that do not fulfil a comparison of it.
  fileprivate var rateLimits: [Int64] {
    switch self {
    case .all(let parts), .any(let parts): parts.flatMap(\.rateLimits)
    case .not(let part): part.rateLimits
    case .compare("max_mrps", .gt, .number(let limit)): [limit]
    case .compare("max_mrps", .ge, .number(let limit)): [limit - 1]
    case .compare: []
    }
  }
}
