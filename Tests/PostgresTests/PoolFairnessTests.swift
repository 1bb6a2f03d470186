internal import CountersignTesting
internal import Foundation
internal import Metrics
internal import Postgres
internal import Reactor
internal import Synchronization
import Testing

@Suite("the pool's lanes on a server")
struct PoolFairnessTests {
  @Test(
    "a lane that fills the pool keeps nobody of the other one out",
    arguments: PoolLane.allCases)
  func reserve(lane: PoolLane) async throws {
    let other: PoolLane = lane == .bulk ? .interactive : .bulk
    try await TestDatabase.with(
      .empty, configure: { $0.connectionsPerLoopMax = 3 }
    ) { database, _ in
      let loop = try #require(EventLoop.current)
      let (entered, released) = (Meeting(of: 3), Meeting(of: 3))
      let served = Served()
      let crowd = (0..<20).map { number in
        loop.run {
          try await database.read(lane: lane) { (tx: borrowing Transaction) in
            _ = try await tx.query(SQL.processID)
            // The first two have all that their lane may hold.
            if number < 2 {
              await entered.arrive()
              await released.arrive()
            } else {
              served.add()
            }
          }
        }
      }
      await entered.arrive()
      for _ in 0..<5 {
        _ = try await database.read(lane: other) { (tx: borrowing Transaction) in
          try await tx.query(SQL.processID).count
        }
      }
      #expect(served.count == 0, "the crowd cannot have the last connection")
      await released.arrive()
      for task in crowd { try await task.value }
      #expect(served.count == 18)
    }
  }

  @Test("more than may wait are refused at once, and the other lane is not")
  func refusal() async throws {
    try await TestDatabase.with(
      .empty,
      configure: {
        $0.connectionsPerLoopMax = 2
        $0.waitersPerConnectionMax = 8
      }
    ) { database, _ in
      let loop = try #require(EventLoop.current)
      let (entered, released) = (Meeting(of: 2), Meeting(of: 2))
      let holder = loop.run {
        try await database.read(lane: .bulk) { (tx: borrowing Transaction) in
          _ = try await tx.query(SQL.processID)
          await entered.arrive()
          await released.arrive()
        }
      }
      await entered.arrive()
      let refused = Served()
      let crowd = (0..<30).map { _ in
        loop.run {
          do {
            _ = try await database.read(lane: .bulk) { (tx: borrowing Transaction) in
              try await tx.query(SQL.processID).count
            }
          } catch DatabaseError.poolExhausted {
            refused.add()
          }
        }
      }
      // Its own way through the loop ends behind those of the crowd, which began before.
      _ = try await SQL.countTables(in: database)
      #expect(refused.count == 22)
      await released.arrive()
      try await holder.value
      for task in crowd { try await task.value }
      #expect(refused.count == 22, "eight waited and were served")
      #expect(await Self.value(database, "refused_total", ["bulk", "queue_full"]) == 22)
      #expect(await Self.value(database, "refused_total", ["interactive", "queue_full"]) == 0)
      #expect(await Self.value(database, "wait_seconds", ["bulk"]) == 9)
      #expect(await Self.value(database, "wait_seconds", ["interactive"]) == 1)
      #expect(await Self.value(database, "transactions_total", ["committed"]) == 10)
      // In whatever state: one may still be ending its last transaction.
      let connections = await database.families().first { $0.name == "database_connections" }
      guard case .gauges(let states)? = connections?.samples else {
        Issue.record("the family is missing")
        return
      }
      #expect(states.reduce(0) { $0 + $1.value } == 2)
    }
  }

  @Test("connections that a burst has opened are closed again, all but one")
  func reaping() async throws {
    try await TestDatabase.with(
      .empty,
      configure: {
        $0.connectionsPerLoopMax = 6
        $0.idleMilliseconds = 50
      }
    ) { database, url in
      let loop = try #require(EventLoop.current)
      let all = Meeting(of: 5)
      let burst = (0..<5).map { _ in
        loop.run {
          try await database.read(lane: .bulk) { (tx: borrowing Transaction) in
            _ = try await tx.query(SQL.processID)
            await all.arrive()
          }
        }
      }
      for task in burst { try await task.value }
      // Beside the pool, which its own calls would keep warm.
      let beside = try AdministrationConnection(url: url)
      let deadline = Date(timeIntervalSinceNow: 20)
      var open: String?
      repeat {
        await Task.yield()
        open = try beside.run(Self.countSessions).first?.first ?? nil
      } while open != "1" && Date() < deadline
      #expect(open == "1")
      _ = try await SQL.countTables(in: database)
    }
  }

  private static let countSessions =
    """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
      AND pid <> pg_backend_pid()
    """

  /// The sample of a family with these labels' values; of a histogram the count.
  private static func value(
    _ database: Database, _ name: String, _ labels: [String]
  ) async -> Double? {
    switch await database.families().first(where: { $0.name == "database_" + name })?.samples {
    case .counters(let samples), .gauges(let samples):
      samples.first { $0.labels.map(\.value) == labels }?.value
    case .histograms(let samples):
      samples.first { $0.labels.map(\.value) == labels }.map { Double($0.value.count) }
    case nil: nil
    }
  }

  /// Counts over tasks.
  private final class Served: Sendable {
    private let value = Atomic<Int>(0)

    func add() { value.add(1, ordering: .relaxed) }

    var count: Int { value.load(ordering: .relaxed) }
  }
}

extension SQL {
  fileprivate static let tables = Statement("SELECT count(*) FROM pg_tables")

  fileprivate static func countTables(in database: Database) async throws -> Int64 {
    try await database.read { (tx: borrowing Transaction) in
      try await tx.one(tables).int64(0)
    }
  }
}
