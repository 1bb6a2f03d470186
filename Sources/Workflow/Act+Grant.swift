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
}
