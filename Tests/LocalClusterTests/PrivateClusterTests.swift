import Foundation
import Testing

@testable import LocalCluster

@Suite("private cluster", .serialized)
struct PrivateClusterTests {
  @Test("it starts from nothing, keeps its data over a stop, and a second user of it is refused")
  func keepsData() throws {
    try Self.withFolder { folder in
      let first = try PrivateCluster.start(Self.plan(folder), log: { _ in })
      let port = try Self.ask(first, "SHOW listen_addresses")
      #expect(port == "")
      #expect(
        try Self.ask(first, "CREATE TABLE kept (id integer); SELECT current_user") != "postgres")
      #expect(throws: ClusterFailure.inUse(folder: folder, processID: getpid())) {
        try PrivateCluster.start(Self.plan(folder), log: { _ in })
      }
      first.stop()
      first.stop()
      #expect(!Postmaster.isServer(first.processID, of: folder + "/postgres"))

      let second = try PrivateCluster.start(Self.plan(folder), log: { _ in })
      defer { second.stop() }
      #expect(try Self.ask(second, "SELECT count(*) FROM kept") == "0")
      #expect(try Self.ask(second, "SHOW data_checksums") == "on")
      #expect(try Self.ask(second, "SHOW server_encoding") == "UTF8")
    }
  }

  @Test("a server left running by a crash is adopted, and stopped like any other")
  func adopts() throws {
    try Self.withFolder { folder in
      // Started without the lock that a living countersign would hold.
      let account = try ClusterAccount.choose(ownerOf: folder + "/postgres")
      let launch = try ClusterLaunch(
        plan: Self.plan(folder), home: ClusterHome(path: folder), account: account, log: { _ in })
      let left = try launch.started()

      let adopted = try PrivateCluster.start(Self.plan(folder), log: { _ in })
      #expect(adopted.processID == left.processID)
      #expect(try Self.ask(adopted, "SELECT 1") == "1")
      adopted.stop()
      #expect(!left.isReachable)
      #expect(try Postmaster.running(on: folder + "/postgres") == nil)
    }
  }

  @Test("a server whose socket was removed is replaced, not waited for")
  func replaces() throws {
    try Self.withFolder { folder in
      let account = try ClusterAccount.choose(ownerOf: folder + "/postgres")
      let launch = try ClusterLaunch(
        plan: Self.plan(folder), home: ClusterHome(path: folder), account: account, log: { _ in })
      let left = try launch.started()
      try removeTree(launch.socketFolder)

      let cluster = try PrivateCluster.start(Self.plan(folder), log: { _ in })
      defer { cluster.stop() }
      #expect(cluster.processID != left.processID)
      #expect(try Self.ask(cluster, "SELECT 1") == "1")
    }
  }

  @Test("what an interrupted start left is made anew; a process id left by a crash is no obstacle")
  func recovers() throws {
    try Self.withFolder { folder in
      try makeFolders(folder + "/postgres.unfinished/base", permissions: 0o700)
      try makeFolders(folder + "/postgres", permissions: 0o700)
      let cluster = try PrivateCluster.start(Self.plan(folder), log: { _ in })
      cluster.stop()
      #expect(FileStatus(folder + "/postgres.unfinished") == nil)

      // Our own process is alive, and no server.
      let pidFile = folder + "/postgres/postmaster.pid"
      let lines = "\(getpid())\n\(folder)/postgres\n1\n5432\n/tmp\n\n1 1\nready\n"
      try TextFile.replace(pidFile, with: lines)
      let again = try PrivateCluster.start(Self.plan(folder), log: { _ in })
      defer { again.stop() }
      #expect(try Self.ask(again, "SELECT 1") == "1")
    }
  }

  @Test("a folder that we did not make is left alone")
  func leavesForeignFolders() throws {
    try Self.withFolder { folder in
      try makeFolders(folder + "/postgres/precious", permissions: 0o700)
      #expect(throws: ClusterFailure.notACluster(path: folder + "/postgres")) {
        try PrivateCluster.start(Self.plan(folder), log: { _ in })
      }
      #expect(FileStatus(folder + "/postgres/precious") != nil)
    }
  }

  @Test("a place that is no folder is refused with its name")
  func refusesFiles() throws {
    try Self.withFolder { folder in
      try TextFile.replace(folder + "/file", with: "")
      let place = folder + "/file/data"
      #expect(throws: ClusterFailure.self) {
        try PrivateCluster.start(Self.plan(place), log: { _ in })
      }
    }
  }

  @Test(
    "out of reach of the server's user, the database goes elsewhere and is found again",
    .enabled(if: geteuid() == 0, "only root runs the server as another user"))
  func goesElsewhere() throws {
    try Self.withFolder { folder in
      let closed = folder + "/closed"
      try makeFolders(closed, permissions: 0o700)
      let plan = Self.plan(closed + "/data", elsewhere: folder)
      let cluster = try PrivateCluster.start(plan, log: { _ in })
      cluster.stop()
      let record = try TextFile.read(closed + "/data/postgres.location")
      let home = record.trimmingCharacters(in: .newlines)
      #expect(home.hasPrefix(folder + "/countersign-"))
      #expect(FileStatus(home + "/postgres") != nil)

      // Also when the folder has become reachable since.
      #expect(chmod(closed, 0o755) == 0)
      let again = try PrivateCluster.start(plan, log: { _ in })
      again.stop()
      #expect(FileStatus(closed + "/data/postgres") == nil)

      try removeTree(home)
      let gone = ClusterFailure.recordedDataGone(
        home: home, record: closed + "/data/postgres.location")
      #expect(throws: gone) { try PrivateCluster.start(plan, log: { _ in }) }
    }
  }

  private static func plan(_ folder: String, elsewhere: String = "/var/lib") -> ClusterPlan {
    ClusterPlan(
      dataFolder: folder, durability: .none, connectionsMax: 10, elsewhere: elsewhere,
      settings: ["shared_buffers": "1MB"])
  }

  /// Gives `body` an empty folder that every user may pass through, and removes it afterwards.
  private static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = "/tmp/countersign-test-\(UUID().uuidString)"
    try makeFolders(folder, permissions: 0o755)
    let result = Result { try body(folder) }
    try removeTree(folder)
    try result.get()
  }

  /// The one value that a statement yields, as text.
  private static func ask(_ cluster: RunningCluster, _ statement: String) throws -> String {
    let line = ["/usr/bin/env", "psql", "-XqAt", "-d", cluster.databaseURL, "-c", statement]
    return try ChildProcess.output(of: line).trimmingCharacters(in: .newlines)
  }
}
