import Domain
import Testing

@testable import Simulation

/// The properties of budgets.md on the model: the rules of Domain in a fleet with faults.
@Suite("Properties of leases in simulated histories")
struct PropertyTests {
  @Test(
    "P1 P2: no scope is ever over its ceiling, no interval above R·T + B, as leases come and go")
  func bound() async {
    for outcome in await Seeds.play(.short(), 3) {
      expectWithinBudget(outcome)
      #expect(outcome.requests > 500, "seed \(outcome.seed)")
      #expect(outcome.occupancy.looks > 200, "seed \(outcome.seed)")
    }
  }

  @Test("P3: replies dropped, doubled, reordered and late change nothing in that")
  func messages() async {
    let plan = Plan.short {
      $0.loss = 0.2
      $0.doubling = 0.2
      $0.lateness = 0.2
    }
    for outcome in await Seeds.play(plan, 3) { expectWithinBudget(outcome) }
  }

  @Test("P4: two replicas interleaved statement by statement never give a share twice")
  func replicas() {
    #expect(ReplicaInterleaving.all.count == 70)
    for order in ReplicaInterleaving.all {
      #expect(ReplicaInterleaving.granted(order, locking: .scopeRow) <= ReplicaInterleaving.rate)
    }
    // The test would see it: without the lock some order gives everything to both.
    let most = ReplicaInterleaving.all.map { ReplicaInterleaving.granted($0, locking: .nothing) }
    #expect(most.max() == 2 * ReplicaInterleaving.rate)
  }

  @Test("P5: a reply that is lost after the commit, and the repeat: one lease, charged once")
  func killedBeforeReply() {
    var plan = Plan.short()
    plan.workers = 1
    plan.projects = 1
    let service = Service(History(plan, seed: 1), rule: .countersign, replicas: 2)
    guard case .term(let lost) = service.answer(.grant(life: 0, attempt: 0), by: 0, at: 0),
      case .term(let again) = service.answer(
        .grant(life: 0, attempt: 0), by: 1, at: 900_000),
      case .term(let renewed) = service.answer(
        .renew(chain: lost.chain, term: 1), by: 0, at: 20_000_000),
      case .term(let renewedAgain) = service.answer(
        .renew(chain: lost.chain, term: 1), by: 1, at: 21_000_000)
    else {
      Issue.record("a worker alone gets what it asks for")
      return
    }
    #expect(lost.chain == again.chain && lost.expiresAt == again.expiresAt)
    #expect(renewed.number == 2 && renewedAgain.number == 2)
    #expect(renewed.expiresAt == renewedAgain.expiresAt)
    #expect(service.state.chains.count == 1)
    #expect(service.state.occupants.allSatisfy { $0.count <= 1 })
  }

  @Test("P6: after a cut the excess is gone when the service said it would be")
  func cuts() async {
    let plan = Plan.short { $0.cuts = 16 }
    let outcomes = await Seeds.play(plan, 3)
    for outcome in outcomes { expectWithinBudget(outcome) }
    let cuts = outcomes.flatMap(\.cuts)
    #expect(!cuts.isEmpty && (cuts.max() ?? 0) > 0)
    #expect((cuts.max() ?? 0) <= (LeaseTerm.secondsUsual + LeaseTerm.guardSeconds) * 1_000_000 + 1)
  }

  @Test("P7: while nothing changes at least 95 % of what the workers can use is theirs")
  func usable() async {
    let plan = Plan.short {
      $0.seconds = 1_500
      $0.crashes = 2
      $0.joins = 2
      $0.leaves = 2
      $0.deployments = 0
      $0.partitions = 0
      $0.cuts = 2
    }
    for outcome in await Seeds.play(plan, 3) where outcome.steadyMicroseconds > 100_000_000 {
      #expect(outcome.usable >= 0.95, "seed \(outcome.seed): \(outcome.usable)")
    }
  }

  @Test("the same seed gives the same history, another seed another one")
  func repeats() {
    let seed = Seeds.some(1)[0]
    let plan = Plan.short { $0.seconds = 300 }
    let outcome = Simulator.outcome(plan, seed: seed, rule: .countersign)
    #expect(outcome == Simulator.outcome(plan, seed: seed, rule: .countersign))
    #expect(outcome != Simulator.outcome(plan, seed: seed &+ 1, rule: .countersign))
  }

