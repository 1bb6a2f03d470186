import Testing

@testable import Simulation

@Suite("Bound on a fleet")
struct FleetBoundTests {
  @Test("what the exact check finds is what looking at every interval finds (seed)")
  func everyInterval() {
    let seed = Seeds.some(1)[0]
    var chance = Chance(seed: seed, stream: 0)
    for _ in 0..<300 {
      var allowance = Allowance(
        microRPS: chance.between(1, 4) * 250_000, burst: chance.between(1, 3))
      for at in [chance.between(0, 20), chance.between(20, 40)].sorted() {
        allowance.change(
          to: chance.between(1, 4) * 250_000, at: at * 1_000_000,
          effectiveAt: (at + chance.between(0, 9)) * 1_000_000)
      }
      let count = Int(chance.between(1, 30))
      let arrivals = (0..<count).map { _ in chance.between(0, 40_000_000) }.sorted()
      let found = FleetBound(arrivals, within: allowance)
      let worst = worst(arrivals, allowance)
      #expect(abs(found.excess - worst) < 0.000_001, "seed \(seed)")
      #expect((found.breaches > 0) == (worst > 0.000_000_1), "seed \(seed)")
    }
  }

  @Test("the request that is one too many is found, the one before is not")
  func nearest() {
    let allowance = Allowance(microRPS: 1_000_000, burst: 2)
    // Two at once, then one each second: exactly R·T + B over any interval.
    let fine = [0, 0, 1, 2, 3].map { Int64($0) * 1_000_000 }
    #expect(FleetBound(fine, within: allowance).breaches == 0)
    #expect(FleetBound(fine, within: allowance).excess == 0)
    let early = fine.dropLast() + [2_999_999]
    #expect(FleetBound(Array(early), within: allowance).breaches == 1)
    #expect(FleetBound([], within: allowance).breaches == 0)
  }

  @Test("a rate that was cut counts until it is effective, a rate that was raised at once")
  func changes() {
    var allowance = Allowance(microRPS: 4, burst: 1)
    allowance.change(to: 1, at: 100, effectiveAt: 160)
    allowance.change(to: 9, at: 200, effectiveAt: 200)
    #expect(allowance.steps.map(\.from) == [.min, 100, 160, 200])
    #expect(allowance.steps.map(\.microRPS) == [4, 4, 1, 9])
  }

  @Test("honoured rates that add up to more are seen, for how long and how high")
  func level() {
    let allowance = Allowance(microRPS: 10, burst: 1)
    let segments = [
      Record.Segment(from: 0, to: 50, microRPS: 6), Record.Segment(from: 30, to: 60, microRPS: 6),
      Record.Segment(from: 60, to: 90, microRPS: 10),
    ]
    let level = HonouredLevel(segments, within: allowance, until: 100)
    #expect(level.overMicroseconds == 20 && level.peak == 1.2)
    // One ends where the next begins: never both.
    let next = HonouredLevel(
      [segments[0], Record.Segment(from: 50, to: 70, microRPS: 10)], within: allowance, until: 100)
    #expect(next.overMicroseconds == 0 && next.peak == 1)
  }

  @Test("what is planned happens in order of time, and in the order of planning at one instant")
  func agenda() {
    var agenda = Agenda()
    var happened: [Int] = []
    for (number, at) in [5, 1, 5, 3, 1].enumerated() {
      agenda.plan(at: Int64(at)) { happened.append(number) }
    }
    while let next = agenda.next(before: 5) { next.happen() }
    #expect(happened == [1, 4, 3])
    while let next = agenda.next(before: 6) { next.happen() }
    #expect(happened == [1, 4, 3, 0, 2])
  }

  /// Every interval from one request to another, one by one.
  private func worst(_ arrivals: [Int64], _ allowance: Allowance) -> Double {
    var worst = -Double.infinity
    for first in arrivals.indices {
      for last in first..<arrivals.count {
        let allowed = integral(allowance, from: arrivals[first], to: arrivals[last])
        worst = max(worst, Double(last - first + 1) - allowed - Double(allowance.burst))
      }
    }
    return worst
  }

  private func integral(_ allowance: Allowance, from: Int64, to: Int64) -> Double {
    let steps = allowance.steps
    return steps.indices.reduce(0.0) { sum, index in
      let end = index + 1 < steps.count ? steps[index + 1].from : .max
      let time = min(to, end) - min(to, max(from, steps[index].from))
      return sum + Double(max(0, time)) * Double(steps[index].microRPS) / 1e12
    }
  }
}
