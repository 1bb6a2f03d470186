import CountersignTesting
import Synchronization

/// Errands one after the other, several at once, until something else is over.
struct Stream: Sendable {
  let traffic: Traffic
  let testimony: Testimony
  let seed: UInt64
  let dev: RunningDev
  /// Where the service is now.
  let address: @Sendable () async throws -> String

  /// Runs errands while the body runs, and ends those begun.
  func running(errandsAtOnce: Int, while body: () async throws -> Void) async throws {
    let end = End()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<errandsAtOnce {
        group.addTask { try await run(lane: lane, until: end) }
      }
      let result: Result<Void, any Error>
      do { result = .success(try await body()) } catch { result = .failure(error) }
      end.isHere.withLock { $0 = true }
      try await group.waitForAll()
      try result.get()
    }
  }

  private func run(lane: Int, until end: End) async throws {
    var random = SeededRandom(seed: seed &+ UInt64(lane))
    while !end.isHere.withLock({ $0 }) {
      let persistence = Persistence(
        traffic: traffic, testimony: testimony, seed: random.next(), address: address)
      var errand = Errand(
        stage: Stage(dev: dev, persistence: persistence),
        random: SeededRandom(seed: random.next()))
      try await errand.run()
    }
  }

  private final class End: Sendable {
    let isHere = Mutex(false)
  }
}
