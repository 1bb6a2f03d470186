internal import Domain
package import Postgres
internal import Registries
internal import Tokens
package import Workflow

/// The service on a database of its own, with people and a clock that tests can set.
package enum TestService {
  /// Runs the body with a service whose clock is the database's unless the test sets it.
  package static func with<R: Sendable>(
    fetcher: (any SiteFetcher)? = nil, _ body: (Service, ManualClock) async throws -> R
  ) async throws -> R {
    try await TestDatabase.with { database in
      let clock = ManualClock()
      let service = try await make(on: database, clock: clock, fetcher: fetcher)
      return try await body(service, clock)
    }
  }

  /// A started service on a migrated database.
  package static func make(
    on database: Database, clock: ManualClock = ManualClock(),
    fetcher: (any SiteFetcher)? = nil, renewalBatchMax: Int = RenewalQueue.batchMaxUsual
  ) async throws -> Service {
    let service = Service(
      database: database, clock: clock.clock, zones: .system, suffixes: .system,
      settings: Service.Settings(
        tokensDecide: true, schemaVersion: try schemaVersion(), openAPI: [],
        renewalBatchMax: renewalBatchMax),
      fetcher: fetcher)
    let identity = ServiceIdentity(issuer: "http://test.example", logName: "test.example/log")
    _ = try await service.performUnauthenticated(
      StartService(proposed: identity), method: .service, trace: nil)
    try await service.turnKeys([.make(.es256)])
    return service
  }

  private static func schemaVersion() throws -> Int64 {
    Int64(try Migrator.migrations(in: TestDatabase.migrationsFolder).last?.version ?? 0)
  }
}
