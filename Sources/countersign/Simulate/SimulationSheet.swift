import Domain
import Foundation
import Simulation

/// What simulated histories came to, for people.
struct SimulationSheet {
  private let plan: Plan
  private let outcomes: [Outcome]

  init(_ plan: Plan, _ outcomes: [Outcome]) {
    self.plan = plan
    self.outcomes = outcomes
  }

  var printout: Printout {
    var printout = Printout(conditions)
    let rules = ShareRule.allCases.filter { rule in outcomes.contains { $0.rule == rule } }
    let results = rules.map { rule in Results(outcomes.filter { $0.rule == rule }) }
    printout.add(heading: "What came of it")
    printout.add(
      Table(
        [.text("MEASURE")]
          + rules.map { .number($0 == .doorman ? "DOORMAN'S RULE" : "COUNTERSIGN") },
        empty: "", rows: Results.rows.map { row in [row.label] + results.map(row.value) }))
    let late = outcomes.filter { $0.rule == .countersign && !$0.isWithinBudget }
    if !late.isEmpty {
      printout.add(heading: "Over budget")
      printout.add(items: late.map { "--seed \($0.seed) --seeds 1: \($0.faults)" })
    }
    return printout
  }

  private var conditions: FieldList {
    let seeds = outcomes.map(\.seed)
    let (first, last) = (seeds.min() ?? 0, seeds.max() ?? 0)
    let hours = Results.decimal(Double(plan.seconds) / 3_600, 1)
    let anHour: [(Double, String)] = [
      (plan.crashes, "crashes"), (plan.joins, "joins"), (plan.leaves, "leaves"),
      (plan.deployments, "deployments"), (plan.partitions, "partitions"), (plan.cuts, "cuts"),
      (plan.clockSteps, "clock steps"), (plan.restores, "restores"),
    ]
    return [
      "histories": "\(Set(seeds).count) of \(hours) h, seeds \(first) to \(last)",
      "fleet": """
      \(plan.workers) workers, \(plan.projects) budgets\
      \(plan.places.map { " with \($0) places each" } ?? ""), \(plan.enforcementPoints) \
      enforcement points, \(plan.replicas) replicas
      """,
      "messages": """
      \(Results.percent(plan.loss)) lost, \(Results.percent(plan.doubling)) doubled, \
      \(Results.percent(plan.lateness)) up to 20 s late
      """,
      "clocks": "off by up to \(Results.seconds(plan.skewMicroseconds)) either way",
      "an hour": anHour.filter { $0.0 > 0 }.map { "\(Results.decimal($0.0, 0)) \($0.1)" }
        .joined(separator: ", "),
      "after a restore": plan.restores > 0
        ? (plan.quarantine == .kept ? "quarantine" : "no quarantine") : nil,
    ]
  }
}

/// Several histories under one rule.
private struct Results {
  private let outcomes: [Outcome]
  private let joins: [Int64]
  private let cuts: [Int64]

  init(_ outcomes: [Outcome]) {
    self.outcomes = outcomes
    joins = outcomes.flatMap(\.joins).sorted()
    cuts = outcomes.flatMap(\.cuts).sorted()
  }

