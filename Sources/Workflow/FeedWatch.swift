import Domain
package import Postgres
import Store

/// Reads the epoch events for everybody who waits at this replica: when the database tells that
/// there are some, and every two seconds in case that was not heard. Correctness depends on the
/// reading only.
package final class FeedWatch: Sendable {
  /// How often it looks whose time is over.
  package static let tickMilliseconds = 250
  /// How often it reads unasked, in ticks.
  private static let readTicks = 8
  /// How often it writes down who asked, in ticks.
  private static let writeTicks = 4

  private let service: Service
  private let listening: Database
  private let pause: @Sendable (_ milliseconds: Int) async -> Void

  /// - Parameters:
  ///   - listening: one connection that nobody else uses; what it hears goes to `hear` of the
  ///     service's feed.
  ///   - pause: waits on a loop.
  package init(
    service: Service, listening: Database,
    pause: @escaping @Sendable (_ milliseconds: Int) async -> Void
  ) {
    self.service = service
    self.listening = listening
    self.pause = pause
  }

  /// What the connection that listens is like.
  package static func configuration(url: String) -> DatabaseConfiguration {
    var configuration = DatabaseConfiguration(url: url)
    configuration.connectionsPerLoopMax = 1
    configuration.applicationName = "countersign listener"
    return configuration
  }

  /// Reads until `stop`.
  package func run() async {
    let feed = service.feed
    feed.begin()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while await feed.nextRead() { await self.read() }
      }
      group.addTask { await self.keepTime() }
    }
    await service.writeSightings()
  }

  /// Everybody who waits is answered, and nobody waits any more.
  package func stop() {
    service.feed.end()
  }

  private func keepTime() async {
    let feed = service.feed
    var tick = 0
    while feed.isWatched {
      await pause(FeedWatch.tickMilliseconds)
      tick += 1
      feed.expire(at: .now)
      if tick % FeedWatch.readTicks == 0 { feed.hear() }
      if tick % FeedWatch.writeTicks == 0 { await service.writeSightings() }
    }
    // A reading that gets no answer does not hold up the end.
    await listening.shutdown()
  }

  /// Listens first, then reads: what comes after the reading is heard. The session may be a new
  /// one since the last time.
  private func read() async {
    let feed = service.feed
    do {
      try await listening.transaction { (tx: borrowing Transaction) in EpochStore.listen(in: tx) }
      var isComplete = false
      while !isComplete {
        let (known, asked) = (feed.known, ContinuousClock.now)
        let page = try await listening.read { (tx: borrowing Transaction) in
          try await EpochStore.page(after: known, in: tx)
        }
        feed.learn(page, readAt: asked)
        isComplete = page.events.count < EpochStore.Page.eventsMax
      }
    } catch {
      // Read again in two seconds. Whoever waits until then is told that nothing was heard.
      return
    }
  }
}

extension Service {
  /// Writes down which enforcement points have asked.
  package func writeSightings() async {
    let sightings = feed.takeSightings()
    if sightings.isEmpty { return }
    do {
      try await database.transaction(lane: .bulk) { (tx: borrowing Transaction) in
        EnforcementPointStore.record(sightings, in: tx)
      }
    } catch {
      feed.giveBack(sightings)
    }
  }
}
