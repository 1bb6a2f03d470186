internal import CountersignTesting
internal import Foundation
internal import Postgres
internal import Reactor
internal import Synchronization
import Testing

/// Lets a number of tasks go on once all of them have arrived.
final class Meeting: Sendable {
  private let size: Int
  private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

  init(of size: Int) {
    self.size = size
  }

  func arrive() async {
    await withCheckedContinuation { continuation in
      let all = waiting.withLock { waiting in
        waiting.append(continuation)
        guard waiting.count == size else { return [CheckedContinuation<Void, Never>]() }
        defer { waiting = [] }
        return waiting
      }
      for continuation in all { continuation.resume() }
    }
  }
}

@Suite("the pool")
struct PoolTests {
  @Test("a thousand transactions at once over three connections a loop all happen")
  func thousand() async throws {
    try await TestDatabase.with(
      .empty,
      configure: {
        $0.connectionsPerLoopMax = 3
        $0.waitersPerConnectionMax = 1_000
        $0.poolWaitMilliseconds = 60_000
        $0.lockMilliseconds = 30_000
      }
    ) { database, _ in
      try await SQL.makeTables(in: database)
      try await database.transaction { (tx: borrowing Transaction) in
        tx.write(SQL.insert, [.int64(1), .text("0")])
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<1_000 {
          let loop = TestDatabase.loops[number % TestDatabase.loops.count]
          group.addTask(executorPreference: loop) {
            try await database.transaction { (tx: borrowing Transaction) in
              _ = try await tx.one(SQL.lock, [.int64(1)])
              tx.write(SQL.increment, [.int64(1)])
            }
          }
        }
        try await group.waitForAll()
      }
      let note = try await database.read { (tx: borrowing Transaction) in
        try await tx.one(SQL.note, [.int64(1)]).text(0)
      }
      #expect(note == "1000")
    }
  }

  @Test("who waits too long is told so, and who comes when too many wait at once")
  func exhaustion() async throws {
    try await TestDatabase.with(
      .empty,
      configure: {
        $0.connectionsPerLoopMax = 1
        $0.waitersPerConnectionMax = 1
        $0.poolWaitMilliseconds = 100
      }
    ) { database, _ in
      let outcomes = try await database.transaction { (tx: borrowing Transaction) in
        _ = try await tx.query(SQL.processID)
        return await withTaskGroup(of: DatabaseError?.self) { group in
          for _ in 0..<2 {
            group.addTask {
              do {
                _ = try await database.read { (tx: borrowing Transaction) in
                  try await tx.query(SQL.processID).count
                }
                return nil
              } catch {
                return error as? DatabaseError
              }
            }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
      }
      #expect(outcomes == [.poolExhausted, .poolTimeout])
      #expect(outcomes.allSatisfy { $0?.isUnavailable == true })
      _ = try await database.read { (tx: borrowing Transaction) in
        try await tx.query(SQL.processID).count
      }
    }
  }

  @Test("a cancelled waiter and a cancelled statement answer at once and leave no trace")
  func cancellation() async throws {
    try await TestDatabase.with(
      .empty, configure: { $0.connectionsPerLoopMax = 1 }
    ) { database, url in
      try await SQL.makeTables(in: database)
      let loop = try #require(EventLoop.current)
      let started = Meeting(of: 2)
      let holder = loop.run {
        try await database.transaction { (tx: borrowing Transaction) in
          try await tx.execute(SQL.insert, [.int64(1), .null])
          await started.arrive()
          _ = try await tx.query(SQL.sleep, [.int64(60_000)])
        }
      }
      await started.arrive()
      let waiter = loop.run { _ = try await SQL.countItems(in: database) }
      waiter.cancel()
      await #expect(throws: DatabaseError.cancelled) { try await waiter.value }
      holder.cancel()
      await #expect(throws: DatabaseError.cancelled) { try await holder.value }
      // The only connection becomes free although its statement would sleep for a minute.
      #expect(try await SQL.countItems(in: database) == 0)
    }
  }

  @Test("a task cancelled before COMMIT is rolled back")
  func cancelledBeforeCommit() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      let loop = try #require(EventLoop.current)
      let task = loop.run {
        try await database.transaction { (tx: borrowing Transaction) in
          try await tx.execute(SQL.insert, [.int64(1), .null])
          withUnsafeCurrentTask { $0?.cancel() }
        }
      }
      await #expect(throws: DatabaseError.cancelled) { try await task.value }
      #expect(try await SQL.countItems(in: database) == 0)
    }
  }

  @Test("no transaction starts after shutdown")
  func shutdown() async throws {
    try await TestDatabase.with(.empty) { database, url in
      _ = try await database.read { (tx: borrowing Transaction) in
        try await tx.query(SQL.processID).count
      }
      await database.shutdown()
      await #expect(throws: DatabaseError.closed) {
        try await database.read { (tx: borrowing Transaction) in
          _ = try await tx.query(SQL.processID)
        }
      }
    }
  }
}

extension EventLoop {
  /// A task on this loop.
  func run<R: Sendable>(
    _ body: @escaping @Sendable () async throws -> R
  ) -> Task<R, any Error> {
    Task(executorPreference: self) { try await body() }
  }
}
