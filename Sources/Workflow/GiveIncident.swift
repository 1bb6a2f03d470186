package import Domain
package import Postgres
import Store

/// Somebody else answers for an incident from now on.
package struct GiveIncident: Command {
  private let incident: IncidentReference
  private let person: Result<PersonID, InvalidBody>

  package init(incident: IncidentReference, person: Result<PersonID, InvalidBody>) {
    self.incident = incident
    self.person = person
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> IncidentView {
    LockStore.waitLonger(in: tx)
    guard let found = try await IncidentStore.lock(incident, in: tx) else {
      throw incident.missing
    }
    let person = try person.get()
    let (caller, roles) = try act.person()
    guard try await PeopleStore.find(person, in: tx)?.person.active == true else {
      throw InvalidBody.unknown("person", person.text)
    }
    if let ruling = try found.given(
      to: person, by: caller, holding: roles, actor: act.actor, at: act.now)
    {
      try await IncidentStore.record(ruling, in: tx)
    }
    return try await act.view(of: incident, in: tx)
  }
}
