package import Domain
import Postgres
import Store

/// A proposal as one caller sees it.
package struct ProposalView: Sendable {
  package let proposal: Proposal
  package let newest: RevisionRecord
  /// The revision under review; the newest one for a draft.
  package let revision: RevisionRecord
  package let round: Round?
  package let status: RoundState
  package let effectiveStatus: String
  package let blocking: [Refusal]
  package let seats: [FilledSeat]
  package let canDecide: [(role: Role, reasons: [Refusal])]
  package let grant: GrantRecord?
  package let grantState: GrantState?
  /// Nil for a draft.
  package let assessment: JSON?

  /// A seat of the round and who signed in it.
  package struct FilledSeat: Hashable, Sendable {
    package let role: Role
    package let filledBy: PersonID?
  }
}

/// A grant with what stands against using it.
package struct GrantView: Sendable {
  package let grant: GrantRecord
  package let state: GrantState
  package let effectiveStatus: String
  package let blocking: [Refusal]
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

  init(_ grant: GrantRecord, at now: Timestamp, in tx: borrowing Transaction) async throws {
    let locks = try await LockStore.active(
      covering: LockStore.Targets(
        proposal: grant.standing.proposal, grant: grant.standing.id,
        hosts: grant.hosts.compactMap(Host.init(pattern:))),
      in: tx)
    self.grant = grant
    state = grant.standing.state(at: now)
    effectiveStatus = Lock.effectiveStatus(state.rawValue, under: locks)
    blocking = locks.map(\.refusal) + grant.refusals(at: now)
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

extension Host {
  /// The host of a canonical host or pattern.
  init?(pattern text: String) {
    do throws(HostError) {
      try self.init(text.hasPrefix("*.") ? String(text.dropFirst(2)) : text)
    } catch {
      return nil
    }
  }
}
