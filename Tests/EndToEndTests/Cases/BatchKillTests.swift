import Domain
import Synchronization
import Testing

@Suite("kill -9 in the middle of batches", .inTurn)
struct BatchKillTests {
  private static let workers = 8
  private static let callsMax = 60

  @Test("P5 eight workers of one budget renew while it is killed: each term told stands, and once")
  func kills() async throws {
    let plan = FaultPlan(usual: 10)
    print("kills among batches: \(plan.words)")
    try await RunningDev.withDatabase(on: try await RunningDev.shared.value) { dev in
      _ = try await dev.stop()
      let serve = MortalServe(dev)
      try await serve.start()
      let (traffic, testimony) = (Traffic(), Testimony())
      let stage = Stage(
        dev: dev,
        persistence: Persistence(
          traffic: traffic, testimony: testimony, seed: plan.seed,
          address: { try await serve.address() }))
      let proposal = try await stage.approved(
        Content.own(burst: Self.workers, concurrency: Self.workers, workers: Self.workers))
      let second = try await Stage(dev: dev).secondConnection()
      let watch = Occupancy(try await Stage(dev: dev).secondConnection())
      var killer = Killer(
        of: serve, traffic: traffic, second: second, callsMax: Self.callsMax, seed: plan.seed)
      let isOver = Flag()
      let seen = try await watch.watching {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for worker in 0..<Self.workers {
            group.addTask {
              try await Self.renew(proposal, as: "w\(worker)", on: stage, until: isOver)
            }
          }
          for _ in 0..<plan.count { try await killer.kill() }
          // Without kills for a while, so that the last process has something to show.
          try await traffic.reach(traffic.counts.definite + 300, of: \.definite)
          isOver.raise()
          try await group.waitForAll()
        }
      }
      let metrics = Request(method: "GET", path: "/metrics", fields: [], bytes: nil)
      let page = try MetricsPage(
        try await Client.exchange(metrics, with: try await serve.address()).text)
      let batched = page.families["countersign_renewals_batched_total"]?.samples.first?.value ?? 0
      print("\(traffic.counts), \(killer.open) transactions were open, \(batched) in batches")
      #expect(batched > 0, "\(plan.words)")
      #expect(try await serve.end() == 0)
      #expect(serve.incidents.isEmpty, "\(plan.words)")
      #expect(seen.violations.isEmpty, "\(plan.words)")
      #expect(killer.open > 0, "\(plan.words)")
      try await testimony.check(against: second, plan.words)
      try await Audit.check(second, plan.words)
    }
  }

  /// Holds a lease and renews it, each term until it is answered.
  private static func renew(
    _ proposal: Stage.Proposal, as worker: String, on stage: Stage, until isOver: Flag
  ) async throws {
    while !isOver.isRaised {
      let held = try await stage.lease(proposal, worker: worker, wants: Rate(microRPS: 100_000))
      guard held.status == 201 else { continue }
      let lease = try held.json["lease"]["id"].requiredText
      var term: Int64 = 1
      while !isOver.isRaised {
        let reply = try await stage.renew(lease, term: term)
        // It may have run out while nothing served.
        if reply.isExpiredLease { break }
        #expect(try reply.json(200)["lease"]["term"].integer == term + 1, "\(reply.text)")
        term += 1
      }
    }
  }

  private final class Flag: Sendable {
    private let raised = Atomic<Bool>(false)

    var isRaised: Bool { raised.load(ordering: .acquiring) }

    func raise() { raised.store(true, ordering: .releasing) }
  }
}
