import CountersignTesting
import Domain
import Foundation
import Postgres
import Testing
import Workflow

/// A service whose epoch events somebody reads, as in a replica.
struct FeedScene: Sendable {
  let service: Service
  let grant: TestGrant
  let operations: TestPerson
  let legal: TestPerson

  /// - Parameter listens: whether the reader can reach the database.
  static func with(
    listens: Bool = true, _ body: @Sendable @escaping (FeedScene) async throws -> Void
  ) async throws {
    try await TestDatabase.with { database, url in
      let service = try await TestService.make(on: database)
      let feed = service.feed
      let listening = try Database(
        FeedWatch.configuration(url: url), loops: [TestDatabase.loops[0]],
        logger: TestDatabase.quiet, hear: { _ in feed.hear() })
      if !listens { await listening.shutdown() }
      let watch = FeedWatch(
        service: service, listening: listening,
        pause: { milliseconds in
          do { try await Task.sleep(for: .milliseconds(milliseconds)) } catch { return }
        })
      let scene = FeedScene(
        service: service, grant: try await service.makeGrant(),
        operations: try await service.makePerson("operations", .operator),
        legal: try await service.makePerson("legal", .legalReviewer))
      async let running: Void = watch.run()
      let result: Result<Void, any Error>
      do {
        result = .success(try await body(scene))
      } catch {
        result = .failure(error)
      }
      watch.stop()
      await running
      try result.get()
    }
  }

  /// What is told to the gateway, or to somebody else.
  func ask(
    since: Int64? = nil, waitSeconds: Int64 = 0, held: Int64? = nil, as caller: Caller? = nil
  ) async throws -> Revocations {
    try await service.revocations(for: caller ?? grant.gatewayCalls()) {
      RevocationQuestion(since: since, waitSeconds: waitSeconds, held: held)
    }
  }

  func lock(_ scope: LockScope) async throws -> Lock {
    try await persistently {
      try await service.act(
        as: operations.calls(),
        PlaceLock(input: .success(PlaceLock.Input(scope: scope, reason: "stop"))))
    }
  }

  func release(_ lock: Lock) async throws {
    for person in [legal, operations] {
      _ = try await service.act(
        as: person.calls(), ReleaseLock(lock: lock.id, reason: .success("over")))
    }
  }

  /// Waits until so many wait for the next event.
  func becomesWaiting(_ count: Int) async throws {
    let deadline = Date(timeIntervalSinceNow: 30)
    while service.feed.waitingCount != count {
      try #require(Date() < deadline, "\(service.feed.waitingCount) wait, not \(count)")
      await Task.yield()
    }
  }
}
