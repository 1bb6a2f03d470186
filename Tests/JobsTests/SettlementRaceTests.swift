import CountersignTesting
import Domain
import Jobs
import Postgres
import Store
import Testing
import Workflow

@Suite("settlement beside everything else")
struct SettlementRaceTests {
  /// What a worker or its enforcement point does.
  private enum Deed: Sendable {
    case renew(RenewLease)
    case giveBack(ReturnLease, byPoint: Bool)
    case acknowledge(RecordEnforcement)
  }

  @Test(
    "P11 two replicas settle and prune while leases are renewed, returned and told of late",
    arguments: 0..<2)
  func raced(_ number: UInt64) async throws {
    let seed = SettlementSeed.value &+ number
    var generator = SplitMix64(state: seed)
    let cap: Int64 = 1_500
    try await LeaseCrowd.with({
      $0.burst = 20
      $0.concurrency = 20
      $0.workers = 20
      $0.dailyRequests = cap
    }) { crowd in
      _ = try await crowd.register("example.com")
      let names = (0..<8).map { "w\($0)" }
      for round in 0..<40 {
        crowd.move(seconds: Int64.random(in: 1...40, using: &generator))
        for name in names where crowd.spiders[name] == nil {
          do { try await crowd.join(name, wish: 100_000) } catch is Refusals { continue }
        }
        let deeds = try names.compactMap { name in
          try deed(crowd, name, &generator).map { (name: name, deed: $0) }
        }
        let lost = try await perform(deeds, beside: crowd)
        for (name, lease) in lost.kept {
          crowd.spiders[name] = LeaseCrowd.Spider(lease: lease, from: crowd.now)
        }
        for name in lost.gone { crowd.spiders[name] = nil }
        let wrong = try await crowd.rows(Self.selectWrong)
        #expect(wrong.isEmpty, "seed \(seed), round \(round)")
        let today = try await crowd.today()
        #expect(today[0] + today[1] <= cap, "seed \(seed), round \(round)")
      }
      crowd.move(seconds: 400)
      try await crowd.sweep()
      #expect(try await crowd.today()[1] == 0, "seed \(seed)")
      #expect(try await crowd.rows(Self.selectWrong).isEmpty, "seed \(seed)")
      let ends = try await crowd.rows(Self.countEnds)[0]
      #expect(try ends.int64(0) == 0, "seed \(seed): leases with no end, or with two")
    }
  }

  private func deed(
    _ crowd: LeaseCrowd, _ name: String, _ generator: inout SplitMix64
  ) throws -> Deed? {
    guard let lease = crowd.spiders[name]?.lease else { return nil }
    crowd.send(name, count: Int64.random(in: 0...4, using: &generator))
    let number = lease.term.number
    switch Int.random(in: 0...9, using: &generator) {
    case 0: return nil
    case 1, 2:
      return .giveBack(
        ReturnLease(
          lease: lease.id,
          input: .success(ReturnLease.Input(term: number, report: try crowd.report(name)))),
        byPoint: Bool.random(using: &generator))
    case 3:
      let sighting = EnforcementReport.Sighting(
        lease: lease.id, term: number, requests: 1, refusals: 0, mostRPS: .none)
      return .acknowledge(
        RecordEnforcement(
          report: .success(EnforcementReport(sightings: [sighting], clock: nil))))
    default:
      return .renew(
        RenewLease(
          lease: lease.id,
          input: .success(
            RenewLease.Input(term: number, report: try crowd.report(name), wish: nil))))
    }
  }

  /// Does all of it at once, and settles and prunes on both replicas meanwhile.
  private func perform(
    _ deeds: [(name: String, deed: Deed)], beside crowd: LeaseCrowd
  ) async throws -> (kept: [(String, Lease)], gone: [String]) {
    let (pool, point) = (crowd.grant.poolCalls(), crowd.grant.gatewayCalls())
    let replicas = crowd.replicas
    let runners = replicas.indices.map {
      crowd.runner(on: $0, [SettleLeasesChore(), PruneTermsChore(keptSeconds: 600)])
    }
    return try await withThrowingTaskGroup(of: (String, Lease?)?.self) { group in
      for (place, entry) in deeds.enumerated() {
        let service = replicas[place % 2]
        group.addTask {
          switch entry.deed {
          case .renew(let command):
            guard let answer = try await Self.once(service, pool, command) else {
              return (entry.name, nil)
            }
            return (entry.name, answer.lease)
          case .giveBack(let command, let byPoint):
            _ = try await Self.once(service, byPoint ? point : pool, command)
            return (entry.name, nil)
          case .acknowledge(let command):
            _ = try await Self.once(service, point, command)
            return nil
          }
        }
      }
      for runner in runners {
        group.addTask {
          try await runner.sweep()
          return nil
        }
      }
      var (kept, gone): ([(String, Lease)], [String]) = ([], [])
      for try await case (let name, let lease)? in group {
        if let lease { kept.append((name, lease)) } else { gone.append(name) }
      }
      return (kept, gone)
    }
  }

  /// Nil where a rule said no.
  private static func once<C: Command>(
    _ service: Service, _ caller: Caller, _ command: C
  ) async throws -> C.Output? {
    let form = AnswerForm<C.Output>(
      accepted: { _ in StoredAnswer(status: 201, bytes: []) },
      refused: { _ in StoredAnswer(status: 400, bytes: []) })
    for _ in 0..<30 {
      do {
        switch try await service.perform(for: caller, storing: form, { _ in command }) {
        case .done(let output), .redone(let output): return output
        case .replayed: return nil
        }
      } catch CallFailure.unavailable {
        continue
      } catch is Refusals { return nil }
    }
    return nil
  }

  /// Days of scopes that are not what the leases say, and totals.
  private static let selectWrong = Statement(
    """
    WITH wanted AS (
      SELECT c.scope, c.day, sum(l.used_requests - c.base) AS used,
        sum(l.bound_requests - l.used_requests) AS reserved
      FROM lease_charges c JOIN leases l ON l.id = c.lease
      WHERE c.day IS NOT NULL GROUP BY c.scope, c.day
    )
    SELECT scope::text FROM wanted w FULL JOIN scope_days d USING (scope, day)
    WHERE w.used IS DISTINCT FROM d.used OR w.reserved IS DISTINCT FROM d.reserved
    UNION ALL
    SELECT b.id FROM budgets b LEFT JOIN leases l ON l.budget = b.id
    GROUP BY b.id HAVING b.total_used <> coalesce(sum(l.bound_requests), 0)
    """)

  private static let countEnds = Statement(
    """
    SELECT count(*) FROM leases l WHERE 1 <> (
      SELECT count(*) FROM events e WHERE e.object_id = l.id AND e.type = 'lease.ended')
    """)
}
