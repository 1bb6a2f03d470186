import Domain
import Postgres
import Store

extension Act {
  /// What time does, at the hand of whoever is here when it is noticed.
  var time: Actor {
    Actor(subject: .service, method: .service, credential: nil, request: actor.request)
  }

  /// A grant that exists, locked, with everything that time has brought on record.
  func lockedGrant(
    _ id: GrantID, in tx: borrowing Transaction
  ) async throws -> GrantRecord {
    let missing = Refusals(.notFound(kind: "grant", id: id.text))
    guard let found = try await GrantChangeStore.lock(id, in: tx) else { throw missing }
    let changes = found.standing.caughtUp(by: time, at: now)
    if changes.isEmpty { return found }
    try await GrantChangeStore.record(changes, in: tx)
    guard let caughtUp = try await GrantStore.find(id, in: tx) else { throw missing }
    return caughtUp
  }

  /// Suspends a grant (lifecycle transition 14) in the transaction of whatever is the cause;
  /// nothing happens to one that is over or stands under the same cause already.
  ///
  /// Whoever suspends several takes them in order of id.
  func suspend(
    _ id: GrantID, for cause: Suspension, in tx: borrowing Transaction
  ) async throws {
    let found = try await lockedGrant(id, in: tx)
    try await GrantChangeStore.record(
      found.standing.suspended(for: cause, by: time, at: now), in: tx)
  }

  /// The people of a grant as they are now, by identity; editors are those of its proposal.
  func parties(
    of grant: GrantRecord, in tx: borrowing Transaction
  ) async throws -> Parties {
    guard
      let proposal = try await ProposalStore.find(.id(grant.standing.proposal), in: tx)
    else { preconditionFailure("a grant has its proposal: the schema says so") }
    let holders = grant.holders
    let signers = try await SignerStore.find(
      [proposal.requester, holders.owner, holders.deputy, holders.maintainer], in: tx)
    func identity(_ person: PersonID) -> PersonID { signers[person]?.identity ?? person }
    return Parties(
      requester: identity(proposal.requester), owner: identity(holders.owner),
      deputy: identity(holders.deputy), maintainer: identity(holders.maintainer),
      editors: try await RevisionStore.editors(of: proposal.id, in: tx))
  }

  /// The budgets of a grant in order of target, locked until the transaction ends.
  func budgets(
    of grant: GrantID, in tx: borrowing Transaction
  ) async throws -> [BudgetStanding] {
    try await NarrowingStore.lock(grant, at: now, in: tx).map { row in
      BudgetStanding(
        id: row.id, target: row.target, capacity: row.capacity,
        opening: Opening(row.windows, in: try service.zones.stored(row.timeZone)),
        startsAt: row.startsAt, endsAt: row.endsAt,
        occupants: row.occupants)
    }
  }
}
