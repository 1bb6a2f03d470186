import Domain
import Foundation
import Testing

@Suite("kill -9 in the middle", .inTurn)
struct KillTests {
  private static let errandsAtOnce = 4
  private static let callsMax = 40

  @Test("P5: fifty kills in a stream of calls: nothing lost, nothing doubled, nothing half done")
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
      var killer = Killer(
        of: serve, traffic: traffic, second: second, callsMax: KillTests.callsMax, seed: plan.seed)
      let seen = try await watch.watching {
        try await stream.running(errandsAtOnce: KillTests.errandsAtOnce) {
          for _ in 0..<plan.count { try await killer.kill() }
        }
      }
      #expect(try await serve.end() == 0)
      #expect(serve.incidents.isEmpty, "\(plan.words)")
      let counts = traffic.counts
      print("\(counts), \(killer.open) transactions were open, looked \(seen.looks) times")
      #expect(seen.violations.isEmpty, "\(plan.words)")
      // The kills did come inside: on both sides of COMMIT.
      #expect(killer.open > 0 && counts.doneBeforeLoss > 0 && counts.doneAfterLoss > 0)
      try await testimony.check(against: second, plan.words)
      try await Audit.check(second, plan.words)
    }
  }
}
