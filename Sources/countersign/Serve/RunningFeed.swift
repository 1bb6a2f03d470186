import Logging
import Postgres
import Reactor
import Workflow

/// The reading of epoch events for everybody who waits at this replica, on one of its loops.
final class RunningFeed: Sendable {
  private let watch: FeedWatch
  private let task: Task<Void, Never>

  init(service: Service, databaseURL: String, loop: EventLoop) throws {
    // The pools say when the database is away: once is enough.
    let quiet = Logger(label: "listener") { _ in SwiftLogNoOpLogHandler() }
    let feed = service.feed
    let listening = try Database(
      FeedWatch.configuration(url: databaseURL), loops: [loop], logger: quiet,
      hear: { _ in feed.hear() })
    let watch = FeedWatch(
      service: service, listening: listening,
      pause: { await loop.sleep(until: .now().advanced(byMilliseconds: $0)) })
    self.watch = watch
    task = loop.spawn { await watch.run() }
  }

  /// Answers everybody who waits. The database is still needed until `end`.
  func stop() { watch.stop() }

  /// Waits until nothing of it runs any more.
  func end() async { await task.value }
}
