import Domain

/// What happens to the fleet and to the ceilings, whatever rule gives the shares.
struct History {
  /// One process of a worker.
  struct Life {
    let project: Int
    let begins: Int64
    let ends: Int64
    let end: End
    let wish: Rate
  }

  enum End {
    case crash
    /// The enforcement point gives the lease back.
    case leaveByPoint
    /// The worker gives it back itself.
    case leaveByWorker
  }

  /// A ceiling gets another rate.
  struct Change {
    let at: Int64
    let scope: Int
    /// Of its first rate.
    let percent: Int64
    let isImmediate: Bool
  }

  /// Who is cut off from the service, and when.
  struct Partition {
    enum Subject: Hashable {
      case life(Int)
      case point(Int)
    }

    let subject: Subject
    let from: Int64
    let to: Int64
  }

  let fleet: Fleet
  let lives: [Life]
  let changes: [Change]
  let partitions: [Partition]
  let clockSteps: [(at: Int64, microseconds: Int64)]
  /// When the database is set back, and to when.
  let restores: [(at: Int64, to: Int64)]

  init(_ plan: Plan, seed: UInt64) {
    var chance = Chance(seed: seed, stream: 0)
    fleet = Fleet(plan, &chance)
    lives = History.lives(plan, fleet, &chance)
    changes = History.changes(plan, fleet, &chance)
    partitions = History.partitions(plan, lives.count, &chance)
    clockSteps = chance.instants(perHour: plan.clockSteps, from: 60_000_000, to: plan.end)
      .map { ($0, chance.between(1_100_000, 10_000_000) * (chance.happens(0.5) ? 1 : -1)) }
    restores = chance.instants(perHour: plan.restores, from: 400_000_000, to: plan.end)
      .map { ($0, $0 - chance.between(20_000_000, 180_000_000)) }
  }

  private static func lives(_ plan: Plan, _ fleet: Fleet, _ chance: inout Chance) -> [Life] {
    func instants(_ perHour: Double) -> [Int64] {
      chance.instants(perHour: perHour, from: 30_000_000, to: plan.end)
    }
    let turns: [(at: Int64, turn: Turnover)] =
      (instants(plan.crashes).map { ($0, .crash) } + instants(plan.leaves).map { ($0, .leave) }
      + instants(plan.joins).map { ($0, .join) }
      + instants(plan.deployments).map { ($0, .deployment) }).sorted { $0.0 < $1.0 }
    var crew = Crew(fleet)
    for worker in 0..<plan.workers {
      crew.begin(in: worker % plan.projects, at: chance.between(0, 5_000_000))
    }
    for (at, turn) in turns {
      let project = Int(chance.between(0, Int64(plan.projects - 1)))
      let running = crew.running(at: at)
      switch turn {
      case .join: crew.begin(in: project, at: at)
      case .leave:
        guard let one = running.randomElement(using: &chance) else { continue }
        crew.end(one, at: at, chance.happens(0.5) ? .leaveByPoint : .leaveByWorker, &chance)
      case .crash:
        guard let one = running.randomElement(using: &chance) else { continue }
        crew.end(one, at: at, .crash, &chance)
        crew.begin(in: one.project, at: at + chance.between(2_000_000, 90_000_000))
      case .deployment:
        let how = [End.crash, .leaveByPoint, .leaveByWorker].randomElement(using: &chance)
        for one in running where one.project == project {
          crew.end(one, at: at + chance.between(0, 2_000_000), how ?? .crash, &chance)
          crew.begin(in: project, at: at + chance.between(3_000_000, 10_000_000))
        }
      }
    }
    return crew.all(&chance).filter { $0.begins < plan.end }.sorted { $0.begins < $1.begins }
  }

  private enum Turnover { case join, leave, crash, deployment }

  private static func partitions(
    _ plan: Plan, _ lives: Int, _ chance: inout Chance
  ) -> [Partition] {
    chance.instants(perHour: plan.partitions, from: 60_000_000, to: plan.end).map { from in
      let subject =
        chance.happens(0.5)
        ? Partition.Subject.life(Int(chance.between(0, Int64(lives - 1))))
        : .point(Int(chance.between(0, Int64(plan.enforcementPoints - 1))))
      return Partition(
        subject: subject, from: from, to: from + chance.between(20_000_000, 180_000_000))
    }
  }

  private static func changes(
    _ plan: Plan, _ fleet: Fleet, _ chance: inout Chance
  ) -> [Change] {
    let cuts = chance.instants(perHour: plan.cuts, from: 200_000_000, to: plan.end - 100_000_000)
    var back: [Int: Int64] = [:]
    var changes: [Change] = []
    for (number, cut) in cuts.enumerated() {
      let scope = Int(chance.between(0, Int64(fleet.scopes.count - 1)))
      let percent = chance.between(30, 80)
      let until = cut + chance.between(150_000_000, 900_000_000)
      guard cut > back[scope] ?? 0 else { continue }
      back[scope] = until
      changes.append(
        Change(at: cut, scope: scope, percent: percent, isImmediate: number % 2 == 1))
      changes.append(Change(at: until, scope: scope, percent: 100, isImmediate: false))
    }
    return changes.filter { $0.at < plan.end }.sorted { $0.at < $1.at }
  }
}
