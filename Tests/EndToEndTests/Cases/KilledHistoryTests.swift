import CountersignTesting
import Domain
import Testing

/// Random histories against the reference model, as in `HistoryTests`, but over HTTP at a server
/// that is killed all the while: several at once, each with a proposal and people of its own. Every
/// call is repeated until it is answered, a POST under its Idempotency-Key, so that what a kill
/// took is learned. The real time goes on: nothing waits for days here.
@Suite("random histories under kill -9", .inTurn)
struct KilledHistoryTests {
  private static let lanes = 4
  private static let callsMax = 60

  @Test("a killed server goes as the model says; nothing is doubled, and no grant lacks its quorum")
  func histories() async throws {
    let plan = FaultPlan("COUNTERSIGN_KILLED_HISTORIES", usual: 12)
    print("killed histories: \(plan.words)")
    try await RunningDev.withDatabase(on: try await RunningDev.shared.value) { dev in
      let casts = try await makeCasts(on: Stage(dev: dev))
      _ = try await dev.stop()
      let serve = MortalServe(dev)
      try await serve.start()
      let (traffic, testimony) = (Traffic(), Testimony())
      let second = try await Stage(dev: dev).secondConnection()
      var killer = Killer(
        of: serve, traffic: traffic, second: second, callsMax: Self.callsMax, seed: plan.seed)
      let tally = try await killer.killing {
        try await withThrowingTaskGroup(of: HistoryTally.self) { group in
          for (lane, people) in casts.enumerated() {
            let persistence = Persistence(
              traffic: traffic, testimony: testimony, seed: plan.seed &+ UInt64(lane),
              address: { try await serve.address() })
            let cast = HistoryCast(people, on: Stage(dev: dev, persistence: persistence))
            let seeds = stride(from: lane, to: plan.count, by: Self.lanes).map {
              plan.seed &+ UInt64($0)
            }
            group.addTask { try await run(seeds, by: cast, second) }
          }
          return try await group.reduce(into: HistoryTally()) { $0.add($1) }
        }
      }
      #expect(try await serve.end() == 0)
      #expect(serve.incidents.isEmpty, "\(plan.words)")
      print("\(tally); \(killer.kills) kills, \(killer.open) transactions were open")
      print("\(traffic.counts)")
      // The kills did come inside.
      #expect(killer.kills >= plan.count && traffic.counts.lost > 0)
      if plan.count >= 100 {
        let counts = traffic.counts
        #expect(tally.isTelling && counts.doneBeforeLoss > 0 && counts.doneAfterLoss > 0)
      }
      try await testimony.check(against: second, plan.words)
      try await Audit.check(second, plan.words)
    }
  }

  private func makeCasts(on stage: Stage) async throws -> [[Stage.Newcomer]] {
    try await withThrowingTaskGroup(of: [Stage.Newcomer].self) { group in
      for _ in 0..<Self.lanes { group.addTask { try await HistoryCast.make(on: stage) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// One after the other.
  private func run(
    _ seeds: [UInt64], by cast: HistoryCast, _ second: SecondConnection
  ) async throws -> HistoryTally {
    var tally = HistoryTally()
    for seed in seeds {
      let proposal = try await ServedProposal(by: cast)
      var history = History(of: proposal, seed: seed)
      try await history.run()
      tally.add(history.tally)
      let unfounded = try await offPool { try second.rows(Quorum.unfounded(of: proposal.id)) }
      #expect(unfounded.isEmpty, "seed \(seed)")
      try await cast.restore(history.changed, from: history.model)
    }
    return tally
  }
}
