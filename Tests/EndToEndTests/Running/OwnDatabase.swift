import Foundation

/// A database of a test's own on the shared server, for processes that are not `dev`.
struct OwnDatabase: Sendable {
  enum Contents: Sendable { case migrated, empty }

  let workplace: Workplace
  let url: String

  var keys: String { workplace.path + "/keys" }

  var variables: [String: String] { ["DATABASE_URL": url, "COUNTERSIGN_KEYS": keys] }

  /// Made before and dropped after the body; with it ends what runs on it.
  static func with(
    _ contents: Contents = .migrated, _ body: (OwnDatabase) async throws -> Void
  ) async throws {
    let shared = try await RunningDev.shared.value
    let name = "own_\(UInt32.random(in: .min ... .max))"
    let owner = try SecondConnection(url: shared.superuserURL)
    try await offPool { _ = try owner.rows("CREATE DATABASE \(name) OWNER countersign") }
    let own = OwnDatabase(
      workplace: try Workplace(),
      url: shared.credentials.databaseURL.replacing("/countersign?", with: "/\(name)?"))
    defer { own.workplace.remove() }
    if contents == .migrated {
      let migrated = try await own.run(["migrate"])
      guard migrated.code == 0 else { throw Program.Failure(description: migrated.errors) }
    }
    try await body(own)
    try await offPool { _ = try owner.rows("DROP DATABASE \(name) WITH (FORCE)") }
  }

  /// A server on it, with further variables.
  func serve(_ changes: [String: String] = [:]) async throws -> ServeProcess {
    try await ServeProcess(
      in: workplace, environment: variables.merging(changes) { _, new in new })
  }

  /// A command on it, to its end.
  func run(
    _ words: [String], _ changes: [String: String] = [:]
  ) async throws -> (code: Int32, output: String, errors: String) {
    let program = try workplace.start(
      [Binary.path] + words,
      environment: ServeProcess.environment(variables.merging(changes) { _, new in new }))
    let end = try await program.end()
    return (end.code, end.output, program.errors)
  }

  func execute(_ sql: String) async throws {
    let url = url
    try await offPool { _ = try SecondConnection(url: url).rows(sql) }
  }

  /// See `SecondConnection.contents`.
  func contents() async throws -> [String: String] {
    let url = url
    return try await offPool { try SecondConnection(url: url).contents() }
  }
}
