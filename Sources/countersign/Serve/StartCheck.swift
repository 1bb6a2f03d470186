import Postgres

/// What `serve --check` looks at: all that a start reads, and nothing that it writes.
struct StartCheck {
  let configuration: ServiceConfiguration
  let databaseURL: String

  /// What was found, one line each. Errors: what a start would end with.
  func run() async throws -> [String] {
    let assets = try Assets.locate(home: configuration.home)
    _ = try assets.policy()
    let keys = try StoredKey.all(in: configuration.keys.folder)
    let migrator = Migrator(
      directory: assets.migrations, configuration: DatabaseConfiguration(url: databaseURL))
    let pending = try await migrator.pending()
    guard pending.isEmpty else {
      throw StartFailure(
        "the database lacks \(pending.map(\.name).joined(separator: ", ")): "
          + "run countersign migrate")
    }
    let newest = keys.first.map { "the newest is \($0.kid)" } ?? "the first start makes one"
    return [
      "files in \(assets.folder)",
      "keys in \(configuration.keys.folder): \(keys.count), \(newest)",
      "the database answers and has this binary's schema",
    ]
  }
}
