import ArgumentParser
import Domain
import Foundation
import Simulation

/// `countersign simulate`: the whole protocol of leases under a clock of its own.
struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Play out leases with faults and look for an instant over budget.",
    discussion: """
      One history for each seed, the same whenever it is played. Shares are given by the rules \
      that the service uses. What it models and how to read it: docs/simulation.md.
      The exit code is 1 when more was let through than allowed.
      """)

  @Option(help: "How many histories.") var seeds = 30
  @Option(help: "The first seed.") var seed: UInt64 = 1
  @Option(help: "How long each is.") var hours = 1.0
  @Option(help: "Workers at the start.") var workers = 24
  @Option(help: "Budgets that share the site.") var projects = 3
  @Option(help: "Workers that hold a lease of one budget at once; without it, all.")
  var places: Int64?
  @Option(help: "Enforcement points.") var points = 6
  @Option(help: "Replicas of the service.") var replicas = 2
  @Option(help: "Messages that never arrive.") var loss = Percent(3)
  @Option(help: "Messages that arrive twice.") var doubled = Percent(1)
  @Option(help: "Messages that arrive up to 20 seconds late, out of order.")
  var late = Percent(1)
  @Option(help: "Seconds that the enforcement points' clocks are off, either way.")
  var skew = 2.5
  @Option(help: "Crashes of workers an hour; each has a successor.")
  var crashes = Plan().crashes
  @Option(help: "Workers that join, an hour.") var joins = Plan().joins
  @Option(help: "Workers that leave, an hour.") var leaves = Plan().leaves
  @Option(help: "How often an hour all workers of a project end and others begin.")
  var deployments = Plan().deployments
  @Option(help: "How often an hour a worker or an enforcement point hears nothing for minutes.")
  var partitions = Plan().partitions
  @Option(help: "Cuts of a ceiling an hour, every second one at once.") var cuts = Plan().cuts
  @Option(help: "Steps of the database's clock an hour, of up to 10 seconds.")
  var clockSteps = 0.0
  @Option(help: "How often an hour the database is set back by up to 3 minutes.")
  var restores = 0.0
  @Flag(help: "Grant at once after that, instead of waiting until all leases have run out.")
  var noQuarantine = false
  @Flag(help: "Play the same histories by Doorman's rule too.") var compare = false
  @Flag(help: "Print JSON: one object for each history and rule.") var json = false

  /// How large a simulation may be.
  static let seedsMax = 100_000
  static let workersMax = 20_000
  static let hoursMax = 24.0

  func validate() throws {
    func check(_ isFine: Bool, _ words: String) throws {
      guard isFine else { throw ValidationError(words) }
    }
    try check((1...SimulateCommand.seedsMax).contains(seeds), "--seeds is 1 to 100000.")
    try check((1...SimulateCommand.workersMax).contains(workers), "--workers is 1 to 20000.")
    try check((1...100).contains(projects), "--projects is 1 to 100.")
    try check((1...1_000).contains(points), "--points is 1 to 1000.")
    try check((1...100).contains(replicas), "--replicas is 1 to 100.")
    try check(places.map { (1...20_000).contains($0) } ?? true, "--places is 1 to 20000.")
    try check(hours >= 0.1 && hours <= SimulateCommand.hoursMax, "--hours is 0.1 to 24.")
    try check(skew >= 0 && skew <= 3_600, "--skew is 0 to 3600 seconds.")
    let frequencies = [
      crashes, joins, leaves, deployments, partitions, cuts, clockSteps, restores,
    ]
    try check(
      frequencies.allSatisfy { $0 >= 0 && $0 <= 3_600 },
      "Nothing comes more than 3600 times an hour.")
  }

  func run() async throws {
    let plan = plan
    let rules: [ShareRule] = compare ? [.countersign, .doorman] : [.countersign]
    let outcomes = await SimulateCommand.outcomes(plan, seeds: seeds, from: seed, rules: rules)
    let terminal = Terminal.standardOutput(environment: ProcessInfo.processInfo.environment)
    if json {
      terminal.write(bytes: JSON.array(outcomes.map(\.json)).bytes())
    } else {
      terminal.write(SimulationSheet(plan, outcomes).printout.lines(for: terminal))
    }
    guard outcomes.allSatisfy({ $0.rule == .doorman || $0.isWithinBudget }) else {
      throw ExitCode(1)
    }
  }

  private var plan: Plan {
    var plan = Plan()
    plan.seconds = Int64(hours * 3_600)
    plan.workers = workers
    plan.projects = projects
    plan.places = places
    plan.enforcementPoints = points
    plan.replicas = replicas
    plan.loss = loss.share
    plan.doubling = doubled.share
    plan.lateness = late.share
    plan.skewMicroseconds = Int64(skew * 1_000_000)
    plan.crashes = crashes
    plan.joins = joins
    plan.leaves = leaves
    plan.deployments = deployments
    plan.partitions = partitions
    plan.cuts = cuts
    plan.clockSteps = clockSteps
    plan.restores = restores
    plan.quarantine = noQuarantine ? .skipped : .kept
    return plan
  }

  /// Every seed under every rule, in order of the seeds; as many at once as there are cores.
  private static func outcomes(
    _ plan: Plan, seeds: Int, from first: UInt64, rules: [ShareRule]
  ) async -> [Outcome] {
    let runs = (0..<seeds).flatMap { seed in rules.map { (first &+ UInt64(seed), $0) } }
    return await withTaskGroup(of: (Int, Outcome).self) { group in
      var next = 0
      func start() {
        guard next < runs.count else { return }
        let (place, run) = (next, runs[next])
        next += 1
        group.addTask { (place, Simulator.outcome(plan, seed: run.0, rule: run.1)) }
      }
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { start() }
      var outcomes: [(Int, Outcome)] = []
      for await outcome in group {
        outcomes.append(outcome)
        start()
      }
      return outcomes.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}

/// `3%` or `3`: a part of a hundred.
struct Percent: ExpressibleByArgument, CustomStringConvertible {
  let share: Double

  init(_ percent: Double) { share = percent / 100 }

  init?(argument: String) {
    let number = argument.hasSuffix("%") ? String(argument.dropLast()) : argument
    guard let percent = Double(number), percent >= 0, percent <= 100 else { return nil }
    self.init(percent)
  }

  var description: String { "\((share * 10_000).rounded() / 100)%" }
}
