package import Domain
package import Postgres
import Store

/// Holds one grant against the policy in force; done before, or over, it changes nothing.
package struct ReassessGrant: Command {
  private let grant: GrantID

  package init(grant: GrantID) {
    self.grant = grant
  }

  /// - Returns: what became of it; nil when there was nothing to do.
  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> GrantReassessment? {
    try await PolicyStore.hold(in: tx)
    let found = try await act.lockedGrant(grant, in: tx)
    guard found.standing.state(at: act.now).isStanding,
      let active = try await PolicyStore.active(in: tx)
    else { return nil }
    let before = try await ReassessmentStore.version(of: grant, in: tx)
    guard before < active.version,
      let round = try await RoundStore.list(of: found.standing.proposal, in: tx)
        .first(where: { $0.id == found.round })
    else { return nil }
    let known = try await PolicyStore.inForce(from: round.policyVersion, in: tx)
    let old = try await act.assessment(of: round, under: known.filter { $0 <= before }, in: tx)
    let new = try await act.assessment(of: round, under: [active.version], in: tx)
    let signed = round.decisions.filter { $0.verdict == .approve && $0.standing == .live }
    let ruling = try found.reassessed(
      by: new.assessment, insteadOf: old.assessment, signed: Set(signed.map(\.role)),
      under: active.version, actor: act.time, at: act.now)
    try await ReassessmentStore.record(ruling, in: tx)
    if ruling.subject.outcome == .suspended {
      let cause = Suspension(
        .policyTightened, subject: String(active.version), since: act.now)
      try await act.suspend(grant, for: cause, in: tx)
    }
    return ruling.subject
  }

  /// The grants that the policy in force was not held against yet, in order of id.
  package static func due(
    at now: Timestamp, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [GrantID] {
    guard let active = try await PolicyStore.active(in: tx) else { return [] }
    return try await ReassessmentStore.dueGrants(
      under: active.version, limit: limit, now: now, in: tx)
  }
}
