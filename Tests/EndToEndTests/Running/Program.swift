import Foundation
import Glibc

/// A program that a test started, in a process group of its own, as a terminal would.
///
/// `@unchecked Sendable`: what changes is guarded by `condition`.
final class Program: @unchecked Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let processID: pid_t
  /// The file of its standard error.
  let errorsPath: String
  private let condition = NSCondition()
  private var printed: [UInt8] = []
  private var isOutputClosed = false
  private var code: Int32?

  /// Starts it; `arguments[0]` is the path. Its environment is `environment` and nothing else.
  init(_ arguments: [String], environment: [String: String], errors errorsPath: String) throws {
    self.errorsPath = errorsPath
    var ends: [Int32] = [0, 0]
    // A pipe that no other child inherits, which `pipe` alone cannot make.
    let kind = Int32(SOCK_STREAM.rawValue) | O_CLOEXEC
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw Failure(description: "no pipe: \(errno)")
    }
    let (reading, writing) = (ends[0], ends[1])
    defer { close(writing) }
    processID = try Program.spawn(
      arguments, environment: environment, output: writing, errors: errorsPath)
    Thread.detachNewThread { self.readAll(reading) }
    Thread.detachNewThread { self.awaitEnd() }
  }

  /// What it printed on standard output once `isEnough` says so. Blocks a thread of its own.
  func output(
    within seconds: Double = 120, until isEnough: @escaping @Sendable (String) -> Bool
  ) async throws -> String {
    try await offPool { [self] in
      condition.lock()
      defer { condition.unlock() }
      let deadline = Date(timeIntervalSinceNow: seconds)
      while true {
        let text = String(decoding: printed, as: UTF8.self)
        if isEnough(text) { return text }
        guard !isOutputClosed, condition.wait(until: deadline) else {
          throw Failure(
            description: "it printed only \"\(text)\", and on standard error \"\(errors)\"")
        }
      }
    }
  }

  /// Everything it printed on standard output, and its exit code: 128 and more for signals.
  func end(within seconds: Double = 60) async throws -> (code: Int32, output: String) {
    try await offPool { [self] in
      condition.lock()
      defer { condition.unlock() }
      let deadline = Date(timeIntervalSinceNow: seconds)
      while true {
        if let code, isOutputClosed { return (code, String(decoding: printed, as: UTF8.self)) }
        guard condition.wait(until: deadline) else {
          throw Failure(description: "it does not end; standard error: \(errors)")
        }
      }
    }
  }

  var hasEnded: Bool { condition.withLock { code != nil } }

  var errors: String {
    String(decoding: FileManager.default.contents(atPath: errorsPath) ?? .init(), as: UTF8.self)
  }

  /// What a terminal does at Ctrl-C: the signal reaches the whole process group.
  func signalGroup(_ number: Int32) { kill(-processID, number) }

  func signal(_ number: Int32) { kill(processID, number) }

  private func readAll(_ descriptor: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      condition.withLock {
        if count > 0 { printed += buffer[..<count] } else { isOutputClosed = true }
        condition.broadcast()
      }
      if count <= 0 { break }
    }
    close(descriptor)
  }

  private func awaitEnd() {
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0, errno == EINTR { continue }
    let signal = status & 0x7f
    condition.withLock {
      code = signal == 0 ? (status >> 8) & 0xff : 128 + signal
      condition.broadcast()
    }
  }

  /// What this process has open is not the program's, whose own limit of open files is tested.
  private static func keepOpenFiles() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
      // One that was closed since is no loss.
      if let descriptor = Int32(name), descriptor > 2 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }
  }

  private static func spawn(
    _ arguments: [String], environment: [String: String], output: Int32, errors: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_addopen(
      &actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    posix_spawnattr_setflags(&attributes, Int16(flags))
    try keepOpenFiles()
    var processID: pid_t = 0
    let words = arguments.map { strdup($0) }
    let variables = environment.map { strdup("\($0.key)=\($0.value)") }
    defer { (words + variables).forEach { free($0) } }
    let code = posix_spawn(
      &processID, arguments[0], &actions, &attributes, words + [nil], variables + [nil])
    guard code == 0 else {
      throw Failure(description: "cannot start \(arguments[0]): errno \(code)")
    }
    return processID
  }
}

/// Runs what blocks on a thread of its own, so that the other tests go on.
func offPool<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
  }
}
