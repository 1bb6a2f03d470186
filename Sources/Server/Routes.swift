package import HTTP
import HTTPTypes
package import Workflow

/// The route table: every call of openapi.yaml and no other (a test compares both ways).
package enum Routes {
  package static let endpoints: [Endpoint] =
    PeopleHandlers.endpoints + TokenHandlers.endpoints + PoolHandlers.endpoints
    + SiteHandlers.endpoints + PolicyHandlers.endpoints + AssessmentHandlers.endpoints
    + ProposalHandlers.endpoints + DossierHandlers.endpoints + RobotsHandlers.endpoints
    + ImpactHandlers.endpoints + TimelineHandlers.endpoints + ReviewHandlers.endpoints
    + GrantHandlers.endpoints + BreakerHandlers.endpoints + LockHandlers.endpoints
    + IncidentHandlers.endpoints + LeaseHandlers.endpoints + TokenServiceHandlers.endpoints
    + RevocationHandlers.endpoints + ServiceHandlers.endpoints + LoadHandlers.endpoints
    + NoteHandlers.endpoints + FileHandlers.endpoints + WebhookHandlers.endpoints

  /// Method and path of every route.
  package static let table: [(method: String, path: String)] = endpoints.map {
    ($0.method.rawValue, $0.path)
  }

  /// The router of a process.
  ///
  /// - Parameter incident: logs an error that no rule foresaw and gives its id.
  package static func router(
    service: Service, meters: Meters = Meters(),
    incident: @escaping @Sendable (any Error, _ requestID: String) -> String
  ) -> Router {
    Router(
      routes: endpoints.map {
        $0.route(service: service, meters: meters, incident: incident)
      },
      lane: \.lane,
      errorResponse: { failure, requestID in
        Problems.problem(
          for: failure, requestID: requestID, now: service.now,
          incident: { incident($0, requestID) }
        ).response
      })
  }
}
