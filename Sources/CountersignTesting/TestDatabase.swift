internal import Foundation
package import Logging
package import Postgres
package import Reactor
internal import Synchronization

/// Gives a test a database of its own on a real PostgreSQL.
package enum TestDatabase {
  /// What a new database holds.
  package enum Contents: Sendable {
    /// The schema of `migrations/`.
    case migrated
    /// Nothing.
    case empty
  }

  /// The loops that all tests of the process share; they run until it ends.
  package static let loops: [EventLoop] = {
    do {
      let group = try EventLoopGroup(count: 2)
      group.start()
      return group.loops
    } catch {
      preconditionFailure("no event loop: \(error)")
    }
  }()

  private static let databasesAtOnceMax = 6
  private static let turns = Turnstile(width: databasesAtOnceMax)
  private static let lastNumber = Atomic<Int>(0)

  /// Runs the body, on a loop, with a new migrated database; drops it afterwards.
  package static func with<R: Sendable>(
    _ body: (Database) async throws -> R
  ) async throws -> R {
    try await with(.migrated) { database, _ in try await body(database) }
  }

  /// The same with the connection string, for a second connection or another process.
  package static func with<R: Sendable>(
    _ body: (Database, _ url: String) async throws -> R
  ) async throws -> R {
    try await with(.migrated, body)
  }

  /// The same with a choice of contents and of limits.
  package static func with<R: Sendable>(
    _ contents: Contents, configure: (inout DatabaseConfiguration) -> Void = { _ in },
    _ body: (Database, _ url: String) async throws -> R
  ) async throws -> R {
    try await turns.pass {
      let server = try await TestCluster.url.value
      let template = contents == .migrated ? try await TestDatabase.template.value : "template0"
      let number = lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
      let name = "countersign_test_\(getpid())_\(number)"
      try administer(server, "CREATE DATABASE \(name) TEMPLATE \(template)")
      let url = try AdministrationConnection.url(server, database: name)
      var configuration = DatabaseConfiguration(url: url)
      // Many tests share few cores: being slow there is no overload.
      configuration.poolWaitMilliseconds = 30_000
      configuration.statementMilliseconds = 30_000
      configuration.idleInTransactionMilliseconds = 60_000
      configure(&configuration)
      let database = try Database(configuration, loops: loops, logger: quiet)
      let result: Result<R, any Error>
      do {
        let loop = loops[number % loops.count]
        result = .success(
          try await withTaskExecutorPreference(loop) { try await body(database, url) })
      } catch {
        result = .failure(error)
      }
      await database.shutdown()
      let dropped = Result { try administer(server, "DROP DATABASE \(name) WITH (FORCE)") }
      // What the body says comes first.
      let value = try result.get()
      try dropped.get()
      return value
    }
  }

  /// The folder of the product's migrations.
  package static var migrationsFolder: String {
    // Tests may be built from another folder that links to the sources.
    URL(filePath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "migrations").path
  }

  /// A log for tests that want none.
  package static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// One migrated database per process, copied for every test.
  private static let template = Task<String, any Error>.detached {
    let server = try await TestCluster.url.value
    let name = templateName
    // On a server that outlives the process nothing is left behind.
    atexit { TestDatabase.dropTemplate() }
    try administer(server, "CREATE DATABASE \(name) TEMPLATE template0")
    let url = try AdministrationConnection.url(server, database: name)
    let configuration = DatabaseConfiguration(url: url)
    let migrator = Migrator(directory: migrationsFolder, configuration: configuration)
    _ = try await migrator.apply()
    return name
  }

  private static let templateName = "countersign_template_\(getpid())"

  private static func dropTemplate() {
    guard let server = ProcessInfo.processInfo.environment[TestCluster.variable] else { return }
    do {
      try administer(server, "DROP DATABASE IF EXISTS \(templateName) WITH (FORCE)")
    } catch {
      print("the database \(templateName) is left behind: \(error)")
    }
  }

  private static func administer(_ server: String, _ sql: String) throws {
    try AdministrationConnection(url: server).run(sql)
  }
}
