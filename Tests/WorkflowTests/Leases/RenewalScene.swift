import CountersignTesting
import Domain
import Foundation
import Postgres
import Testing
import Tokens
import Workflow

/// One budget with many workers, whose renewals can be made to gather: whoever comes first waits
/// for the budget's row, which a connection of its own holds, and the others wait behind it.
struct RenewalScene: Sendable {
  let service: Service
  let clock: ManualClock
  /// When it began: the same instant for all scenes of a day.
  let noon: Timestamp
  let grant: TestGrant
  /// A grant of another pool on the same hosts.
  let other: TestGrant
  let url: String

  /// Two requests a second for eight workers, as many as the site bears, at noon.
  static func with(
    renewalBatchMax: Int = RenewalQueue.batchMaxUsual, dailyRequests: Int64 = 100_000,
    _ body: (RenewalScene) async throws -> Void
  ) async throws {
    try await TestDatabase.with { database, url in
      let clock = ManualClock()
      let service = try await TestService.make(
        on: database, clock: clock, renewalBatchMax: renewalBatchMax)
      let today = try await service.time().now.utcDate
      let noon = Timestamp(microseconds: LocalTime(date: today).microseconds + 43_200_000_000)
      clock.set(to: noon)
      let change: (inout TestGrant.Terms) -> Void = {
        ($0.burst, $0.concurrency, $0.workers) = (8, 8, 8)
        $0.rate = Rate(microRPS: 2_000_000)
        $0.dailyRequests = dailyRequests
      }
      let scene = RenewalScene(
        service: service, clock: clock, noon: noon, grant: try await service.makeGrant(change),
        other: try await service.makeGrant(for: "other", change), url: url)
      try await body(scene)
    }
  }

  /// One call for a renewal; `Hashable` so that a disagreement prints it.
  struct Call: Hashable, Sendable {
    enum Caller: CaseIterable, Sendable { case pool, otherPool, gateway, nobody }
    /// `errors` opens nothing, but might have.
    enum Report: CaseIterable, Sendable { case clean, errors, captcha, impossible }

    var worker: Int
    /// Against the term that is held.
    var offset: Int64 = 0
    var wish: Int64?
    var requests: Int64 = 1
    var report = Report.clean
    var caller = Caller.pool
    /// How long the report tells of, from the term's beginning.
    var seconds: Int64 = 0
  }

  /// Leases for workers, each a second after the one before: the oldest is the first.
  func leases(_ count: Int) async throws -> [Lease] {
    var leases: [Lease] = []
    var now = noon
    for index in 0..<count {
      now = now.adding(seconds: 1)
      clock.set(to: now)
      leases.append(
        try await grant.grantLease(service, worker: "w\(index)", wish: 150_000).lease)
    }
    return leases
  }

  /// What the call is answered, in words that are the same in every database.
  func answer(_ call: Call, _ leases: [Lease]) async -> String {
    do {
      let held = try await perform(call, leases[call.worker])
      let (term, day) = (held.lease.term, held.day)
      return "\(term.number) \(term.portion) \(term.quota) \(term.day) \(term.issuedAt) "
        + "\(term.expiresAt) \(day) \(held.now) \(held.workerName) \(held.claims.epoch)"
    } catch let refusals as Refusals {
      return "refused: \(refusals.all.map(\.code.rawValue))"
    } catch let invalid as InvalidBody {
      return "invalid: \(invalid.errors)"
    } catch {
      return "failed: \(error)"
    }
  }

