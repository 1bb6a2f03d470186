import Foundation
import Glibc

/// `countersign serve` as a process, on a database that something else runs.
final class ServeProcess: Sendable {
  let program: Program
  /// Where it answers.
  let baseURL: String

  /// Starts it and waits until it serves.
  init(in workplace: Workplace, environment: [String: String]) async throws {
    program = try workplace.start(
      ServeProcess.arguments, environment: ServeProcess.environment(environment))
    let announced = "countersign serves "
    let output = try await program.output { $0.contains(announced) && $0.hasSuffix("\n") }
    let line = output.split(separator: "\n").first { $0.hasPrefix(announced) } ?? ""
    baseURL = String(line.dropFirst(announced.count))
  }

  static let arguments = [Binary.path, "serve"]

  /// The variables of a start, any of which may be replaced; empty ones are as good as none.
  static func environment(_ changes: [String: String]) -> [String: String] {
    [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8",
      "COUNTERSIGN_LISTEN": "127.0.0.1:0", "COUNTERSIGN_HOME": Binary.repository,
      "COUNTERSIGN_TOKENS_DECIDE": "true", "COUNTERSIGN_LOOPS": "1",
      "COUNTERSIGN_DOSSIER": "off", "COUNTERSIGN_KEYS_MAX_AGE_SECONDS": "1",
    ].merging(changes) { _, new in new }
  }

  func client(_ secret: String?) -> Client {
    let address = baseURL
    return Client(Rotation { [address] }, secret: secret)
  }

  /// SIGTERM, and the exit code.
  func stop() async throws -> Int32 {
    program.signal(SIGTERM)
    return try await program.end().code
  }
}
