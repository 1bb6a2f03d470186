import Glibc

/// What `postmaster.pid` in a data directory says of the server that runs on it.
struct Postmaster: Hashable, Sendable {
  let processID: pid_t
  let dataDirectory: String
  let port: Int
  let socketFolder: String
  let isReady: Bool

  /// Reads the lines of `postmaster.pid`; nil while the server is still writing them.
  /// Source: PostgreSQL, src/include/utils/pidfile.h.
  init?(pidFile text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count >= 5, let processID = pid_t(lines[0]), processID > 0,
      let port = Int(lines[3])
    else { return nil }
    self.processID = processID
    dataDirectory = lines[1]
    self.port = port
    socketFolder = lines[4]
    isReady = lines.count >= 8 && lines[7].hasPrefix("ready")
  }

  /// The live server of a data directory; nil when none runs there. A process id left by a
  /// crash may by now belong to another program, so the command line has to name the folder.
  static func running(on dataDirectory: String) throws(ClusterFailure) -> Postmaster? {
    guard let text = try TextFile.readIfPresent(dataDirectory + "/postmaster.pid"),
      let found = Postmaster(pidFile: text),
      isServer(found.processID, of: dataDirectory)
    else { return nil }
    return found
  }

  /// Whether a process is a server that was started on this data directory.
  static func isServer(_ processID: pid_t, of dataDirectory: String) -> Bool {
    do {
      let commandLine = try TextFile.read("/proc/\(processID)/cmdline")
      return names(dataDirectory, in: commandLine)
    } catch {
      // It ended between the two looks.
      return false
    }
  }

  /// Whether a command line, as in /proc with NUL after each argument, runs `postgres -D folder`.
  static func names(_ dataDirectory: String, in commandLine: String) -> Bool {
    let arguments = commandLine.split(separator: "\0").map(String.init)
    guard let program = arguments.first, program.hasSuffix("postgres"),
      let option = arguments.firstIndex(of: "-D"), option + 1 < arguments.count
    else { return false }
    return arguments[option + 1] == dataDirectory
  }

  /// Whether the socket accepts connections.
  var isReachable: Bool {
    let path = "\(socketFolder)/.s.PGSQL.\(port)"
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path) - 1
    guard path.utf8.count <= room else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let kind = Int32(SOCK_STREAM.rawValue)
    let descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }
}
