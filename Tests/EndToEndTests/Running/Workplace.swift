import Foundation
import Glibc

/// A folder of one instance, with a shell that removes it, and what runs on it, after this
/// process, however that ends.
final class Workplace: Sendable {
  let path: String

  /// The data folder of the instance.
  var data: String { path + "/data" }
  private var processIDs: String { path + "/processes" }

  init() throws {
    let number = UInt32.random(in: .min ... .max)
    path = "/tmp/countersign-e2e-\(getpid())-\(String(number, radix: 16))"
    // The database's user must pass through.
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o711])
    try Data().write(to: URL(filePath: processIDs))
    try leaveCaretaker()
  }

  /// Starts a program whose end the caretaker sees to.
  func start(_ arguments: [String], environment: [String: String]) throws -> Program {
    let name = "errors-\(UInt32.random(in: .min ... .max)).log"
    let program = try Program(
      arguments, environment: environment, errors: "\(path)/\(name)")
    let file = try FileHandle(forWritingTo: URL(filePath: processIDs))
    defer { file.closeFile() }
    try file.seekToEnd()
    try file.write(contentsOf: Data("\(program.processID)\n".utf8))
    return program
  }

  /// What an instance in this folder finds in its environment.
  func environment(listen: String) -> [String: String] {
    [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": path, "LC_ALL": "C.UTF-8",
      "COUNTERSIGN_LISTEN": listen, "COUNTERSIGN_DATA": data,
      "COUNTERSIGN_ISSUER": "http://countersign.test", "COUNTERSIGN_HOME": Binary.repository,
      // No test asks anybody on the internet.
      "COUNTERSIGN_DOSSIER": "off",
      // A replica whose folder is new waits twice as long before it serves.
      "COUNTERSIGN_KEYS_MAX_AGE_SECONDS": "1",
    ]
  }

  /// The process of the database server on the data folder; nil when none runs.
  func postmaster() -> pid_t? {
    Workplace.processes { $0.contains("postgres") && $0.contains("\(data)/postgres") }.first
  }

  func remove() {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("\(path) is left behind: \(error)")
    }
  }

  /// Processes whose command line, with spaces between the arguments, fits.
  static func processes(where fits: (String) -> Bool) -> [pid_t] {
    var found: [pid_t] = []
    let names = FileManager.default.enumerator(atPath: "/proc")
    while let name = names?.nextObject() as? String {
      names?.skipDescendants()
      guard let id = pid_t(name),
        let bytes = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
      else { continue }
      let line = String(decoding: bytes, as: UTF8.self).replacing("\0", with: " ")
      if fits(line) { found.append(id) }
    }
    return found
  }

  private func leaveCaretaker() throws {
    let script = """
      tail --pid="$1" -s 0.2 -f /dev/null
      for id in $(cat "$2/processes" 2>/dev/null); do
        grep -q countersign "/proc/$id/cmdline" 2>/dev/null || continue
        kill -INT "$id"
        timeout 20 tail --pid="$id" -s 0.1 -f /dev/null || kill -KILL "$id"
      done
      id=$(head -n 1 "$2/data/postgres/postmaster.pid" 2>/dev/null)
      if [ -n "$id" ] && grep -q "$2" "/proc/$id/cmdline" 2>/dev/null; then
        kill -CONT "$id"; kill -QUIT "$id"
        timeout 20 tail --pid="$id" -s 0.1 -f /dev/null
      fi
      rm -rf -- "$2"
      """
    let shell = Process()
    shell.executableURL = URL(filePath: "/usr/bin/setsid")
    shell.arguments = ["sh", "-c", script, "sh", "\(getpid())", path]
    shell.standardInput = FileHandle.nullDevice
    shell.standardOutput = FileHandle.nullDevice
    shell.standardError = FileHandle.nullDevice
    try shell.run()
  }
}
