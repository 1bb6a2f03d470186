import Domain
import Logging
import Postgres
import Reactor
import Registries
import Workflow

/// The service without a server, straight on the database of `DATABASE_URL`: for what nobody may
/// ask over HTTP, or cannot yet.
enum DirectService {
  /// Errors: `StartFailure` with one line for whoever called.
  static func with<R: Sendable>(
    _ configuration: ServiceConfiguration, _ body: (Service) async throws -> R
  ) async throws -> R {
    guard let url = configuration.databaseURL else {
      throw StartFailure("DATABASE_URL is not set")
    }
    let group = try EventLoopGroup(count: 1)
    group.start()
    defer { group.stop() }
    let database = try Database(
      DatabaseConfiguration(url: url), loops: group.loops, logger: .standard(level: .critical))
    let result: Result<R, any Error>
    do {
      result = .success(try await body(try await service(configuration, on: database)))
    } catch {
      result = .failure(readable(error))
    }
    await database.shutdown()
    return try result.get()
  }

  /// Signs nothing: the service's own keys stay where they are.
  private static func service(
    _ configuration: ServiceConfiguration, on database: Database
  ) async throws -> Service {
    let assets = try Assets.locate(home: configuration.home)
    let service = Service(
      database: database, clock: .database, zones: .system, suffixes: .system,
      settings: Service.Settings(
        tokensDecide: false,
        schemaVersion: Int64(try Migrator.migrations(in: assets.migrations).last?.version ?? 0),
        openAPI: [], keyPlan: configuration.keys.plan))
    try await service.checkReadiness()
    return service
  }

  private static func readable(_ error: any Error) -> any Error {
    switch error {
    case let refusals as Refusals: StartFailure(refusals.all.map(\.detail).joined(separator: " "))
    case CallFailure.unavailable(let reason, let cause): StartFailure(cause ?? reason)
    case let error as DatabaseError where error.state == .undefinedTable:
      StartFailure("the database has no schema yet: run countersign migrate")
    default: error
    }
  }
}
