internal import LocalCluster
internal import Synchronization

/// A PostgreSQL server of one test, which stops and starts it. Its calls block their thread.
package final class TestServer: Sendable {
  /// The connection string of its database; the same after a restart.
  package let url: String
  private let folder: String
  private let settings: [String: String]
  private let running: Mutex<RunningCluster?>

  /// Starts a new server with further settings, name and value.
  package init(settings: [String: String] = [:]) throws {
    folder = TestCluster.newFolder()
    self.settings = settings
    let cluster = try TestCluster.start(folder: folder, settings: settings)
    url = cluster.databaseURL
    running = Mutex(cluster)
  }

  /// Cuts all connections and waits until the server has ended.
  package func stop() {
    running.withLock { cluster in
      cluster?.stop()
      cluster = nil
    }
  }

  /// Starts it again on its data.
  package func start() throws {
    let cluster = try TestCluster.start(folder: folder, settings: settings)
    running.withLock { $0 = cluster }
  }
}
