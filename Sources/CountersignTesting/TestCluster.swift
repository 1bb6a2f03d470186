internal import Foundation
internal import LocalCluster
internal import Synchronization

/// The PostgreSQL server that the tests of this process share: private and thrown away with the
/// process, or the one that `COUNTERSIGN_TEST_DATABASE_URL` names.
enum TestCluster {
  /// The variable that names another server; its role needs CREATEDB.
  static let variable = "COUNTERSIGN_TEST_DATABASE_URL"

  /// Where the server is, started once per process.
  static let url = Task<String, any Error>.detached {
    if let given = ProcessInfo.processInfo.environment[variable], !given.isEmpty { return given }
    return try start().databaseURL
  }

  /// Starts a throw-away server on a folder, with the data that lie there already.
  static func start(
    folder: String = newFolder(), settings: [String: String] = [:]
  ) throws -> RunningCluster {
    // An autovacuum worker, which is the superuser's, would keep a database from being dropped.
    let settings = settings.merging(["autovacuum": "off"]) { given, _ in given }
    let plan = ClusterPlan(
      dataFolder: folder, durability: .none, connectionsMax: 300, settings: settings)
    let cluster = try PrivateCluster.start(plan, log: { _ in })
    try removeWithProcess(cluster, folder)
    return cluster
  }

  /// A folder of this process that does not exist yet.
  static func newFolder() -> String {
    let number = UInt32.random(in: .min ... .max)
    return "/tmp/countersign-test-\(getpid())-\(String(number, radix: 16))"
  }

  /// Leaves a shell behind that waits for the end of this process, however it comes, and then
  /// stops the server and removes its folder.
  private static func removeWithProcess(_ cluster: RunningCluster, _ folder: String) throws {
    let shell = Process()
    shell.executableURL = URL(filePath: "/usr/bin/setsid")
    let script = """
      tail --pid="$1" -s 0.2 -f /dev/null
      kill -QUIT "$2" && tail --pid="$2" -s 0.1 -f /dev/null
      rm -rf -- "$3" "$4"
      """
    shell.arguments = [
      "sh", "-c", script, "sh", "\(getpid())", "\(cluster.processID)", folder,
      socketFolder(in: cluster.databaseURL),
    ]
    shell.standardInput = FileHandle.nullDevice
    shell.standardOutput = FileHandle.nullDevice
    shell.standardError = FileHandle.nullDevice
    try shell.run()
  }

  /// The folder that the server's socket lies in, from `…?host=/folder&port=5432`.
  private static func socketFolder(in url: String) -> String {
    guard let start = url.firstRange(of: "host=")?.upperBound else { return "" }
    return String(url[start...].prefix { $0 != "&" })
  }
}