  @Test("P9: with half as many places as workers nobody waits longer than some turns")
  func starvation() async {
    let plan = Plan.short {
      $0.seconds = 1_800
      $0.workers = 24
      $0.places = 4
      $0.crashes = 2
      $0.joins = 0
      $0.leaves = 0
      $0.deployments = 0
      $0.partitions = 0
      $0.cuts = 0
    }
    for outcome in await Seeds.play(plan, 2) {
      expectWithinBudget(outcome)
      #expect(outcome.longestWait > 60_000_000, "seed \(outcome.seed): there was a line")
      #expect(outcome.longestWait < 600_000_000, "seed \(outcome.seed): \(outcome.longestWait)")
    }
  }

  @Test("P12: clocks off by a minute change nothing while they are measured to half the guard")
  func skew() async {
    let plan = Plan.short { $0.skewMicroseconds = 60_000_000 }
    for outcome in await Seeds.play(plan, 2) {
      expectWithinBudget(outcome)
      #expect(outcome.requests > 500)
    }
  }

  @Test("P12: an enforcement point that cannot measure its clock that well lets nothing through")
  func unmeasured() async {
    let plan = Plan.short {
      $0.seconds = 300
      $0.latencyMicroseconds = 1_600_000...2_000_000
      $0.lateness = 0
    }
    for outcome in await Seeds.play(plan, 1) { #expect(outcome.requests == 0) }
    let near = Plan.short {
      $0.seconds = 300
      $0.latencyMicroseconds = 1_200_000...1_490_000
      $0.lateness = 0
    }
    for outcome in await Seeds.play(near, 1) {
      expectWithinBudget(outcome)
      #expect(outcome.requests > 0)
    }
  }

  @Test("P13: after an epoch event nothing is accepted past the bound, also where nobody heard it")
  func epochs() async {
    let plan = Plan.short {
      $0.cuts = 20
      $0.partitions = 40
      $0.loss = 0.1
    }
    for outcome in await Seeds.play(plan, 3) {
      expectWithinBudget(outcome)
      #expect(outcome.voidRequests == 0)
    }
  }

  @Test("P15: the budgets of many projects together stay within the site that they share")
  func manyProjects() async {
    let plan = Plan.short {
      $0.projects = 9
      $0.workers = 27
    }
    for outcome in await Seeds.play(plan, 2) { expectWithinBudget(outcome) }
  }

  @Test("P16: steps of the database's clock of up to ten seconds, either way")
  func clockSteps() async {
    let plan = Plan.short {
      $0.clockSteps = 24
      $0.cuts = 0
    }
    for outcome in await Seeds.play(plan, 3) { expectWithinBudget(outcome) }
  }

  @Test("P17: an older state of the database gives nothing away while the quarantine lasts")
  func restores() async {
    let plan = Plan.short {
      $0.seconds = 1_800
      $0.restores = 4
      $0.cuts = 0
    }
    for outcome in await Seeds.play(plan, 2) { expectWithinBudget(outcome) }
    var without = plan
    without.quarantine = .skipped
    let over = await Seeds.play(without, 2)
    #expect(over.contains { $0.peak > 1.2 && $0.breaches > 0 })
  }

  @Test("Doorman's rule is over budget on histories in which this one is not")
  func doorman() async {
    let plan = Plan.short { $0.seconds = 1_800 }
    let outcomes = await Seeds.play(plan, 3, rule: .doorman)
    #expect(outcomes.contains { $0.overMicroseconds > 0 && $0.peak > 1 })
  }

  private func expectWithinBudget(
    _ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let seed = Comment(rawValue: "seed \(outcome.seed)")
    #expect(outcome.overMicroseconds == 0, seed, sourceLocation: sourceLocation)
    #expect(outcome.peak <= 1, seed, sourceLocation: sourceLocation)
    #expect(outcome.breaches == 0 && outcome.excess <= 0, seed, sourceLocation: sourceLocation)
    #expect(outcome.occupancy.breaches == 0, seed, sourceLocation: sourceLocation)
    #expect(outcome.voidRequests == 0, seed, sourceLocation: sourceLocation)
    #expect(outcome.lateCuts == 0, seed, sourceLocation: sourceLocation)
  }
}
