package import Domain
package import Postgres
import Store

/// Somebody says what else an incident is about.
package struct LinkIncident: Command {
  package struct Output: Sendable {
    package let view: IncidentView
    /// Whether anything of it was new.
    package let isNew: Bool
  }

  private let incident: IncidentReference
  private let links: Result<[IncidentLink], InvalidBody>

  package init(incident: IncidentReference, links: Result<[IncidentLink], InvalidBody>) {
    self.incident = incident
    self.links = links
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    LockStore.waitLonger(in: tx)
    guard try await IncidentStore.find(incident, in: tx) != nil else { throw incident.missing }
    let links = try links.get()
    _ = try act.person()
    try await act.check(links, in: tx)
    let isNew = try await act.link(incident, to: links, in: tx)
    return Output(view: try await act.view(of: incident, in: tx), isNew: isNew)
  }
}
