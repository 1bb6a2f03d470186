import CountersignTesting
import Domain
import Postgres
import Synchronization
import Testing
import Workflow

@Suite("Sums of leases")
struct LeaseSumsTests {
  @Test("P1 P4 no sum is above its ceiling at any instant, looked at from a second connection")
  func everyInstant() async throws {
    try await TestDatabase.with { database, url in
      let clock = ManualClock()
      let service = try await TestService.make(on: database, clock: clock)
      let other = try await TestService.make(
        on: try Database(
          DatabaseConfiguration(url: url), loops: TestDatabase.loops,
          logger: TestDatabase.quiet), clock: clock)
      let grant = try await service.makeGrant {
        $0.burst = 5
        $0.dailyRequests = 4_000
      }
      let operations = try await service.makePerson("op", .operator)
      let legal = try await service.makePerson("legal", .legalReviewer)
      let seed = UInt64.random(in: 1...UInt64.max)
      let isOver = Flag()

      try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask { try await watch(other.database, until: isOver) }
        for worker in 0..<10 {
          group.addTask {
            // Two replicas on one database.
            let replica = worker % 2 == 0 ? service : other
            return try await work(
              as: "spider-\(worker)", on: replica, grant, seed: seed &+ UInt64(worker))
          }
        }
        for step in 1...8 {
          clock.runAhead(seconds: Int64(step) * 41)
          let lock = try await service.act(
            as: operations.calls(),
            PlaceLock(
              input: .success(PlaceLock.Input(scope: .grant(grant.grant), reason: "test"))))
          for person in [legal, operations] {
            _ = try await service.act(
              as: person.calls(), ReleaseLock(lock: lock.id, reason: .success("test")))
          }
        }
        // The watcher was added first but ends last.
        var terms = 0
        for _ in 0..<10 { terms += try await group.next() ?? 0 }
        isOver.raise()
        let looks = try await group.next() ?? 0
        #expect(terms > 10, "seed \(seed)")
        #expect(looks > 5, "seed \(seed)")
      }
      await other.database.shutdown()
    }
  }

  /// Looks until told to stop; gives how often.
  private func watch(
    _ database: Database, until isOver: Flag
  ) async throws -> Int {
    var looks = 0
    while !isOver.isRaised, !Task.isCancelled {
      let rows = try await database.read { (tx: borrowing Transaction) in
        try await tx.query(Self.sums)
      }
      for row in rows {
        for (column, what) in ["rate", "burst", "concurrency", "workers", "requests"].enumerated() {
          let (taken, allowed) = (try row.int64(1 + 2 * column), try row.int64(2 + 2 * column))
          let scope = try row.text(0)
          #expect(taken <= allowed, "\(what) of \(scope)")
        }
      }
      looks += 1
    }
    return looks
  }

  /// Gets, renews, loses replies, gives back, forgets; gives how many terms it was issued.
  private func work(
    as name: String, on service: Service, _ grant: TestGrant, seed: UInt64
  ) async throws -> Int {
    var generator = SplitMix(state: seed)
    var held: Lease?
    var terms = 0
    for _ in 0..<25 {
      let wish = Int64.random(in: 20_000...900_000, using: &generator)
      let result: Result<Lease?, Refusals>
      do {
        result = try await step(on: service, grant, held, as: name, wish: wish, &generator)
      } catch CallFailure.unavailable {
        // Told to come back: the scopes were busy for too long.
        continue
      }
      switch result {
      case .success(let lease):
        held = lease
        if lease != nil { terms += 1 }
      case .failure(let refusals):
        if refusals.all.contains(where: { [.leaseExpired, .wrongTerm].contains($0.code) }) {
          held = nil
        }
      }
    }
    return terms
  }

  private func step(
    on service: Service, _ grant: TestGrant, _ held: Lease?, as name: String, wish: Int64,
    _ generator: inout SplitMix
  ) async throws -> Result<Lease?, Refusals> {
    let act = Int.random(in: 0...9, using: &generator)
    return try await outcome {
      guard let lease = held else {
        return try await grant.grantLease(service, worker: name, wish: wish).lease
      }
      switch act {
      case 0:
        _ = try await grant.giveBack(service, lease, as: grant.gatewayCalls())
        return nil
      case 1:
        _ = try await grant.giveBack(service, lease)
        return nil
      case 2:
        // The reply is lost; the next call repeats the same term.
        _ = try await grant.renew(service, lease, wish: wish)
        return lease
      default: return try await grant.renew(service, lease, wish: wish).lease
      }
    }
  }

  /// Per scope: what is taken up at its last clock, beside what it allows.
  private static let sums = Statement(
    """
    SELECT c.id, coalesce(o.rate, 0), c.max_urps, coalesce(o.burst, 0), c.burst,
      coalesce(o.concurrency, 0), c.max_concurrency, coalesce(o.workers, 0),
      coalesce(c.max_workers, c.max_concurrency), coalesce(d.requests, 0), c.daily_requests
    FROM scopes c
    CROSS JOIN LATERAL (
      SELECT greatest(c.last_clock, max(d.last_clock)) AS at
      FROM scope_days d WHERE d.scope = c.id) k
    LEFT JOIN LATERAL (
      SELECT sum(greatest(h.urps, p.urps))::bigint AS rate,
        sum(greatest(h.burst, p.burst))::bigint AS burst,
        sum(greatest(h.concurrency, p.concurrency))::bigint AS concurrency,
        count(*) AS workers
      FROM lease_charges x JOIN leases l ON l.id = x.lease
      CROSS JOIN LATERAL (
        SELECT l.urps * held AS urps, l.burst * held AS burst, l.concurrency * held AS concurrency
        FROM (SELECT (l.ended_at IS NOT NULL
          OR l.expires_at + interval '3 s' >= k.at)::int AS held) q) h
      CROSS JOIN LATERAL (
        SELECT l.previous_urps * held AS urps, l.previous_burst * held AS burst,
          l.previous_concurrency * held AS concurrency
        FROM (SELECT coalesce(l.previous_expires_at + interval '3 s' >= k.at, false)::int
          AS held) q) p
      WHERE x.scope = c.id AND l.frees_at > k.at) o ON true
    LEFT JOIN LATERAL (
      SELECT max(used + reserved) AS requests FROM scope_days WHERE scope = c.id) d ON true
    """)
}

/// Raised once, seen by all.
private final class Flag: Sendable {
  private let raised = Atomic<Bool>(false)

  var isRaised: Bool { raised.load(ordering: .acquiring) }

  func raise() { raised.store(true, ordering: .releasing) }
}

/// The same numbers for the same seed.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
