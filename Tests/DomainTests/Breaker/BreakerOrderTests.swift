import Domain
import Foundation
import Testing

@Suite("Breaker: the order of reports")
struct BreakerOrderTests {
  static var seed: UInt64 {
    ProcessInfo.processInfo.environment["COUNTERSIGN_SEED"].flatMap { UInt64($0) }
      ?? .random(in: 1...UInt64.max)
  }

  @Test("P19 reports in any order within a second give one state (seed printed)")
  func anyOrder() throws {
    let seed = Self.seed
    var generator = SeededGenerator(seed: seed)
    var opened = 0
    for round in 0..<2_000 {
      var scene = try BreakerScene()
      scene.breaker = scene.breaker.measured(300)
      for _ in 0..<Int.random(in: 0...8, using: &generator) {
        resume(&scene, &generator)
        _ = step(&scene, &generator)
        scene.wait(Int64.random(in: 0...90, using: &generator))
      }
      // All in one second, each on a term of its own age.
      let second = Timestamp(microseconds: scene.now.seconds * 1_000_000)
      let arrivals = (0..<Int.random(in: 2...5, using: &generator)).map { _ in
        var told = scene
        told.issuedAt = second.adding(
          seconds: -Int64.random(in: 0...120, using: &generator))
        return told.heard(
          report(&generator), isOverdue: Int.random(in: 0...9, using: &generator) == 0)
      }
      var found: Set<Breaker> = []
      var holds: Set<Timestamp?> = []
      for _ in 0..<8 {
        var breaker = scene.breaker
        var hold: Timestamp?
        for heard in arrivals.shuffled(using: &generator) {
          let instant = second.adding(
            microseconds: Int64.random(in: 0..<1_000_000, using: &generator))
          breaker = breaker.reported(heard, at: instant).breaker
          hold = [hold, breaker.siteHold(at: instant)].compactMap(\.self).max()
        }
        found.insert(breaker)
        holds.insert(hold)
      }
      #expect(found.count == 1 && holds.count == 1, "seed \(seed), round \(round)")
      if case .open? = found.first?.phase(at: second) { opened += 1 }
    }
    #expect((200..<2_000).contains(opened), "seed \(seed): \(opened) of 2,000 open")
  }

  @Test("no report ever shortens or eases what stands (seed printed)")
  func onlyTightens() throws {
    let seed = Self.seed
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      var scene = try BreakerScene()
      for _ in 0..<30 {
        resume(&scene, &generator)
        let before = scene.opening
        let change = step(&scene, &generator)
        if let before {
          #expect(scene.opening.map { $0.until >= before.until } ?? false, "seed \(seed)")
          #expect(
            before.lifting == .time || scene.opening?.lifting == .people, "seed \(seed)")
          #expect(change != .opened && change != .eased, "seed \(seed)")
        }
        scene.wait(Int64.random(in: 0...90, using: &generator))
      }
    }
  }

  /// Now and then people lift what only they lift.
  private func resume(_ scene: inout BreakerScene, _ generator: inout SeededGenerator) {
    guard scene.opening?.lifting == .people, Int.random(in: 0...3, using: &generator) == 0
    else { return }
    scene.breaker = scene.breaker.resumed(at: scene.now)
    scene.wait(1)
  }

  private func step(
    _ scene: inout BreakerScene, _ generator: inout SeededGenerator
  ) -> Breaker.Hearing.Change {
    guard scene.opening == nil || Bool.random(using: &generator) else { return .none }
    return scene.hear(report(&generator))
  }

  private func report(_ generator: inout SeededGenerator) -> UsageReport {
    func few(_ most: Int64) -> Int64 { Int64.random(in: 0...most, using: &generator) }
    func rarely(_ value: Int64) -> Int64 { few(19) == 0 ? value : 0 }
    let good = few(40)
    let status: [(String, Int64)] = [
      ("200", good), ("404", few(5)), ("500", few(1) * few(12)), ("429", rarely(1)),
      ("503", rarely(2)), ("451", rarely(1)),
    ]
    let (timeouts, failures) = (rarely(few(9)), few(3) == 0 ? few(4) : 0)
    let requests = status.reduce(timeouts + failures) { $0 + $1.1 }
    var more: JSONObject = [
      "requests": JSON(requests), "timeouts": JSON(timeouts),
      "connection_errors": JSON(failures), "challenges": JSON(min(requests, rarely(1))),
      "retry_after_seconds": JSON(few(200)),
      "status": .object(JSONObject(members: status.map { (name: $0.0, value: JSON($0.1)) })),
    ]
    if few(4) == 0 {
      more["latency_ms"] = ["p50": 1, "p95": JSON(1 + few(1_200)), "max": 6_000]
    }
    return .of(200, 0, more)
  }
}
