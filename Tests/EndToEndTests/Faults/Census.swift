import Foundation
import Testing

/// What a process holds besides its connections to clients and to the database.
struct Census: Hashable, Sendable {
  let descriptors: Int
  /// Connections to the database, as that counts them.
  let sessions: Int

  /// - Parameter program: a process that serves `baseURL` and has nothing to do.
  init(of program: Program, at baseURL: String, on database: SecondConnection) throws {
    let folder = "/proc/\(program.processID)/fd"
    let all = try FileManager.default.contentsOfDirectory(atPath: folder).count
    sessions = try database.sessions(where: "true")
    descriptors = all - sessions - (try Census.connections(to: baseURL))
  }

  /// Connections of clients: rows of /proc/net/tcp with the port on this side and an open socket
  /// (ESTABLISHED 01, CLOSE_WAIT 08).
  private static func connections(to baseURL: String) throws -> Int {
    let port = try #require(baseURL.split(separator: ":").last.flatMap { UInt16($0) })
    let digits = String(port, radix: 16, uppercase: true)
    let suffix = ":" + String(repeating: "0", count: 4 - digits.count) + digits
    let bytes = try #require(FileManager.default.contents(atPath: "/proc/net/tcp"))
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").count { line in
      let words = line.split(separator: " ")
      return words.count > 3 && words[1].hasSuffix(suffix) && ["01", "08"].contains(words[3])
    }
  }
}
