import CountersignTesting
import Domain
import Postgres
import Store
import Testing
import Workflow

@Suite("refused lease calls are counted beside the lease path")
struct RefusalTallyTests {
  private struct Row: Hashable {
    let kind: String
    let code: String
    let calls: Int64
  }

  private func rows(_ service: Service) async throws -> Set<Row> {
    try await service.database.read { (tx: borrowing Transaction) in
      let rows = try await tx.query(
        Statement(
          """
          SELECT c.kind, r.code, sum(r.calls)::bigint
          FROM refusals r JOIN scopes c ON c.id = r.scope GROUP BY 1, 2
          """))
      return Set(
        try rows.map {
          Row(kind: try $0.text(0), code: try $0.text(1), calls: try $0.int64(2))
        })
    }
  }

  @Test("a refusal counts once at the budget and at each site, when it is written, not before")
  func counted() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant { $0.workers = 1 }
      let held = try await grant.grantLease(service, worker: "a")
      for worker in ["b", "c"] {
        _ = try await outcome { try await grant.grantLease(service, worker: worker) }
      }
      _ = try await outcome { try await grant.renew(service, held.lease, holding: 7) }
      #expect(try await rows(service).isEmpty)
      await service.writeRefusals()
      let counted: Set<Row> = [
        Row(kind: "budget", code: "no_capacity", calls: 2),
        Row(kind: "site", code: "no_capacity", calls: 2),
        Row(kind: "budget", code: "wrong_term", calls: 1),
        Row(kind: "site", code: "wrong_term", calls: 1),
      ]
      #expect(try await rows(service) == counted)
      // What was written is not written again.
      await service.writeRefusals()
      #expect(try await rows(service) == counted)
    }
  }

  @Test("a call that finds no budget counts at the sites of its hosts; a replay counts nowhere")
  func withoutBudget() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      _ = try await grant.grantLease(service, worker: "a")
      let ask = {
        try await grant.grantLease(service, worker: "b", host: "api.example.com", key: "once")
      }
      await #expect(throws: Refusals.self) { try await ask() }
      for _ in 0..<2 { await #expect(throws: Replayed.self) { try await ask() } }
      await service.writeRefusals()
      #expect(try await rows(service) == [Row(kind: "site", code: "host_not_granted", calls: 1)])
    }
  }

  @Test("what cannot be written is counted on")
  func databaseAway() async throws {
    try await TestDatabase.with { database, url in
      let service = try await TestService.make(on: database)
      let grant = try await service.makeGrant { $0.workers = 1 }
      _ = try await grant.grantLease(service, worker: "a")
      _ = try await outcome { try await grant.grantLease(service, worker: "b") }
      try AdministrationConnection(url: url).run("ALTER TABLE refusals RENAME TO away")
      await service.writeRefusals()
      _ = try await outcome { try await grant.grantLease(service, worker: "b") }
      try AdministrationConnection(url: url).run("ALTER TABLE away RENAME TO refusals")
      await service.writeRefusals()
      #expect(
        try await rows(service).contains(Row(kind: "budget", code: "no_capacity", calls: 2)))
    }
  }

  @Test("memory is bounded: more kinds of counts are missed, those there are go on")
  func bounded() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let now = try await service.time().now
      let budget = RefusalStore.Place.scope(.budget(grant.budget))
      service.refusals.count(.noCapacity, at: [budget], on: now)
      // Whoever names hosts as it likes takes no room from the counts of budgets.
      for number in 0...RefusalTally.hostCountsMax {
        let host = try Host("h\(number).example.com")
        service.refusals.count(.noGrant, at: [.host(host)], on: now)
      }
      #expect(service.refusals.missed == 1)
      var minute = now
      for _ in 1..<(RefusalTally.countsMax - RefusalTally.hostCountsMax) {
        minute = minute.adding(seconds: -60)
        service.refusals.count(.noCapacity, at: [budget], on: minute)
      }
      #expect(service.refusals.missed == 1)
      service.refusals.count(.locked, at: [budget], on: now)
      service.refusals.count(.noCapacity, at: [budget], on: now)
      #expect(service.refusals.missed == 2)
      await service.writeRefusals()
      let calls = Int64(RefusalTally.countsMax - RefusalTally.hostCountsMax + 1)
      #expect(try await rows(service) == [Row(kind: "budget", code: "no_capacity", calls: calls)])
      service.refusals.count(.locked, at: [budget], on: now)
      #expect(service.refusals.missed == 2)
    }
  }

  @Test("after two days they are forgotten, and not a minute before")
  func forgotten() async throws {
    try await TestService.with { service, clock in
      let grant = try await service.makeGrant()
      let start = try await service.time().now
      let budget = RefusalStore.Place.scope(.budget(grant.budget))
      service.refusals.count(.noCapacity, at: [budget], on: start)
      await service.writeRefusals()
      clock.set(to: start.minute.adding(seconds: RefusedCalls.keptSeconds))
      #expect(try await service.bootstrap(ForgetRefusals()) == 0)
      clock.set(to: start.minute.adding(seconds: RefusedCalls.keptSeconds + 1))
      #expect(try await service.bootstrap(ForgetRefusals()) == 1)
      #expect(try await rows(service).isEmpty)
    }
  }
}
