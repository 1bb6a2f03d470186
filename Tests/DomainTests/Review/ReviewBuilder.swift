import Domain

/// People and rounds for the rules of review.
enum ReviewBuilder {
  static let start = Timestamp(microseconds: 1_796_083_200_000_000)  // 2026-12-01
  static let digest = Digest(bytes: Array(repeating: 7, count: 32))
  static let proposal = ContentBuilder.id(ProposalKind.self, 1)
  static let round = ContentBuilder.id(RoundKind.self, 1)

  static let parties = Parties(
    requester: ContentBuilder.requester, owner: ContentBuilder.owner,
    deputy: ContentBuilder.deputy, maintainer: ContentBuilder.maintainer,
    editors: [ContentBuilder.requester, person(40)])

  static func person(_ number: Int) -> PersonID { ContentBuilder.id(PersonKind.self, number) }

  /// Someone who has held the roles since long before.
  static func signer(
    _ number: Int, _ roles: [Role], identity: Int? = nil, active: Bool = true,
    since: Timestamp = start.adding(seconds: -86_400)
  ) -> Signer {
    Signer(
      person: person(number), identity: person(identity ?? number), active: active,
      roles: Dictionary(uniqueKeysWithValues: roles.map { ($0, since) }))
  }

  static func actor(_ signer: Signer) -> Actor {
    Actor(
      subject: .person(signer.person), method: .personalToken, credential: nil, request: nil)
  }

  static func round(
    _ state: RoundState = .inReview, seats: [Role] = [.legalReviewer, .riskReviewer],
    digest: Digest = digest, n: Int64 = 1, decisions: [Decision] = []
  ) -> Round {
    Round(
      id: round, proposal: proposal, n: n,
      revision: ContentBuilder.id(RevisionKind.self, 1), revisionNumber: 1, digest: digest,
      policyVersion: 1, tier: .t1, seats: seats, openedBy: ContentBuilder.requester,
      openedAt: start, respondBy: start.adding(seconds: 2 * 86_400),
      decideBy: start.adding(seconds: 14 * 86_400), recorded: state, decisions: decisions)
  }

  /// What every round here is about unless said: the polite content by the default policy.
  static let reviewed: Reviewed = {
    do {
      return try reviewed(of: [:])
    } catch {
      preconditionFailure("the polite content is assessed: \(error)")
    }
  }()

  static func reviewed(of changes: [String: JSON?]) throws -> Reviewed {
    let content = try ContentBuilder.content(changes)
    return Reviewed(
      content: content, allowance: Allowance(of: content, by: try assessment(changes)))
  }

  static func review(
    _ round: Round? = round(), parties: Parties = parties, signers: [Signer] = [],
    reviewed: Reviewed = reviewed
  ) -> Review {
    Review(
      proposal: proposal, parties: parties, round: round,
      signers: Dictionary(uniqueKeysWithValues: signers.map { ($0.person, $0) }),
      reviewed: round == nil ? nil : reviewed)
  }

  static func verdict(
    _ role: Role, _ verdict: Decision.Verdict = .approve, digest: Digest = digest,
    under conditions: Conditions? = nil
  ) -> Verdict {
    Verdict(
      digest: digest, role: role, verdict: verdict,
      reason: verdict == .approve ? nil : "because", conditions: conditions)
  }

  /// Conditions on the only target.
  static func conditions(
    maxRate: Rate? = nil, burst: Int64? = nil, maxConcurrency: Int64? = nil,
    maxWorkers: Int64? = nil, dailyRequests: Int64? = nil, windows: WindowSet? = nil,
    endsOn: String? = nil
  ) -> Conditions {
    Conditions(
      targets: [
        TargetConditions(
          index: 0, maxRate: maxRate, burst: burst, maxConcurrency: maxConcurrency,
          maxWorkers: maxWorkers, dailyRequests: dailyRequests, windows: windows)
      ], endsOn: endsOn.flatMap { LocalDate($0) }, note: nil)
  }

  /// Hours of every day.
  static func hours(_ start: String, _ end: String) throws -> WindowSet {
    guard let start = ClockTime(start), let end = ClockTime(end) else {
      preconditionFailure("not a clock time")
    }
    return WindowSet([try Window(days: Weekday.allCases, start: start, end: end)])
  }

  static func assessment(_ changes: [String: JSON?] = [:]) throws -> Assessment {
    let content = try ContentBuilder.content(changes)
    return DefaultPolicy.policy.assess(
      content, sites: content.targets.map { _ in [] }, change: .first, on: start.utcDate)
  }
}

extension Review {
  /// The review after a decision that must be accepted.
  func after(
    _ role: Role, by signer: Signer, under conditions: Conditions? = nil, at now: Timestamp
  ) throws -> Review {
    let ruling = try decided(
      ReviewBuilder.verdict(role, under: conditions), by: signer,
      actor: ReviewBuilder.actor(signer), at: now)
    return adding(ruling.subject, by: signer)
  }
}
