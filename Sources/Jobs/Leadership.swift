package import Postgres
import Store
import Synchronization

/// Which replica does the jobs: the one whose session holds an advisory lock, on a connection of
/// its own. When that ends, however it ends, another replica's candidate gets it.
///
/// Two that both believe to lead for a moment do no harm: a job belongs to whoever claimed it
/// last. So the lock saves work; the claims are what is relied on.
package final class Leadership: Sendable {
  /// How often a candidate asks, which is also how often a leader shows that it lives.
  package static let askMilliseconds = 1_000
  /// How long the server's last yes holds here. Shorter than the server waits for a silent
  /// leader, so that of two the older one knows first.
  static let trustSeconds = 4
  /// How long the server waits for a leader that says nothing before it ends its session.
  package static let silenceMilliseconds = 8_000

  private let database: Database
  private let yes = Mutex<ContinuousClock.Instant?>(nil)

  /// - Parameter database: one connection that nobody else uses.
  package init(database: Database) {
    self.database = database
  }

  /// What a candidate's connection is like.
  package static func configuration(url: String) -> DatabaseConfiguration {
    var configuration = DatabaseConfiguration(url: url)
    configuration.connectionsPerLoopMax = 1
    configuration.idleSessionMilliseconds = silenceMilliseconds
    configuration.applicationName = "countersign leader"
    return configuration
  }

  /// Asks once; a database that is away says no.
  package func ask() async {
    let asked = ContinuousClock.now
    do {
      let isHeld = try await database.read {
        (tx: borrowing Transaction) async throws -> Bool in
        try await LeaderStore.hold(in: tx)
      }
      yes.withLock { $0 = isHeld ? asked : nil }
    } catch {
      yes.withLock { $0 = nil }
    }
  }

  /// Whether this replica leads, as far as it knows.
  package var isHeld: Bool {
    yes.withLock { $0 }.map { $0.duration(to: .now) < .seconds(Self.trustSeconds) } ?? false
  }

  /// Gives the lock back with the connection.
  package func resign() async {
    yes.withLock { $0 = nil }
    await database.shutdown()
  }
}
