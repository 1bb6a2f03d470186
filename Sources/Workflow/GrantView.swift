package import Domain
import Postgres
import Store

/// A grant with what stands against using it.
package struct GrantView: Sendable {
  package let grant: GrantRecord
  package let state: GrantState
  package let effectiveStatus: String
  package private(set) var blocking: [Refusal]
  /// Every cause that stands, recorded or brought by time.
  package let causes: [Suspension]
  /// What the newest policy since made of it; nil where none was held against it, and in lists.
  package private(set) var reassessment: Reassessed?

  /// A policy's word on a grant.
  package typealias Reassessed = (
    policy: Int64, outcome: GrantReassessment.Outcome, findings: JSON
  )

  /// The view with it.
  func with(_ reassessment: Reassessed?) -> GrantView {
    var view = self
    view.reassessment = reassessment
    return view
  }

  /// The view with what breakers and held sites have against it.
  func with(_ stops: [BreakerStop]) -> GrantView {
    var view = self
    if state.isStanding { view.blocking += stops.map { .breakerOpen($0) } }
    return view
  }

  init(_ grant: GrantRecord, at now: Timestamp, in tx: borrowing Transaction) async throws {
    self.init(grant, locks: try await GrantView.locks(on: [grant], in: tx), at: now)
  }

  private init(_ grant: GrantRecord, locks: [Lock], at now: Timestamp) {
    let locks = locks.filter { $0.scope.covers(grant) }
    self.grant = grant
    state = grant.standing.state(at: now)
    causes = state.isStanding ? grant.standing.causes(at: now) : []
    effectiveStatus = Lock.effectiveStatus(state.rawValue, under: locks)
    blocking = locks.map(\.refusal) + grant.refusals(at: now)
  }

  /// Several grants with one look at the stops.
  static func all(
    _ grants: [GrantRecord], at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [GrantView] {
    let locks = try await locks(on: grants, in: tx)
    return grants.map { GrantView($0, locks: locks, at: now) }
  }

  private static func locks(
    on grants: [GrantRecord], in tx: borrowing Transaction
  ) async throws -> [Lock] {
    try await LockStore.active(
      onAnyOf: grants.flatMap { [$0.standing.id.text, $0.standing.proposal.text] },
      hosts: grants.flatMap { $0.hosts.compactMap(Host.init(pattern:)) }, in: tx)
  }
}

extension LockScope {
  /// Whether it stops a grant, its pools and workers apart.
  fileprivate func covers(_ grant: GrantRecord) -> Bool {
    switch self {
    case .everything: true
    case .proposal(let id): id == grant.standing.proposal
    case .grant(let id): id == grant.standing.id
    case .site(let host):
      grant.hosts.compactMap(Host.init(pattern:)).contains { $0.isWithin(host) }
    case .pool, .worker: false
    }
  }
}

extension GrantRecord {
  /// Why the grant cannot be used now, locks apart.
  func refusals(at now: Timestamp) -> [Refusal] {
    var found = tokenBlockRefusals
    switch standing.state(at: now) {
    case .active: break
    case .scheduled: found.append(.grantNotStarted(until: standing.startsAt))
    case .suspended: break
    case .ended, .replaced: found.append(.grantEnded(at: min(now, standing.endsAt)))
    case .revoked: found.append(.grantRevoked(at: standing.recordedAt))
    }
    if standing.state(at: now).isStanding {
      found += standing.causes(at: now).map { .grantSuspended(cause: $0.cause) }
    }
    return found
  }

  private var tokenBlockRefusals: [Refusal] {
    guard case .array(let blocks) = tokenBlocks else { return [] }
    return blocks.compactMap { block in
      guard case .object(let members) = block, case .string(let rule)? = members["id"],
        case .string(let text)? = members["text"]
      else { return nil }
      return .blockToken(rule: rule, text: text)
    }
  }
}
