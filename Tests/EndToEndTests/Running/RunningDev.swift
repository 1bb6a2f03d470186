import Domain
import Foundation
import Glibc
import Synchronization

/// `countersign dev` as a process: the real binary on a real database.
final class RunningDev: Sendable {
  let workplace: Workplace
  /// `COUNTERSIGN_LISTEN`; with port 0 every start gets another one.
  private let listen: String
  private let extra: [String: String]
  private struct State: Sendable {
    var program: Program?
    var credentials = Credentials.none
  }
  private let state = Mutex(State())

  /// What most tests share; it ends with the process.
  static let shared = Task<RunningDev, any Error>.detached {
    let dev = try RunningDev()
    try await dev.start()
    return dev
  }

  init(
    workplace: Workplace? = nil, listen: String = "127.0.0.1:0", extra: [String: String] = [:]
  ) throws {
    self.workplace = try workplace ?? Workplace()
    self.listen = listen
    self.extra = extra
  }

  /// An instance of the caller's own, stopped and removed afterwards.
  static func with(
    listen: String = "127.0.0.1:0", extra: [String: String] = [:],
    _ body: (RunningDev) async throws -> Void
  ) async throws {
    let dev = try RunningDev(listen: listen, extra: extra)
    let result: Result<Void, any Error>
    do {
      try await dev.start()
      result = .success(try await body(dev))
    } catch {
      result = .failure(error)
    }
    await dev.end()
    dev.workplace.remove()
    try result.get()
  }

  /// An instance on a new database of the shared server: as own as one with a server of its
  /// own, and quicker.
  static func withDatabase(
    on shared: RunningDev, extra: [String: String] = [:],
    _ body: (RunningDev) async throws -> Void
  ) async throws {
    try await withDatabase(on: shared, extra: extra, by: { $0 }) { dev, _ in try await body(dev) }
  }

  /// The same with another way to the database; the body also gets the usual one.
  static func withDatabase(
    on shared: RunningDev, extra: [String: String], by way: (_ url: String) -> String,
    _ body: (_ dev: RunningDev, _ url: String) async throws -> Void
  ) async throws {
    try await withEmptyDatabase(on: shared) { url in
      var all = extra
      all["DATABASE_URL"] = way(url)
      try await with(extra: all) { try await body($0, url) }
    }
  }

  /// The connection string of a new database of the shared server.
  static func withEmptyDatabase(
    on shared: RunningDev, _ body: (_ url: String) async throws -> Void
  ) async throws {
    let name = "own_\(UInt32.random(in: .min ... .max))"
    let owner = try SecondConnection(url: shared.superuserURL)
    try await offPool { _ = try owner.rows("CREATE DATABASE \(name) OWNER countersign") }
    let url = shared.credentials.databaseURL.replacing("/countersign?", with: "/\(name)?")
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(url))
    } catch {
      result = .failure(error)
    }
    try await offPool { _ = try owner.rows("DROP DATABASE \(name) WITH (FORCE)") }
    try result.get()
  }

  var credentials: Credentials { state.withLock { $0.credentials } }

  /// What it printed once it was ready.
  func start() async throws {
    let program = try launch()
    state.withLock { $0.program = program }
    _ = try await program.output { $0.contains("Ctrl-C stops everything") }
    let read = try Credentials(path: workplace.data + "/credentials.json")
    state.withLock { $0.credentials = read }
  }

  /// Starts the binary on the same folder without waiting for anything.
  func launch(listen: String? = nil) throws -> Program {
    try workplace.start(
      [Binary.path, "dev"], environment: environment(listen: listen ?? self.listen))
  }

  /// Starts `countersign serve` on the folder and the database of `DATABASE_URL`, on any port.
  func launchServe() throws -> Program {
    var all = environment(listen: "127.0.0.1:0")
    all["COUNTERSIGN_TOKENS_DECIDE"] = "true"
    all["COUNTERSIGN_ACCESS_LOG"] = "off"
    return try workplace.start([Binary.path, "serve"], environment: all)
  }

  /// Everything it printed on standard output so far.
  func printed() async throws -> String {
    guard let program = state.withLock({ $0.program }) else { return "" }
    return try await program.output { _ in true }
  }

  var program: Program? { state.withLock { $0.program } }

  /// Ctrl-C, and the exit code.
  func stop() async throws -> Int32 {
    guard let program = state.withLock({ $0.program }) else { return 0 }
    program.signalGroup(SIGINT)
    let end = try await program.end()
    state.withLock { $0.program = nil }
    return end.code
  }

  /// The process is gone at once; the database server stays.
  func kill9() async throws {
    guard let program = state.withLock({ $0.program }) else { return }
    program.signal(SIGKILL)
    _ = try await program.end()
    state.withLock { $0.program = nil }
  }

  /// Whatever state it is in: nothing of it runs afterwards.
  private func end() async {
    do {
      if let server = workplace.postmaster() { kill(server, SIGCONT) }
      _ = try await stop()
    } catch {
      program?.signal(SIGKILL)
    }
    guard let server = workplace.postmaster() else { return }
    kill(server, SIGQUIT)
    defer { removeSocketFolder() }
    let workplace = workplace
    do {
      try await offPool { while workplace.postmaster() == server { sched_yield() } }
    } catch {
      print("process \(server) is left behind: \(error)")
    }
  }

  /// What a server leaves behind that a test started by hand.
  private func removeSocketFolder() {
    let url = credentials.databaseURL
    guard let start = url.firstRange(of: "host=")?.upperBound else { return }
    let folder = String(url[start...].prefix { $0 != "&" })
    for name in [".s.PGSQL.5432", ".s.PGSQL.5432.lock"] { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }

  /// Runs the command line as a person of the demo.
  func commandLine(
    _ words: [String], as name: String? = nil
  ) async throws -> (code: Int32, output: String, errors: String) {
    let actor = name.map { ["--as", $0] } ?? []
    let program = try workplace.start(
      [Binary.path] + words + actor, environment: environment(listen: listen))
    let end = try await program.end()
    return (end.code, end.output, program.errors)
  }

  /// Where a superuser connects.
  var superuserURL: String {
    credentials.databaseURL.replacing(
      "postgresql://countersign@/countersign?", with: "postgresql://postgres@/postgres?")
  }

  private func environment(listen: String) -> [String: String] {
    workplace.environment(listen: listen).merging(extra) { _, new in new }
  }
}
