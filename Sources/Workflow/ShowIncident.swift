package import Domain
package import Postgres
import Store

/// One incident, with what follows from it now.
package struct ShowIncident: Query {
  private let incident: IncidentReference

  package init(incident: IncidentReference) {
    self.incident = incident
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> IncidentView {
    let view = try await act.view(of: incident, in: tx)
    _ = try act.person()
    return view
  }
}

/// Incidents with their clocks, the newest first.
package struct ListIncidents: Query {
  private let filter: IncidentStore.Filter
  private let before: Int64?
  private let limit: Int

  /// - Parameters:
  ///   - isOpen: nil for open and closed ones.
  ///   - site: those about it or a host under it.
  ///   - before: the number of the last incident of the page before.
  package init(
    isOpen: Bool? = nil, source: Incident.Source? = nil, site: Host? = nil,
    grant: GrantID? = nil, owner: PersonID? = nil, before: Int64? = nil, limit: Int
  ) {
    var filter = IncidentStore.Filter()
    filter.isOpen = isOpen
    filter.source = source
    filter.site = site
    filter.grant = grant
    filter.owner = owner
    self.filter = filter
    self.before = before
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [IncidentView] {
    _ = try act.person()
    let incidents = try await IncidentStore.list(
      filter, before: before, limit: Int64(limit), in: tx)
    return try await IncidentView.clocked(incidents, at: act.now, in: tx)
  }
}
