import Foundation
import Glibc
import Testing

@Suite("starts that fail", .inTurn)
struct StartFailureTests {
  @Test(
    "a data folder that cannot be written is one line and a non-zero exit",
    arguments: ["/proc/countersign", "/dev/null/countersign"])
  func unwritable(folder: String) async throws {
    try await fails(with: ["COUNTERSIGN_DATA": folder], mentioning: folder)
  }

  @Test(
    "a wrong DATABASE_URL is one line and a non-zero exit",
    arguments: [
      "postgresql://nobody@127.0.0.1:1/none", "postgresql://nobody@/none?host=/nowhere",
      "nonsense",
    ])
  func wrongDatabaseURL(url: String) async throws {
    try await fails(with: ["DATABASE_URL": url], mentioning: "database")
  }

  @Test("serve without DATABASE_URL says so")
  func serveWithoutDatabase() async throws {
    try await fails("serve", with: [:], mentioning: "DATABASE_URL")
  }

  @Test("every bad key is named at once")
  func badConfiguration() async throws {
    let workplace = try Workplace()
    defer { workplace.remove() }
    let program = try workplace.start(
      [Binary.path, "dev"],
      environment: [
        "PATH": "/usr/bin:/bin", "COUNTERSIGN_DATA": workplace.data,
        "COUNTERSIGN_LISTEN": "nowhere", "COUNTERSIGN_LOOPS": "0",
        "COUNTERSIGN_CONNECTIONS": "65", "COUNTERSIGN_CONNECTION_WAIT_MILLISECONDS": "3001",
        "COUNTERSIGN_CONNECTION_IDLE_SECONDS": "0", "COUNTERSIGN_STATEMENT_MILLISECONDS": "6001",
        "COUNTERSIGN_LOG_LEVEL": "loud", "COUNTERSIGN_ACCESS_LOG": "maybe",
      ])
    let end = try await program.end()
    #expect(end.code != 0)
    for key in [
      "LISTEN", "LOOPS", "CONNECTIONS", "CONNECTION_WAIT_MILLISECONDS",
      "CONNECTION_IDLE_SECONDS", "STATEMENT_MILLISECONDS", "LOG_LEVEL", "ACCESS_LOG",
    ] {
      #expect(program.errors.contains("COUNTERSIGN_\(key)"), "\(program.errors)")
    }
    #expect(workplace.postmaster() == nil)
  }

  @Test(
    "a machine without PostgreSQL's server programs is told what to install",
    .enabled(if: StartFailureTests.hidesFolders, "needs root and mount namespaces"))
  func withoutServerPrograms() async throws {
    let workplace = try Workplace()
    defer { workplace.remove() }
    let script = """
      mount -t tmpfs none /usr/lib/postgresql && PATH=/nowhere exec '\(Binary.path)' dev
      """
    let program = try workplace.start(
      ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script],
      environment: [
        "PATH": "/usr/bin:/bin", "COUNTERSIGN_DATA": workplace.data,
        "COUNTERSIGN_LISTEN": "127.0.0.1:0", "COUNTERSIGN_HOME": Binary.repository,
      ])
    let end = try await program.end()
    #expect(end.code != 0)
    expectOneLine(program.errors, mentioning: "initdb")
  }

  private static let hidesFolders: Bool = {
    guard geteuid() == 0 else { return false }
    let shell = Process()
    shell.executableURL = URL(filePath: "/usr/bin/unshare")
    shell.arguments = ["--mount", "/bin/mount", "-t", "tmpfs", "none", "/usr/lib/postgresql"]
    shell.standardError = FileHandle.nullDevice
    do { try shell.run() } catch { return false }
    shell.waitUntilExit()
    return shell.terminationStatus == 0
  }()

  private func fails(
    _ command: String = "dev", with settings: [String: String], mentioning words: String
  ) async throws {
    let workplace = try Workplace()
    defer { workplace.remove() }
    var environment = [
      "PATH": "/usr/bin:/bin", "COUNTERSIGN_DATA": workplace.data,
      "COUNTERSIGN_LISTEN": "127.0.0.1:0", "COUNTERSIGN_HOME": Binary.repository,
    ]
    environment.merge(settings) { _, new in new }
    let program = try workplace.start([Binary.path, command], environment: environment)
    let end = try await program.end()
    #expect(end.code != 0)
    expectOneLine(program.errors, mentioning: words)
    #expect(workplace.postmaster() == nil)
  }
}
