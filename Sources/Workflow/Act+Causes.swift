import Domain
import Postgres
import Store

extension Act {
  /// Which causes of a suspended grant still hold, each by its own facts of now.
  func causes(
    of grant: GrantRecord, in tx: borrowing Transaction
  ) async throws -> CausesFound {
    var holding: Set<SuspensionCause> = []
    var renewed: Timestamp?
    for suspension in grant.standing.suspensions {
      switch suspension.cause {
      case .breaker: break
      case .partyGone, .attestationMissed:
        let brought = grant.standing.instants.suspensions(at: now).map(\.cause)
        if brought.contains(suspension.cause) { holding.insert(suspension.cause) }
      case .evidenceExpired:
        renewed = try await renewedEvidence(of: grant, in: tx)
        if renewed.map({ $0 <= now }) ?? true { holding.insert(.evidenceExpired) }
      case .policyTightened:
        if try await !isAllowed(grant, in: tx) { holding.insert(.policyTightened) }
      case .siteUpgraded:
        if try await isUpgraded(suspension, in: tx) { holding.insert(.siteUpgraded) }
      }
    }
    return CausesFound(holding: holding, evidenceExpiresAt: renewed)
  }

  /// When the evidence of the newest revision expires, where that differs from the granted one in
  /// nothing else; anything else takes a new round.
  private func renewedEvidence(
    of grant: GrantRecord, in tx: borrowing Transaction
  ) async throws -> Timestamp? {
    let newest = try await RevisionStore.newest(of: grant.standing.proposal, in: tx)
    guard newest.digest != grant.standing.digest else { return nil }
    let granted = try await revision(of: grant, in: tx)
    let diff = ContentDiff(
      from: try JSONParser.parse(granted.bytes), to: try JSONParser.parse(newest.bytes))
    guard diff.renewsOnlyEvidence else { return nil }
    let (_, policy) = try await ParsedPolicies.active(in: tx)
    return try newest.content(by: self, questions: policy.questions).evidenceExpiresAt
  }

  /// Whether the policy in force would allow the numbers of now with the signatures there are.
  private func isAllowed(
    _ grant: GrantRecord, in tx: borrowing Transaction
  ) async throws -> Bool {
    let (_, policy) = try await ParsedPolicies.active(in: tx)
    let revision = try await revision(of: grant, in: tx)
    let content = try revision.content(by: self, questions: policy.questions)
    let assessment = try await assess(
      content, of: revision.id, by: policy, approved: try JSONParser.parse(revision.bytes), in: tx)
    let rounds = try await RoundStore.list(of: grant.standing.proposal, in: tx)
    let seats = rounds.first { $0.id == grant.round }?.seats ?? []
    return grant.standing.isAllowed(
      by: assessment, of: content, tier: grant.tier, seats: seats,
      budgets: try await budgets(of: grant.standing.id, in: tx))
  }

  private func isUpgraded(
    _ suspension: Suspension, in tx: borrowing Transaction
  ) async throws -> Bool {
    guard let site = suspension.subject, let fact = suspension.fact,
      let before = OperatorKind(rawValue: fact),
      let kind = try await SiteStore.kind(of: site, in: tx)
    else { return true }
    return before < kind
  }

  /// The revision that a grant was approved from.
  func revision(
    of grant: GrantRecord, in tx: borrowing Transaction
  ) async throws -> RevisionRecord {
    guard
      let round = try await RoundStore.list(of: grant.standing.proposal, in: tx)
        .first(where: { $0.id == grant.round }),
      let revision = try await RevisionStore.find(
        round.revisionNumber, of: grant.standing.proposal, in: tx)
    else { preconditionFailure("a grant has its round and its revision: the schema says so") }
    return revision
  }
}
