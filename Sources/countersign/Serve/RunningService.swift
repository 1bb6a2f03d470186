import Curl
import Domain
import Foundation
import HTTP
import Logging
import Postgres
import Reactor
import Registries
import Server
import Tokens
import Workflow

/// The whole process put together: loops, database, service, listener.
final class RunningService: Sendable {
  let service: Service
  let address: SocketAddress
  private let group: EventLoopGroup
  private let database: Database
  private let server: HTTPServer
  private let dossier: DossierFetcher?
  private let keys: RunningKeys
  /// Nil where the configuration says that other replicas do them.
  private let jobs: RunningJobs?
  private let feed: RunningFeed
  private let tally: RunningTally

  private init(
    service: Service, address: SocketAddress, group: EventLoopGroup, database: Database,
    server: HTTPServer, dossier: DossierFetcher?, keys: RunningKeys, jobs: RunningJobs?,
    feed: RunningFeed, tally: RunningTally
  ) {
    self.service = service
    self.address = address
    self.group = group
    self.database = database
    self.server = server
    self.dossier = dossier
    self.keys = keys
    self.jobs = jobs
    self.feed = feed
    self.tally = tally
  }

  /// Everything up to the first accepted connection; `prepare` runs before the port is opened.
  ///
  /// Errors: `StartFailure` with one line for the operator.
  static func start(
    _ configuration: ServiceConfiguration, databaseURL: String, assets: Assets, logger: Logger,
    prepare: (Service) async throws -> Void = { _ in }
  ) async throws -> RunningService {
    let descriptors = try DescriptorLimit.raised()
    var limits = HTTPLimits.standard
    limits.connectionsPerLoopMax = try descriptors.clientsPerLoop(configuration)
    let group = try EventLoopGroup(count: configuration.capacity.loops)
    group.start()
    let database = try Database(
      configuration.capacity.database(url: databaseURL), loops: group.loops, logger: logger)
    let dossier =
      configuration.outbound.dossier
      ? DossierFetcher(
        loop: group.loops[0], permitting: configuration.outbound.fetchHosts,
        home: configuration.identity.issuer, version: VersionCommand.version, logger: logger)
      : nil
    do {
      let loop = group.loops[group.loops.count - 1]
      let fetcher = GuardedFetcher(loop: loop, permitting: configuration.outbound.webhookHosts)
      let service = try await makeService(
        configuration, database: database, assets: assets, fetcher: dossier,
        reach: Reach(through: fetcher))
      var watch = KeyWatch(
        service: service, folder: KeyFolder(path: configuration.keys.folder),
        algorithm: configuration.keys.algorithm, logger: logger)
      try await watch.begin()
      try await prepare(service)
      let (traffic, numbers) = (HTTPTraffic(), JobNumbers())
      let server = HTTPServer(
        router: Routes.router(
          service: service,
          meters: Meters(
            traffic: traffic, version: VersionCommand.version, others: numbers.families),
          incident: Incidents(logger: logger).record),
        limits: limits, traffic: traffic,
        accessLog: configuration.logsAccess ? StandardError.write : nil)
      let address = try await listen(server, on: group.loops, at: configuration.listen)
      let feed = try RunningFeed(
        service: service, databaseURL: databaseURL, loop: group.loops[0])
      let jobs =
        try configuration.outbound.runsJobs
        ? RunningJobs(
          service: service, fetcher: fetcher, databaseURL: databaseURL,
          termsKeptSeconds: configuration.termsKeptSeconds, loop: loop,
          logger: logger) : nil
      if let jobs { numbers.come(from: jobs) }
      logger.info(
        "limit of open files",
        metadata: [
          "found": "\(descriptors.found)", "in_force": "\(descriptors.inForce)",
          "clients_per_loop": "\(limits.connectionsPerLoopMax)",
        ])
      dossier?.begin(for: service)
      return RunningService(
        service: service, address: address, group: group, database: database, server: server,
        dossier: dossier, keys: RunningKeys(watch, on: loop), jobs: jobs, feed: feed,
        tally: RunningTally(service: service, loop: loop))
    } catch {
      await database.shutdown()
      group.stop()
      throw error
    }
  }

  /// A service whose database has its schema, identity and policy.
  private static func makeService(
    _ configuration: ServiceConfiguration, database: Database, assets: Assets,
    fetcher: DossierFetcher?, reach: Reach
  ) async throws -> Service {
    let schemaVersion = try Migrator.migrations(in: assets.migrations).last?.version ?? 0
    let service = Service(
      database: database, clock: .database, zones: .system, suffixes: .system,
      settings: Service.Settings(
        tokensDecide: configuration.tokensDecide, schemaVersion: Int64(schemaVersion),
        openAPI: try assets.bytes("openapi.yaml"), sealingKey: configuration.outbound.sealingKey,
        keyPlan: configuration.keys.plan,
        renewalBatchMax: configuration.capacity.renewalBatchMax),
      fetcher: fetcher, reach: reach)
    do {
      try await service.checkReadiness()
    } catch CallFailure.unavailable(let reason, let cause) {
      throw StartFailure(cause.map { "\(reason): \($0)" } ?? reason)
    }
    _ = try await service.performUnauthenticated(
      StartService(proposed: configuration.identity), method: .service, trace: nil)
    _ = try await service.performUnauthenticated(
      ImportPolicy(policy: try assets.policy()), method: .service, trace: nil)
    return service
  }

  private static func listen(
    _ server: HTTPServer, on loops: [EventLoop], at address: SocketAddress
  ) async throws -> SocketAddress {
    do {
      return try await server.start(on: loops, addresses: [address])[0]
    } catch {
      throw StartFailure("cannot listen on \(address): \(error)")
    }
  }

  /// Waits for SIGINT or SIGTERM, then drains: no new work, what runs finishes, 20 s at most.
  ///
  /// - Parameter announce: called once signals are heard; before, nobody may rely on the service.
  func runUntilSignalled(announce: @escaping @Sendable () -> Void) async {
    let loop = group.loops[0]
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      loop.submit {
        SignalWait.begin(on: loop) { continuation.resume() }
        announce()
      }
    }
    SupervisorNotice.stopping.send()
    await stop()
  }

  func stop() async {
    await dossier?.end()
    // Whoever waits for something to happen is answered, so that the drain need not wait.
    feed.stop()
    async let jobsEnd: Void? = jobs?.stop()
    async let keysEnd: Void = keys.stop()
    await server.drain()
    await tally.end()
    await jobsEnd
    await feed.end()
    await keysEnd
    await database.shutdown()
    group.stop()
  }
}

extension Reach {
  /// Where the fetcher would send to.
  fileprivate init(through fetcher: GuardedFetcher) {
    self.init { url in
      do throws(FetchError) {
        return .host(try await fetcher.check(url))
      } catch {
        return .refused(error.description)
      }
    }
  }
}

/// Errors that no rule foresaw: the id goes to the caller, the detail to the log only.
private struct Incidents: Sendable {
  let logger: Logger

  @Sendable func record(_ error: any Error, requestID: String) -> String {
    let id = "inc-" + UUID().uuidString.lowercased()
    logger.error(
      "incident \(id): \(error)", metadata: ["request": "\(requestID)"])
    return id
  }
}
