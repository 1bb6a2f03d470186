import Foundation
import Glibc

/// A program on a terminal of its own, as a person at a keyboard has it.
///
/// `@unchecked Sendable`: what changes is guarded by `condition`.
final class TerminalProgram: @unchecked Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let processID: pid_t
  private let keyboard: Int32
  private let condition = NSCondition()
  private var printed: [UInt8] = []
  private var code: Int32?

  // Of <asm-generic/ioctls.h>, whose macros Swift does not see.
  private static let unlock: UInt = 0x4004_5431
  private static let number: UInt = 0x8004_5430

  init(
    _ arguments: [String], environment: [String: String], rows: Int, columns: Int
  ) throws {
    let keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var (lock, number) = (Int32(0), Int32(0))
    guard keyboard >= 0, ioctl(keyboard, Self.unlock, &lock) == 0,
      ioctl(keyboard, Self.number, &number) == 0
    else { throw Failure(description: "no terminal: \(errno)") }
    self.keyboard = keyboard
    try Self.resize(keyboard, rows: rows, columns: columns)
    processID = try Self.spawn(
      arguments, environment: environment, terminal: "/dev/pts/\(number)")
    Thread.detachNewThread { self.readAll() }
    Thread.detachNewThread { self.awaitEnd() }
  }

  deinit { close(keyboard) }

  /// Keys as they are pressed; `\u{3}` is Ctrl-C.
  func press(_ keys: String) {
    let bytes = Array(keys.utf8)
    precondition(write(keyboard, bytes, bytes.count) == bytes.count, "a key takes no time")
  }

  /// The window gets another size, of which the program is told.
  func resize(rows: Int, columns: Int) throws {
    try Self.resize(keyboard, rows: rows, columns: columns)
  }

  /// All that came to the screen, once `isEnough` says so.
  func screen(
    within seconds: Double = 60, until isEnough: @escaping @Sendable (String) -> Bool
  ) async throws -> String {
    try await offPool { [self] in
      condition.lock()
      defer { condition.unlock() }
      let deadline = Date(timeIntervalSinceNow: seconds)
      while true {
        let text = String(decoding: printed, as: UTF8.self)
        if isEnough(text) { return text }
        guard code == nil, condition.wait(until: deadline) else {
          throw Failure(description: "the screen shows only \(text.debugDescription)")
        }
      }
    }
  }

  /// Its exit code, 128 and more for signals, and all that came to the screen.
  func end(within seconds: Double = 60) async throws -> (code: Int32, screen: String) {
    try await offPool { [self] in
      condition.lock()
      defer { condition.unlock() }
      let deadline = Date(timeIntervalSinceNow: seconds)
      while true {
        if let code { return (code, String(decoding: printed, as: UTF8.self)) }
        guard condition.wait(until: deadline) else {
          throw Failure(description: "it does not end")
        }
      }
    }
  }

  /// Whether keys are shown and collected to lines, as at a prompt.
  var isAsAtAPrompt: Bool {
    var settings = termios()
    guard tcgetattr(keyboard, &settings) == 0 else { return false }
    let needed = tcflag_t(ICANON | ECHO | ISIG)
    return settings.c_lflag & needed == needed
  }

  func signal(_ number: Int32) { kill(processID, number) }

  private func readAll() {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = read(keyboard, &buffer, buffer.count)
      // EIO: nobody has the terminal open any more.
      guard count > 0 else { return }
      condition.withLock {
        printed += buffer[..<count]
        condition.broadcast()
      }
    }
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

  private static func resize(_ terminal: Int32, rows: Int, columns: Int) throws {
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0 else {
      throw Failure(description: "no size: \(errno)")
    }
  }

  /// In a session of its own, whose first terminal is the one it opens.
  private static func spawn(
    _ arguments: [String], environment: [String: String], terminal: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let ownSession: Int32 = 0x80
    let flags = ownSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, Int16(flags))
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
