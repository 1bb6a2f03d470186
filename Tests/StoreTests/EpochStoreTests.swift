import CountersignTesting
import Domain
import Foundation
import Postgres
import Store
import Synchronization
import Testing
import Workflow

@Suite("Epoch events")
struct EpochStoreTests {
  @Test("numbers are given in the order of the commits: who began first and ends last is second")
  func lateCommit() async throws {
    try await TestService.with { service, _ in
      let database = service.database
      var seenBetween: [Int64] = []
      try await database.transaction { (first: borrowing Transaction) in
        try await bump(.everything, in: first)
        try await database.transaction { (second: borrowing Transaction) in
          try await bump(.site(try Host("second.example")), in: second)
        }
        seenBetween = try await read(after: 0, from: database).map(\.epoch)
      }
      #expect(seenBetween == [1])
      let all = try await read(after: 0, from: database)
      #expect(all.map(\.epoch) == [1, 2])
      #expect(all.map(\.kind) == [.site, .everything])
    }
  }

  @Test("a transaction that fails leaves no gap, and one may have several events")
  func rollBack() async throws {
    struct Stop: Error {}
    try await TestService.with { service, _ in
      let database = service.database
      await #expect(throws: Stop.self) {
        try await database.transaction { (tx: borrowing Transaction) in
          try await bump(.everything, in: tx)
          throw Stop()
        }
      }
      try await database.transaction { (tx: borrowing Transaction) in
        try await bump(.everything, in: tx)
        try await bump(.site(try Host("two.example")), in: tx)
      }
      let page = try await database.read { (tx: borrowing Transaction) in
        try await EpochStore.page(after: 0, in: tx)
      }
      #expect(page.current == 2 && page.events.map(\.epoch) == [1, 2])
      #expect(page.events.map(\.kind) == [.everything, .site])
    }
  }

  /// Writers whose transactions overlap in every way, some of which come to nothing; readers who
  /// go on from the last number they were given.
  @Test("a cursor never skips an event, however transactions overlap")
  func cursor() async throws {
    let seed =
      ProcessInfo.processInfo.environment["COUNTERSIGN_SEED"].flatMap { UInt64($0) }
      ?? UInt64.random(in: 1...UInt64.max)
    let (writers, turns) = (8, 20)
    try await TestService.with { service, _ in
      let database = service.database
      let progress = Progress()
      try await withThrowingTaskGroup(of: [Int64].self) { group in
        for _ in 0..<3 {
          group.addTask {
            var seen: [Int64] = []
            var isLast = false
            while !isLast {
              isLast = progress.isOver.load(ordering: .acquiring)
              let new = try await read(after: seen.last ?? 0, from: database)
              seen += new.map(\.epoch)
            }
            return seen
          }
        }
        try await withThrowingTaskGroup(of: Void.self) { writing in
          for writer in 0..<writers {
            writing.addTask {
              var random = SeededGenerator(seed: seed &+ UInt64(writer))
              for _ in 0..<turns {
                if try await write(&random, to: database) {
                  progress.committed.add(1, ordering: .relaxed)
                }
              }
            }
          }
          try await writing.waitForAll()
        }
        progress.isOver.store(true, ordering: .releasing)
        let count = Int64(progress.committed.load(ordering: .relaxed))
        for try await seen in group {
          #expect(seen == Array(1...count), "seed \(seed)")
        }
      }
    }
  }

  /// Whether it was committed.
  private func write(
    _ random: inout SeededGenerator, to database: Database
  ) async throws -> Bool {
    struct Stop: Error {}
    let (waits, fails) = (Int.random(in: 0...3, using: &random), random.next() % 5 == 0)
    do {
      try await database.transaction { (tx: borrowing Transaction) in
        try await bump(.everything, in: tx)
        // The row is there, and others overtake it.
        for _ in 0..<waits { _ = try await ClockStore.now(in: tx) }
        if fails { throw Stop() }
      }
      return true
    } catch is Stop {
      return false
    }
  }

  @Test(
    "by hand nothing is numbered, changed or taken out",
    arguments: [
      "UPDATE current_epoch SET epoch = epoch + 1", "DELETE FROM current_epoch",
      "TRUNCATE current_epoch", "INSERT INTO current_epoch (only_row, epoch) VALUES (true, 9)",
      "UPDATE epoch_events SET epoch = 7", "UPDATE epoch_events SET cause = 'hold'",
      "DELETE FROM epoch_events", "TRUNCATE epoch_events",
      """
      INSERT INTO epoch_events (epoch, scope_kind, cause, event, at)
      SELECT 7, 'everything', 'lock', id, now() FROM events LIMIT 1
      """,
      """
      INSERT INTO epoch_events (scope_kind, scope_id, cause, event, at)
      SELECT 'site', 'a.example', 'lock', id, now() FROM events LIMIT 1
      """,
    ])
  func guarded(sql: String) async throws {
    try await TestDatabase.with { database, url in
      let service = try await TestService.make(on: database)
      try await service.database.transaction { (tx: borrowing Transaction) in
        try await bump(.everything, in: tx)
      }
      let connection = try AdministrationConnection(url: url)
      do throws(AdministrationConnection.Failure) {
        try connection.run(sql)
        Issue.record("done")
      } catch {
        #expect(["23001", "23514"].contains(error.state), "\(error)")
      }
      #expect(try await read(after: 0, from: database).map(\.epoch) == [1])
    }
  }

  private func read(after epoch: Int64, from database: Database) async throws -> [EpochEvent] {
    try await database.read { (tx: borrowing Transaction) in
      try await EpochStore.page(after: epoch, in: tx).events
    }
  }

  /// An event with an entry of its own in a stream of its own.
  private func bump(_ scope: EpochScope, in tx: borrowing Transaction) async throws {
    let now = try await ClockStore.now(in: tx)
    let id = LockID.make(at: now)
    let event = try await LogStore.append(
      LogEntry(
        .lockPlaced, stream: StreamID(id), object: EventObject("lock", id.text),
        by: Actor(subject: .service, method: .service, credential: nil, request: nil), at: now),
      in: tx)
    EpochStore.bump(scope, for: .lock, because: event, at: now, in: tx)
    // It is with the server, not only queued.
    _ = try await ClockStore.now(in: tx)
  }
}

/// How far the writers are.
private final class Progress: Sendable {
  let committed = Atomic<Int>(0)
  let isOver = Atomic<Bool>(false)
}

/// The same numbers for the same seed.
private struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
