import CountersignTesting
import Domain
import Postgres
import Store
import Testing
import Workflow

@Suite("quarantine: a database that was restored or promoted, a clock that was moved")
struct QuarantineTests {
  /// Moves the database, as far as anybody can tell, to another cluster.
  private func move(_ service: Service) async throws {
    _ = try await service.database.transaction { (tx: borrowing Transaction) in
      try await tx.query(Statement("UPDATE lease_guard SET cluster = 'another'"))
    }
  }

  private func events(_ service: Service) async throws -> [String] {
    try await service.database.read { (tx: borrowing Transaction) in
      try await tx.query(
        Statement(
          """
          SELECT convert_from(bytes, 'UTF8')::json -> 'detail' ->> 'cause' FROM events
          WHERE type = 'leases.quarantined' ORDER BY seq
          """)
      ).map { try $0.text(0) }
    }
  }

  /// Causes of the incidents that are open.
  private func incidents(_ service: Service) async throws -> [IncidentCause?] {
    let person = try await service.makePerson("on-call", .operator)
    return try await service.look(as: person, ListIncidents(isOpen: true, limit: 9)).map {
      $0.incident.cause
    }
  }

  private func until(_ outcome: Result<LeaseAnswer, Refusals>) -> Timestamp? {
    guard case .failure(let refusals) = outcome, case .quarantine(let until) = refusals.first
    else { return nil }
    return until
  }

  @Test("P17: in another cluster no lease is given or renewed until the longest term is over")
  func moved() async throws {
    try await TestService.with { service, clock in
      _ = try await service.bootstrap(ImportPolicy(policy: ReviewScene.policy))
      let grant = try await service.makeGrant()
      let start = try await service.time().now
      clock.set(to: start)
      let held = try await grant.grantLease(service, worker: "a", wish: 100_000)
      try await move(service)
      // Sixteen calls notice at once.
      let outcomes = try await withThrowingTaskGroup(of: Result<LeaseAnswer, Refusals>.self) {
        group in
        for index in 0..<16 {
          group.addTask {
            try await outcome {
              index % 2 == 0
                ? try await grant.renew(service, held.lease)
                : try await grant.grantLease(service, worker: "b\(index)")
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let end = start.adding(seconds: Quarantine.seconds)
      #expect(outcomes.allSatisfy { until($0) == end })
      #expect(try await events(service) == ["cluster_changed"])
      clock.set(to: end.adding(microseconds: -1))
      #expect(
        until(try await outcome { try await grant.grantLease(service, worker: "c") }) == end)
      clock.set(to: end)
      _ = try await grant.grantLease(service, worker: "c")
      #expect(try await events(service).count == 1)
      #expect(try await incidents(service) == [IncidentCause(.quarantine, on: "service")])
    }
  }

  @Test("a start in another cluster begins the quarantine, one without leases does not")
  func started() async throws {
    try await TestService.with { service, _ in
      let start = StartService(
        proposed: ServiceIdentity(issuer: "http://test.example", logName: "test.example/log"))
      try await move(service)
      _ = try await service.bootstrap(start)
      #expect(try await events(service).isEmpty)
      let grant = try await service.makeGrant()
      _ = try await grant.grantLease(service, worker: "a", wish: 100_000)
      try await move(service)
      _ = try await service.bootstrap(start)
      #expect(try await events(service) == ["cluster_changed"])
      #expect(
        until(try await outcome { try await grant.grantLease(service, worker: "b") }) != nil)
      // Another start, and another move while it lasts: never shorter.
      _ = try await service.bootstrap(start)
      #expect(try await events(service).count == 1)
    }
  }

  @Test(
    "P16: a clock that was moved against the process's own begins it, by every call until recorded",
    arguments: [-10_000_000, 10_000_000] as [Int64])
  func clockStep(stepMicroseconds: Int64) async throws {
    try await TestService.with { service, _ in
      _ = try await service.bootstrap(ImportPolicy(policy: ReviewScene.policy))
      let grant = try await service.makeGrant()
      let held = try await grant.grantLease(service, worker: "a", wish: 100_000)
      // What the database showed before it was moved.
      let now = try await service.lookUnauthenticated { (tx: borrowing Transaction) in
        try await ClockStore.now(in: tx)
      }
      let watch = DatabaseClockWatch.microseconds
      let before = ClockSighting(
        shown: now.adding(microseconds: -stepMicroseconds), earliest: watch, latest: watch)
      #expect(throws: Disturbance.self) { try service.clockWatch.note(before) }
      service.clockWatch.settle()
      // Whoever asked before the quarantine was recorded has not seen it.
      #expect(throws: Disturbance.self) { try service.clockWatch.note(before) }
      let outcomes = try await withThrowingTaskGroup(of: Result<LeaseAnswer, Refusals>.self) {
        group in
        for index in 0..<8 {
          group.addTask {
            try await outcome {
              index % 2 == 0
                ? try await grant.renew(service, held.lease)
                : try await grant.grantLease(service, worker: "b\(index)")
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.allSatisfy { until($0) != nil })
      #expect(try await events(service) == ["clock_stepped"])
      #expect(try await incidents(service) == [IncidentCause(.clockStep, on: "service")])
    }
  }
}
