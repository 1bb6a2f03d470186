import Domain
import Foundation
import Testing

@Suite("kill -9 in the middle", .inTurn)
struct KillTests {
  private static let errandsAtOnce = 4
  /// Calls that go out after a start, at most, before the next kill.
  private static let callsMax = 40
  /// How long after a call went out the kill comes: about as long as a call takes.
  private static let delayMicrosecondsMax = 20_000

  @Test("fifty kills in a stream of calls: nothing lost, nothing doubled, nothing half done")
  func kills() async throws {
    let plan = FaultPlan()
    print("kills: \(plan.words)")
    try await RunningDev.withDatabase(on: try await RunningDev.shared.value) { dev in
      _ = try await dev.stop()
      let serve = MortalServe(dev)
      try await serve.start()
      let (traffic, testimony) = (Traffic(), Testimony())
      let stream = Stream(
        traffic: traffic, testimony: testimony, seed: plan.seed, dev: dev,
        address: { try await serve.address() })
      let second = try await Stage(dev: dev).secondConnection()
      let watch = Occupancy(try await Stage(dev: dev).secondConnection())
      var open = 0
      let seen = try await watch.watching {
        try await stream.running(errandsAtOnce: KillTests.errandsAtOnce) {
          open = try await kill(serve, plan, traffic, second)
        }
      }
      #expect(try await serve.end() == 0)
      #expect(serve.incidents.isEmpty, "\(plan.words)")
      let counts = traffic.counts
      print("\(counts), \(open) transactions were open, looked \(seen.looks) times")
      #expect(seen.violations.isEmpty, "\(plan.words)")
      // The kills did come inside: on both sides of COMMIT.
      #expect(open > 0 && counts.doneBeforeLoss > 0 && counts.doneAfterLoss > 0)
      try await testimony.check(against: second, plan.words)
      try await Audit.check(second, plan.words)
    }
  }

  /// Kills and starts again as planned; how many transactions were open at the kills.
  private func kill(
    _ serve: MortalServe, _ plan: FaultPlan, _ traffic: Traffic, _ second: SecondConnection
  ) async throws -> Int {
    var random = SeededRandom(seed: plan.seed)
    var open = 0
    for _ in 0..<plan.kills {
      let calls = Int.random(in: 1...KillTests.callsMax, using: &random)
      let delay = Int.random(in: 0...KillTests.delayMicrosecondsMax, using: &random)
      let startIsKilled = Int.random(in: 0..<10, using: &random) == 0
      try await traffic.reach(traffic.counts.sent + calls, of: \.sent)
      open += try await offPool {
        let moment = ContinuousClock.now + .microseconds(delay)
        while ContinuousClock.now < moment { continue }
        return try second.sessions(where: "xact_start IS NOT NULL")
      }
      try await serve.kill9()
      if startIsKilled {
        try await serve.startAndKill9 { try second.sessions(where: "true") > 0 }
      }
      try await serve.start()
    }
    return open
  }
}

extension SecondConnection {
  /// How many sessions of the service on this database are so.
  func sessions(where condition: String) throws -> Int {
    let rows = try rows(
      """
      SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'countersign' AND (\(condition))
      """)
    return Int(rows[0][0]) ?? 0
  }
}