  static var rows: [(label: String, value: (Results) -> String)] {
    [
      (
        "requests let through",
        { Numbers.grouped(String($0.outcomes.reduce(0) { $0 + $1.requests })) }
      ),
      ("highest rate honoured, of what is allowed", { "\(decimal($0.peak, 3)) x" }),
      ("time with more than is allowed", { percent($0.overShare, 3) }),
      ("histories with an interval above R·T + B", { "\($0.outcomes.count { $0.breaches > 0 })" }),
      ("  by so many requests at most", { decimal(max(0, $0.excess), 2) }),
      (
        "steps with more taken up than there is",
        { "\($0.outcomes.reduce(0) { $0 + $1.occupancy.breaches })" }
      ),
      (
        "requests on tokens void for over 15 s",
        { "\($0.outcomes.reduce(0) { $0 + $1.voidRequests })" }
      ),
      ("usable while nothing changes", { percent($0.usable, 1) }),
      ("  unused", { percent(1 - $0.usable, 1) }),
      ("  in the worst of the histories", { percent($0.leastUsable, 1) }),
      (
        "95 % of its share after a join, median",
        { $0.joins.isEmpty ? "-" : seconds($0.middle($0.joins)) }
      ),
      ("  at most", { $0.joins.last.map { seconds($0) } ?? "-" }),
      ("a cut holds everywhere, median", { $0.cuts.isEmpty ? "-" : seconds($0.middle($0.cuts)) }),
      ("  at most", { $0.cuts.last.map { seconds($0) } ?? "-" }),
      ("  later than was said", { "\($0.outcomes.reduce(0) { $0 + $1.lateCuts })" }),
      ("longest time without a lease", { seconds($0.outcomes.map(\.longestWait).max() ?? 0) }),
    ]
  }

  private var peak: Double { outcomes.map(\.peak).max() ?? 0 }
  private var excess: Double { outcomes.map(\.excess).max() ?? 0 }

  private var overShare: Double {
    let whole = outcomes.reduce(0) { $0 + $1.microseconds }
    return Double(outcomes.reduce(0) { $0 + $1.overMicroseconds }) / Double(max(1, whole))
  }

  /// Weighed by the time that was undisturbed.
  private var usable: Double {
    let steady = outcomes.reduce(0.0) { $0 + Double($1.steadyMicroseconds) }
    let used = outcomes.reduce(0.0) { $0 + $1.usable * Double($1.steadyMicroseconds) }
    return steady > 0 ? used / steady : 1
  }

  private var leastUsable: Double { outcomes.map(\.usable).min() ?? 1 }

  private func middle(_ lengths: [Int64]) -> Int64 { lengths[lengths.count / 2] }

  static func decimal(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }

  static func percent(_ share: Double, _ decimals: Int = 0) -> String {
    decimal(share * 100, decimals) + " %"
  }

  static func seconds(_ microseconds: Int64) -> String {
    decimal(Double(microseconds) / 1_000_000, 1) + " s"
  }
}

extension Outcome {
  /// Whether nothing was let through or honoured beyond what is allowed.
  var isWithinBudget: Bool {
    breaches == 0 && overMicroseconds == 0 && occupancy.breaches == 0 && voidRequests == 0
      && lateCuts == 0
  }

  fileprivate var faults: String {
    [
      (breaches, "requests above R·T + B"), (Int(overMicroseconds), "µs over"),
      (occupancy.breaches, "steps with more taken up than there is"),
      (voidRequests, "requests on void tokens"), (lateCuts, "cuts later than said"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }

  var json: JSON {
    func number(_ value: Double) -> JSON {
      .number(JSONNumber(trustedLiteral: Results.decimal(value, 6)))
    }
    func all(_ lengths: [Int64]) -> JSON { .array(lengths.map { number(Double($0) / 1_000_000) }) }
    return [
      "seed": .string(String(seed)), "rule": .string(rule.rawValue),
      "requests": JSON(Int64(requests)), "peak": number(peak),
      "over_seconds": number(Double(overMicroseconds) / 1_000_000),
      "breaches": JSON(Int64(breaches)), "excess_requests": number(max(0, excess)),
      "occupancy_breaches": JSON(Int64(occupancy.breaches)),
      "void_requests": JSON(Int64(voidRequests)),
      "steady_seconds": number(Double(steadyMicroseconds) / 1_000_000),
      "usable": number(usable), "join_seconds": all(joins), "cut_seconds": all(cuts),
      "late_cuts": JSON(Int64(lateCuts)),
      "longest_wait_seconds": number(Double(longestWait) / 1_000_000),
    ]
  }
}
