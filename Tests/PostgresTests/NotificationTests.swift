internal import CountersignTesting
internal import Foundation
internal import Postgres
internal import Reactor
internal import Synchronization
import Testing

@Suite("notifications")
struct NotificationTests {
  private static let listen = Statement("LISTEN bells")
  private static let notify = Statement("SELECT pg_notify('bells', '')::text")
  private static let terminateListener = Statement(
    """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE application_name = 'listener' AND datname = current_database()
    """)
  private struct Stop: Error {}

  /// Channels that were heard, in order.
  private final class Heard: Sendable {
    private let channels = Mutex<[String]>([])

    func hear(_ channel: String) { channels.withLock { $0.append(channel) } }
    var count: Int { channels.withLock { $0.count } }

    /// Waits until so many were heard.
    func become(_ count: Int) async throws {
      let deadline = Date(timeIntervalSinceNow: 30)
      while self.count < count {
        try #require(Date() < deadline, "heard only \(self.count)")
        await Task.yield()
      }
    }
  }

  private func withListener(
    _ body: (_ listening: Database, _ other: Database, Heard) async throws -> Void
  ) async throws {
    try await TestDatabase.with(.empty) { other, url in
      let heard = Heard()
      var configuration = DatabaseConfiguration(url: url)
      configuration.connectionsPerLoopMax = 1
      configuration.applicationName = "listener"
      let listening = try Database(
        configuration, loops: [TestDatabase.loops[0]], logger: TestDatabase.quiet,
        hear: { heard.hear($0) })
      let result: Result<Void, any Error>
      do {
        result = .success(try await body(listening, other, heard))
      } catch {
        result = .failure(error)
      }
      await listening.shutdown()
      try result.get()
    }
  }

  private func listen(_ database: Database) async throws {
    try await database.transaction { (tx: borrowing Transaction) in tx.write(Self.listen) }
  }

  private func notify(_ database: Database) async throws {
    try await database.transaction { (tx: borrowing Transaction) in
      _ = try await tx.one(Self.notify)
    }
  }

  @Test("a session that listens hears what others commit, while it is idle, each once")
  func hears() async throws {
    try await withListener { listening, other, heard in
      try await notify(other)
      try await listen(listening)
      for _ in 0..<3 { try await notify(other) }
      try await heard.become(3)
      await #expect(throws: Stop.self) {
        try await other.transaction { (tx: borrowing Transaction) in
          _ = try await tx.one(Self.notify)
          throw Stop()
        }
      }
      try await notify(other)
      try await heard.become(4)
      // Between its own transactions it hears as well, and answers are not mixed up.
      for number in 0..<20 {
        try await notify(other)
        let items = try await listening.read { (tx: borrowing Transaction) in
          try await tx.one(Statement("SELECT 7::bigint")).int64(0)
        }
        #expect(items == 7)
        try await heard.become(5 + number)
      }
      #expect(heard.count == 24)
    }
  }

  @Test("a session that was cut off hears again once it has listened again")
  func again() async throws {
    try await withListener { listening, other, heard in
      try await listen(listening)
      try await notify(other)
      try await heard.become(1)
      let ended = try await other.transaction { (tx: borrowing Transaction) in
        try await tx.one(Self.terminateListener).int64(0)
      }
      #expect(ended == 1)
      // The first call may meet the dead session.
      var isListening = false
      while !isListening {
        do {
          try await listen(listening)
          isListening = true
        } catch let error as DatabaseError where error.isUnavailable {
          await Task.yield()
        }
      }
      try await notify(other)
      try await heard.become(2)
    }
  }
}
