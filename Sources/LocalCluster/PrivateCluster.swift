import Foundation

/// A PostgreSQL server of our own: made when missing, adopted when still running, else started.
///
/// It listens on a socket in a folder of mode 0700 only, and lets in the operating-system users
/// root and the one it runs as. It lives in a session of its own, so that Ctrl-C reaches us first.
package enum PrivateCluster {
  /// Makes the data if there are none, and returns once connections are accepted. Blocks the
  /// calling thread: call it before there are loops. `log` gets lines for a person.
  package static func start(
    dataFolder: String, log: @escaping @Sendable (String) -> Void
  ) throws(ClusterFailure) -> RunningCluster {
    try start(ClusterPlan(dataFolder: dataFolder), log: log)
  }

  /// The same with a plan of your own.
  package static func start(
    _ plan: ClusterPlan, log: @escaping @Sendable (String) -> Void
  ) throws(ClusterFailure) -> RunningCluster {
    let dataFolder = try absolute(plan.dataFolder)
    // As root, others may pass through (and see nothing): the server's user has to.
    try makeFolders(dataFolder, permissions: geteuid() == 0 ? 0o711 : 0o700)
    let lock = try FolderLock(folder: dataFolder)
    let account = try ClusterAccount.choose(ownerOf: dataFolder + "/postgres")
    let home = try ClusterHome.locate(
      dataFolder: dataFolder, account: account, elsewhere: plan.elsewhere, log: log)
    let launch = try ClusterLaunch(plan: plan, home: home, account: account, log: log)
    if let server = try launch.adopted() {
      return RunningCluster(server: server, launch: launch, lock: lock)
    }
    return RunningCluster(server: try launch.started(), launch: launch, lock: lock)
  }

  /// A path from the root, with its links resolved as far as it exists.
  private static func absolute(_ path: String) throws(ClusterFailure) -> String {
    guard !path.isEmpty else {
      throw .unusable(path: "an empty data folder name", action: "use", errno: ENOENT)
    }
    return URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
}
