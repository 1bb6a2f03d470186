import Foundation

@testable import Simulation

/// The seeds of a test: `COUNTERSIGN_SEED`, or others at each run, printed either way.
enum Seeds {
  static func some(_ count: Int) -> [UInt64] {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["COUNTERSIGN_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 40)
    return (0..<count).map { first &+ UInt64($0) }
  }

  /// Plays the histories, several at once, and says which they are.
  static func play(
    _ plan: Plan, _ count: Int, rule: ShareRule = .countersign
  ) async -> [Outcome] {
    let seeds = some(count)
    print("simulation: COUNTERSIGN_SEED=\(seeds[0])")
    return await withTaskGroup(of: Outcome.self) { group in
      for seed in seeds {
        group.addTask { Simulator.outcome(plan, seed: seed, rule: rule) }
      }
      return await group.reduce(into: [Outcome]()) { $0.append($1) }.sorted { $0.seed < $1.seed }
    }
  }
}

extension Plan {
  /// A history of some minutes, in which much happens.
  static func short(_ change: (inout Plan) -> Void = { _ in }) -> Plan {
    var plan = Plan()
    plan.seconds = 900
    plan.workers = 16
    plan.enforcementPoints = 4
    plan.crashes = 16
    plan.joins = 12
    plan.leaves = 12
    plan.deployments = 4
    plan.partitions = 12
    plan.cuts = 8
    change(&plan)
    return plan
  }
}
