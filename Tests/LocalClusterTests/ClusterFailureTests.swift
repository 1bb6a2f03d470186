import Glibc
import Testing

@testable import LocalCluster

@Suite("cluster failures")
struct ClusterFailureTests {
  static let failures: [ClusterFailure] = [
    .serverMissing(searched: ["/usr/lib/postgresql/*/bin", "PATH"]),
    .versionMismatch(folder: "/d/postgres", made: "16", installed: ["15"]),
    .accountMissing(name: "postgres"),
    .unusable(path: "/d", action: "write", errno: ENOSPC),
    .inUse(folder: "/d", processID: 12),
    .inUse(folder: "/d", processID: nil),
    .notACluster(path: "/d/postgres"),
    .recordedDataGone(home: "/h", record: "/d/postgres.location"),
    .programFailed(name: "initdb", detail: "no space", log: "/d/postgres.log"),
    .deadlinePassed(action: "stop", seconds: 10, log: "/d/postgres.log"),
  ]

  @Test("every failure is one line that names a place or a program", arguments: failures)
  func oneLine(failure: ClusterFailure) {
    #expect(!failure.description.contains("\n"))
    #expect(failure.description.contains("/") || failure.description.contains("postgres"))
  }

  @Test("the first complaint of a log is the reason; being early is none")
  func complaints() {
    let log = """
      2026-01-01 00:00:00 UTC [9] FATAL:  the database system is starting up
      2026-01-01 00:00:00 UTC [8] FATAL:  could not write: No space left on device
      2026-01-01 00:00:00 UTC [8] LOG:  shutting down
      initdb: error: child process failed
      """
    #expect(ClusterLaunch.complaint(in: log) == "could not write: No space left on device")
    #expect(ClusterLaunch.complaint(in: "LOG:  all is well") == nil)
  }
}
