import Foundation
import Glibc
import Synchronization

/// `countersign serve` as a process: one replica, with a folder of keys of its own, on a
/// database that others may serve too.
final class RunningServe: Sendable {
  let workplace: Workplace
  private let databaseURL: String
  private let extra: [String: String]
  /// Arguments of `ulimit` before the start.
  private let limits: String?
  private struct State: Sendable {
    var program: Program?
    var baseURL = ""
  }
  private let state = Mutex(State())

  /// Two on the database that most tests share; they end with the process.
  static let pair = Task<[RunningServe], any Error>.detached {
    let url = try await RunningDev.shared.value.credentials.databaseURL
    let pair = [try RunningServe(databaseURL: url), try RunningServe(databaseURL: url)]
    for replica in pair { try await replica.start() }
    return pair
  }

  init(databaseURL: String, extra: [String: String] = [:], limits: String? = nil) throws {
    workplace = try Workplace()
    self.databaseURL = databaseURL
    self.extra = extra
    self.limits = limits
  }

  /// Replicas of the caller's own, started at once, stopped and removed afterwards.
  static func with(
    _ count: Int, on databaseURL: String, extra: [String: String] = [:],
    limits: String? = nil, _ body: ([RunningServe]) async throws -> Void
  ) async throws {
    let replicas = try (0..<count).map { _ in
      try RunningServe(databaseURL: databaseURL, extra: extra, limits: limits)
    }
    let result: Result<Void, any Error>
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for replica in replicas { group.addTask { try await replica.start() } }
        try await group.waitForAll()
      }
      result = .success(try await body(replicas))
    } catch {
      result = .failure(error)
    }
    for replica in replicas { await replica.end() }
    try result.get()
  }

  var baseURL: String { state.withLock { $0.baseURL } }
  var program: Program? { state.withLock { $0.program } }

  func start() async throws {
    let program = try launch()
    state.withLock { $0.program = program }
    let mark = "countersign serves "
    let printed = try await program.output { $0.contains(mark) && $0.hasSuffix("\n") }
    let line = printed.split(separator: "\n").first { $0.hasPrefix(mark) } ?? ""
    state.withLock { $0.baseURL = String(line.dropFirst(mark.count)) }
  }

  /// Starts it without waiting for anything.
  func launch() throws -> Program {
    var line = [Binary.path, "serve"]
    if let limits {
      line = ["/bin/sh", "-c", "ulimit \(limits) && exec \"$0\" \"$@\""] + line
    }
    return try workplace.start(line, environment: environment)
  }

  /// SIGTERM, and the exit code.
  func stop() async throws -> Int32 {
    guard let program else { return 0 }
    program.signal(SIGTERM)
    let end = try await program.end()
    state.withLock { $0.program = nil }
    return end.code
  }

  /// The process is gone at once.
  func kill9() async throws {
    guard let program else { return }
    program.signal(SIGKILL)
    _ = try await program.end()
    state.withLock { $0.program = nil }
  }

  /// Runs the command line on the replica's folder.
  func commandLine(_ words: [String]) async throws -> (code: Int32, output: String) {
    let program = try workplace.start([Binary.path] + words, environment: environment)
    return try await program.end()
  }

  private func end() async {
    do {
      _ = try await stop()
    } catch {
      program?.signal(SIGKILL)
    }
    workplace.remove()
  }

  private var environment: [String: String] {
    var all = workplace.environment(listen: "127.0.0.1:0")
    all["DATABASE_URL"] = databaseURL
    all["COUNTERSIGN_TOKENS_DECIDE"] = "true"
    return all.merging(extra) { _, new in new }
  }
}
