import ArgumentParser
import Foundation
import LocalCluster
import Postgres
import Reactor
import Workflow

/// `countersign dev`: a private database, demo people and pools, and the service on them.
struct DevCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dev",
    abstract: "Serve on a private PostgreSQL cluster with demo people (what ./run starts).")

  func run() async throws {
    try await ExitStatus.reporting {
      let configuration = try ServiceConfiguration.read(for: .dev)
      let folder = try DataFolder(configuration.dataFolder)
      let cluster = try privateCluster(configuration, in: folder)
      defer { cluster?.stop() }
      let url = configuration.databaseURL ?? cluster?.databaseURL ?? ""
      try await serve(configuration, in: folder, databaseURL: url)
    }
  }

  /// Nil when `DATABASE_URL` names a server.
  private func privateCluster(
    _ configuration: ServiceConfiguration, in folder: DataFolder
  ) throws -> RunningCluster? {
    guard configuration.databaseURL == nil else { return nil }
    return try PrivateCluster.start(
      ClusterPlan(dataFolder: folder.path), log: { Announcement.print($0) })
  }

  private func serve(
    _ configuration: ServiceConfiguration, in folder: DataFolder, databaseURL url: String
  ) async throws {
    let assets = try Assets.locate(home: configuration.home)
    let migrator = Migrator(
      directory: assets.migrations, configuration: DatabaseConfiguration(url: url))
    for migration in try await migrator.apply() {
      Announcement.print("applied migration \(migration.version) \(migration.name)")
    }
    var credentials: DemoCredentials?
    let running = try await RunningService.start(
      configuration, databaseURL: url, assets: assets,
      logger: .standard(level: configuration.logLevel),
      prepare: { service in
        credentials = try await Demo(service: service).prepare(
          keeping: try DemoCredentials.read(from: folder.credentials))
      })
    guard var credentials else { throw StartFailure("the demo people are missing") }
    credentials.baseURL = "http://\(running.address)"
    credentials.databaseURL = url
    try credentials.write(to: folder.credentials)
    let job = MainJob(
      credentials: credentials, file: folder.credentials,
      example: assets.folder + "/examples/polite.yaml")
    await running.runUntilSignalled { Announcement.print(job.text) }
    Announcement.print("stopped")
  }
}

/// The folder of everything that `dev` keeps.
struct DataFolder: Sendable {
  let path: String

  /// Makes the folder. Error: one line when it cannot be written.
  init(_ path: String) throws(StartFailure) {
    let url = URL(fileURLWithPath: path)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw StartFailure(
        "cannot make the data folder \(url.path): \(error.localizedDescription)")
    }
    guard FileManager.default.isWritableFile(atPath: url.path) else {
      throw StartFailure("cannot write into the data folder \(url.path)")
    }
    self.path = url.path
  }

  var credentials: String { path + "/credentials.json" }
}
