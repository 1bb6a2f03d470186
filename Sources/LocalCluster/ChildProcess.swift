import Glibc

/// Starts programs without a shell, with an environment of our own and no inherited signal mask.
enum ChildProcess {
  /// Where a child's standard streams lead.
  struct Streams {
    var input = "/dev/null"
    var output = "/dev/null"
  }

  /// PostgreSQL's programs obey PG* variables; none of the caller's may reach them.
  private static let environment = [
    "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", "HOME=/",
  ]
  /// `POSIX_SPAWN_SETSID` of spawn.h, which the Glibc module does not show.
  private static let newSessionFlag: Int32 = 0x80

  /// Starts a program; `arguments[0]` is its path. Errors: what `posix_spawn` or `open` said.
  static func spawn(
    _ arguments: [String], streams: Streams, inNewSession: Bool
  ) throws(ClusterFailure) -> pid_t {
    let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
    let output = open(streams.output, flags, 0o600)
    guard output >= 0 else {
      throw .unusable(path: streams.output, action: "write", errno: errno)
    }
    defer { close(output) }
    let input = open(streams.input, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else { throw .unusable(path: streams.input, action: "read", errno: errno) }
    defer { close(input) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The loops block signals and read them from a descriptor; a server must not inherit that.
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let session = inNewSession ? newSessionFlag : 0
    posix_spawnattr_setflags(
      &attributes, Int16(Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | session))

    var processID: pid_t = 0
    let code = withCStrings(arguments) { argv in
      withCStrings(environment) { envp in
        posix_spawn(&processID, arguments[0], &actions, &attributes, argv, envp)
      }
    }
    guard code == 0 else { throw .unusable(path: arguments[0], action: "start", errno: code) }
    return processID
  }

  /// Runs a program to its end; nil when it succeeded, else how it ended.
  static func run(
    _ arguments: [String], streams: Streams
  ) throws(ClusterFailure) -> ExitStatus {
    let processID = try spawn(arguments, streams: streams, inNewSession: false)
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0 {
      precondition(errno == EINTR, "waitpid of our own child failed with errno \(errno)")
    }
    return ExitStatus(status)
  }

  /// What a short program prints.
  static func output(of arguments: [String]) throws(ClusterFailure) -> String {
    var template = Array("/tmp/countersign-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw .unusable(path: "/tmp", action: "write in", errno: errno)
    }
    close(descriptor)
    let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    defer { unlink(path) }
    let status = try run(arguments, streams: Streams(output: path))
    let text = try TextFile.read(path)
    guard status.succeeded else {
      throw .programFailed(name: arguments[0], detail: "\(status)", log: path)
    }
    return text
  }

  private static func withCStrings<R>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
  ) -> R {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
  }
}

/// How a child ended.
struct ExitStatus: Hashable, CustomStringConvertible {
  private let raw: Int32

  init(_ raw: Int32) { self.raw = raw }

  /// Whether it ended by itself with code 0.
  var succeeded: Bool { raw == 0 }

  var description: String {
    let signal = raw & 0x7f
    return signal == 0 ? "exit code \((raw >> 8) & 0xff)" : "ended by signal \(signal)"
  }
}
