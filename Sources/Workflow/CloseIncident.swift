package import Domain
package import Postgres
import Store

/// Somebody closes an incident; nothing that it stopped is let go by that.
package struct CloseIncident: Command {
  private let incident: IncidentReference
  private let reason: Result<String, InvalidBody>

  package init(incident: IncidentReference, reason: Result<String, InvalidBody>) {
    self.incident = incident
    self.reason = reason
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> IncidentView {
    LockStore.waitLonger(in: tx)
    guard let found = try await IncidentStore.lock(incident, in: tx) else {
      throw incident.missing
    }
    let reason = try reason.get()
    let (person, roles) = try act.person()
    let view = try await IncidentView.whole(found, at: act.now, in: tx)
    var parties: Set<PersonID> = []
    for grant in view.grants {
      let people = try await act.parties(of: grant.grant, in: tx)
      parties.formUnion(people.editors.union([people.requester, people.owner]))
    }
    let ruling = try found.closed(
      because: reason, by: person, holding: roles, deadlines: view.deadlines, parties: parties,
      meters: view.meters, due: view.signaturesDue, actor: act.actor, at: act.now)
    try await IncidentStore.record(ruling, in: tx)
    return try await act.view(of: incident, in: tx)
  }
}
