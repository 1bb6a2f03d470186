import Foundation
import Glibc

/// `countersign serve` as a process that is killed and started again on a database that stays.
///
/// `@unchecked Sendable`: what changes is guarded by `condition`.
final class MortalServe: @unchecked Sendable {
  private let dev: RunningDev
  private let condition = NSCondition()
  private var program: Program?
  private var baseURL: String?
  private var ended: [Program] = []

  /// - Parameter dev: whose people and database it serves, and which does not run itself.
  init(_ dev: RunningDev) { self.dev = dev }

  /// Where it listens; waits while no process does.
  func address() async throws -> String {
    if let known = condition.withLock({ baseURL }) { return known }
    return try await offPool { [self] in
      condition.lock()
      defer { condition.unlock() }
      let deadline = Date(timeIntervalSinceNow: 60)
      while true {
        if let baseURL { return baseURL }
        guard condition.wait(until: deadline) else {
          throw Program.Failure(description: "nothing serves")
        }
      }
    }
  }

  func start() async throws {
    let program = try dev.launchServe()
    let line = try await program.output { $0.contains("\n") }
    guard let start = line.firstRange(of: "http://")?.lowerBound else {
      throw Program.Failure(description: "it printed no address but \(line)")
    }
    condition.withLock {
      self.program = program
      baseURL = String(line[start...].prefix { !$0.isWhitespace })
      condition.broadcast()
    }
  }

  /// The process is gone at once, whatever it was doing.
  func kill9() async throws { try await end(by: SIGKILL) }

  /// Starts it and kills it on its way, as soon as `isEnough` says so.
  func startAndKill9(when isEnough: @escaping @Sendable () throws -> Bool) async throws {
    let program = try dev.launchServe()
    try await offPool {
      let deadline = Date(timeIntervalSinceNow: 60)
      while try !isEnough() {
        guard Date() < deadline else { throw Program.Failure(description: program.errors) }
      }
    }
    program.signal(SIGKILL)
    _ = try await program.end()
    condition.withLock { ended.append(program) }
  }

  /// Politely; its exit code.
  @discardableResult
  func end(by signal: Int32 = SIGTERM) async throws -> Int32 {
    let running = condition.withLock {
      baseURL = nil
      defer { program = nil }
      return program
    }
    guard let running else { return 0 }
    running.signal(signal)
    let end = try await running.end()
    condition.withLock { ended.append(running) }
    return end.code
  }

  /// What all its processes said that they could not explain.
  var incidents: [String] {
    condition.withLock { ended }.flatMap { program in
      program.errors.split(separator: "\n").filter { $0.contains("incident") }.map(String.init)
    }
  }
}
