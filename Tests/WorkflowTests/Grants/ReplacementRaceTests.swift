import CountersignTesting
import Domain
import Postgres
import Synchronization
import Testing
import Workflow

@Suite("Grants replaced while workers work")
struct ReplacementRaceTests {
  @Test("17: old and new together never exceed the larger, looked at from a second connection")
  func together() async throws {
    try await TestDatabase.with { database, url in
      let clock = ManualClock()
      let service = try await TestService.make(on: database, clock: clock)
      let other = try Database(
        DatabaseConfiguration(url: url), loops: TestDatabase.loops, logger: TestDatabase.quiet)
      let scene = try await GrantScene.make(try await ReviewScene(service), clock)
      let progress = Progress()
      try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask {
          var looks = 0
          while !progress.isOver {
            try await look(at: other)
            looks += 1
          }
          return looks
        }
        for worker in 0..<4 {
          group.addTask {
            while !progress.isOver {
              if try await work(as: "spider-\(worker)", scene) {
                progress.issueOne()
              }
            }
            return 0
          }
        }
        var turns: Int64 = 0
        for step in 1...4 {
          // Somebody works in every stretch between two approvals; time goes on with each look.
          let before = progress.issued
          while progress.issued < before + 3 {
            turns += 1
            clock.runAhead(seconds: turns * 20)
            try await look(at: other)
          }
          _ = try await persistently {
            try await scene.replaced {
              $0.replacing("max_rps: 0.5", with: "max_rps: 0.4\(step)")
                .replacing("burst: 2", with: "burst: \(1 + step % 2)")
            }
          }
        }
        progress.end()
        var looks = 0
        for try await count in group { looks += count }
        #expect(looks > 5)
      }
      let grants = try await service.look(
        as: scene.review.requester,
        ListGrants(status: nil, site: nil, after: nil, limit: 10))
      #expect(grants.map(\.state) == [.replaced, .replaced, .replaced, .replaced, .active])
      await other.shutdown()
    }
  }

  /// A lease and a renewal of it; whether one was issued.
  private func work(as name: String, _ scene: GrantScene) async throws -> Bool {
    do {
      guard case .success(let held) = try await outcome({ try await scene.lease(name, wish: nil) })
      else { return false }
      _ = try await outcome { try await scene.renew(held.lease) }
      return true
    } catch CallFailure.unavailable {
      return false
    }
  }

  /// What all grants of the proposal take up at the last instant at which anything was issued,
  /// against the largest that any of them ever allowed.
  private func look(at database: Database) async throws {
    let row = try await database.read { (tx: borrowing Transaction) in
      try await tx.one(Self.sums)
    }
    for (column, what) in ["rate", "burst", "concurrency", "workers"].enumerated() {
      let (taken, allowed) = (try row.int64(2 * column), try row.int64(2 * column + 1))
      #expect(taken <= allowed, "\(what)")
    }
  }

  private static let sums = Statement(
    """
    SELECT coalesce(sum(o.urps), 0)::bigint, m.urps, coalesce(sum(o.burst), 0)::bigint, m.burst,
      coalesce(sum(o.concurrency), 0)::bigint, m.concurrency, count(o.urps), m.workers
    FROM (SELECT max(max_urps) AS urps, max(burst) AS burst, max(max_concurrency) AS concurrency,
        max(max_workers) AS workers FROM scopes WHERE kind = 'budget') m
    CROSS JOIN (SELECT max(d.last_clock) AS at FROM scope_days d
      JOIN budgets b ON b.id = d.scope) k
    LEFT JOIN LATERAL (
      SELECT greatest(l.urps * held.this, l.previous_urps * held.before) AS urps,
        greatest(l.burst * held.this, l.previous_burst * held.before) AS burst,
        greatest(l.concurrency * held.this, l.previous_concurrency * held.before) AS concurrency
      FROM leases l
      CROSS JOIN LATERAL (SELECT
        (l.ended_at IS NOT NULL OR l.expires_at + interval '3 s' >= k.at)::int AS this,
        coalesce(l.previous_expires_at + interval '3 s' >= k.at, false)::int AS before) held
      WHERE l.frees_at > k.at) o ON true
    GROUP BY m.urps, m.burst, m.concurrency, m.workers
    """)
}

/// How far the workers are; seen by all.
private final class Progress: Sendable {
  private let over = Atomic<Bool>(false)
  private let count = Atomic<Int>(0)

  var isOver: Bool { over.load(ordering: .acquiring) }
  var issued: Int { count.load(ordering: .relaxed) }

  func end() { over.store(true, ordering: .releasing) }
  func issueOne() { count.wrappingAdd(1, ordering: .relaxed) }
}
