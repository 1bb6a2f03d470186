package import Domain
package import Postgres
import Store

/// One person stops something.
package struct PlaceLock: Command {
  package struct Input: Hashable, Sendable {
    package let scope: LockScope
    package let reason: String
    /// That it answers.
    package let incident: IncidentID?

    package init(scope: LockScope, reason: String, incident: IncidentID? = nil) {
      self.scope = scope
      self.reason = reason
      self.incident = incident
    }
  }

  package let input: Result<Input, InvalidBody>

  package init(input: Result<Input, InvalidBody>) {
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Lock {
    let (person, roles) = try act.person()
    let input = try input.get()
    LockStore.waitLonger(in: tx)
    guard try await LockStore.exists(input.scope, in: tx) else {
      throw InvalidBody(errors: [
        FieldError(
          JSONPointer.root.appending("scope").appending("id"), .unknownID,
          "there is no \(input.scope)")
      ])
    }
    if let incident = input.incident,
      try await IncidentStore.find(.id(incident), in: tx) == nil
    {
      throw InvalidBody.unknown("incident", incident.text)
    }
    let ruling = try Lock.placed(
      on: input.scope, reason: input.reason, for: input.incident, by: person, holding: roles,
      actor: act.actor, at: act.now)
    try await LockStore.record(ruling, in: tx)
    if let incident = input.incident {
      let covered = IncidentLink(input.scope).map { [$0] } ?? []
      try await act.link(.id(incident), to: [.lock(ruling.subject.id)] + covered, in: tx)
    }
    return ruling.subject
  }
}
