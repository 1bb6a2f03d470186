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

  static func review(
    _ round: Round? = round(), parties: Parties = parties, signers: [Signer] = []
  ) -> Review {
    Review(
      proposal: proposal, parties: parties, round: round,
      signers: Dictionary(uniqueKeysWithValues: signers.map { ($0.person, $0) }))
  }

  static func verdict(
    _ role: Role, _ verdict: Decision.Verdict = .approve, digest: Digest = digest
  ) -> Verdict {
    Verdict(
      digest: digest, role: role, verdict: verdict,
      reason: verdict == .approve ? nil : "because")
  }

  static func assessment(_ changes: [String: JSON?] = [:]) throws -> Assessment {
    let content = try ContentBuilder.content(changes)
    return DefaultPolicy.policy.assess(
      content, sites: content.targets.map { _ in [] }, change: .first, on: start.utcDate)
  }
}

extension Review {
  /// The review after a decision that must be accepted.
  func after(_ role: Role, by signer: Signer, at now: Timestamp) throws -> Review {
    let ruling = try decided(
      ReviewBuilder.verdict(role), by: signer, actor: ReviewBuilder.actor(signer), at: now)
    return adding(ruling.subject, by: signer)
  }
}