  func perform(_ call: Call, _ lease: Lease, key: String? = nil) async throws -> LeaseAnswer {
    let now = lease.term.issuedAt
    var usage: JSONObject = [
      "from": JSON(now.adding(seconds: call.report == .impossible ? -3_600 : 0)),
      "to": JSON(now.adding(seconds: call.seconds)), "requests": JSON(call.requests),
      "status": ["200": JSON(call.requests)],
    ]
    if call.report == .captcha { usage["challenges"] = 1 }
    if call.report == .errors {
      usage["status"] = ["200": JSON(call.requests - 1), "500": 1]
    }
    let input = RenewLease.Input(
      term: lease.term.number + call.offset,
      report: try JSONReader.read(.object(usage), as: .usageReport),
      wish: call.wish.map { Rate(microRPS: $0) })
    let caller =
      switch call.caller {
      case .pool: grant.poolCalls(key: key)
      case .otherPool: other.poolCalls()
      case .gateway: grant.gatewayCalls()
      case .nobody:
        Caller(
          secret: Secret.make(.pool),
          trace: RequestTrace(
            id: "test", method: "POST", path: "/v1/test", idempotencyKey: nil, body: []))
      }
    return try await service.act(as: caller, RenewLease(lease: lease.id, input: .success(input)))
  }

  /// Starts the calls so that all but the first gather behind it, in their order, and lets them go
  /// when `meanwhile` is over; gives their answers.
  func gathered(
    _ calls: [Call], _ leases: [Lease], meanwhile: () async throws -> Void = {}
  ) async throws -> [String] {
    let gate = try AdministrationConnection(url: url)
    try gate.run("BEGIN; SELECT FROM scopes WHERE id = '\(grant.budget)' FOR UPDATE")
    var tasks: [Task<String, Never>] = []
    for (place, call) in calls.enumerated() {
      tasks.append(Task { await answer(call, leases) })
      try await until {
        let counts = service.renewals.counts
        return counts.running == 1 && counts.waiting == place
      }
    }
    try await meanwhile()
    try gate.run("COMMIT")
    var answers: [String] = []
    for task in tasks { answers.append(await task.value) }
    return answers
  }

  /// Asks again until it is so, for ten seconds.
  func until(_ isSo: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try await !isSo() {
      guard ContinuousClock.now < deadline else { throw TooLate() }
      await Task.yield()
    }
  }

  struct TooLate: Error {}

  /// The terms that stand, in the order of the leases.
  func standing(_ leases: [Lease]) async throws -> [Lease] {
    var views: [Lease] = []
    for lease in leases {
      views.append(
        try await service.look(for: grant.poolCalls(), { _ in ShowLease(lease: lease.id) })
          .view.lease)
    }
    return views
  }

  /// Every row that renewals write, without the ids and what depends on them.
  func rows() throws -> [String] {
    let connection = try AdministrationConnection(url: url)
    return try connection.run(
      """
      SELECT concat_ws(' ', 'lease', w.name, l.term, l.urps, l.burst, l.concurrency, l.quota,
        l.day, l.wants_urps, l.issued_at, l.expires_at, l.previous_urps, l.previous_burst,
        l.previous_concurrency, l.previous_expires_at, l.frees_at, l.ended_as, l.reported_term,
        l.reported_to, l.reported_at)
      FROM leases l JOIN workers w ON w.id = l.worker
      UNION ALL
      SELECT concat_ws(' ', 'term', w.name, t.term, t.urps, t.burst, t.concurrency, t.quota,
        t.day, t.issued_at, t.expires_at, t.report)
      FROM lease_terms t JOIN leases l ON l.id = t.lease JOIN workers w ON w.id = l.worker
      UNION ALL
      SELECT concat_ws(' ', 'day', s.host, b.total_requests, d.day, d.used, d.reserved,
        d.last_clock)
      FROM scope_days d LEFT JOIN sites s ON s.id = d.scope LEFT JOIN budgets b ON b.id = d.scope
      UNION ALL
      SELECT concat_ws(' ', 'total', total_used) FROM budgets
      UNION ALL
      SELECT concat_ws(' ', 'breaker', host, phase, since, causes, lifted_by, openings, back_off,
        failures_before, tallies, baseline_ms) FROM breakers
      UNION ALL
      SELECT concat_ws(' ', 'event', type, seq) FROM events
      UNION ALL
      SELECT concat_ws(' ', 'charge', w.name, s.host) FROM lease_charges c
      JOIN leases l ON l.id = c.lease JOIN workers w ON w.id = l.worker
      LEFT JOIN sites s ON s.id = c.scope
      ORDER BY 1
      """
    ).map { $0[0] ?? "" }
  }
}
