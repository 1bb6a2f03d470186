import ArgumentParser
import Postgres
import Reactor

/// `countersign migrate`: brings the database of `DATABASE_URL` to this binary's schema.
struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Apply the migrations that the database lacks.")

  @Flag(help: "Only list what would be applied.")
  var pending = false

  func run() async throws {
    try await ExitStatus.reporting {
      let configuration = try ServiceConfiguration.read(for: .serve)
      guard let url = configuration.databaseURL else {
        throw StartFailure("DATABASE_URL is not set")
      }
      let migrator = Migrator(
        directory: try Assets.locate(home: configuration.home).migrations,
        configuration: DatabaseConfiguration(url: url))
      let migrations = pending ? try await migrator.pending() : try await migrator.apply()
      for migration in migrations {
        print("\(pending ? "pending" : "applied") \(migration.version) \(migration.name)")
      }
      if migrations.isEmpty { print("nothing to apply") }
    }
  }
}
