package import Domain
package import Postgres
import Store

/// One of two people lifts a stop.
package struct ReleaseLock: Command {
  package let lock: LockID
  package let reason: Result<String, InvalidBody>

  package init(lock: LockID, reason: Result<String, InvalidBody>) {
    self.lock = lock
    self.reason = reason
  }

  /// The lock: still standing after the first, lifted after the second.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Lock {
    let (person, roles) = try act.person()
    LockStore.waitLonger(in: tx)
    guard let lock = try await LockStore.lock(lock, in: tx) else {
      throw Refusals(.notFound(kind: "lock", id: lock.text))
    }
    let reason = try reason.get()
    var firstRoles: [Role] = []
    if let first = lock.releases.first,
      let releaser = try await PeopleStore.find(first.person, in: tx)
    {
      firstRoles = releaser.roles
      // The two accounts may have turned out to be one person's since.
      if releaser.person.identity == person.identity { throw Refusals(.samePerson) }
    }
    let parties = try await LockStore.parties(of: lock.scope, in: tx)
    let ruling = try lock.released(
      reason: reason, by: person, holding: roles, firstRoles: firstRoles, parties: parties,
      actor: act.actor, at: act.now)
    try await LockStore.record(ruling, in: tx)
    return ruling.subject
  }
}
