import ArgumentParser
import Configuration
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
      let reader = ConfigReader(provider: EnvironmentVariablesProvider())
      guard let url = reader.string(forKey: "database.url", isSecret: true) else {
        throw StartFailure("DATABASE_URL is not set")
      }
      let migrator = Migrator(
        directory: try Assets.locate().migrations,
        configuration: DatabaseConfiguration(url: url))
      let migrations = pending ? try await migrator.pending() : try await migrator.apply()
      for migration in migrations {
        print("\(pending ? "pending" : "applied") \(migration.version) \(migration.name)")
      }
      if migrations.isEmpty { print("nothing to apply") }
    }
  }
}
