import Domain

/// One history played out: workers, enforcement points, a network and the service.
package final class Simulator {
  private let plan: Plan
  private let rule: ShareRule
  private let history: History
  private let service: Service
  private var agenda = Agenda()
  private var now: Int64 = 0
  private var workers: [Int: Worker] = [:]
  private var networks: [Network]
  private var points: [Point] = []
  private var pointNetworks: [Network]
  private var record: Record
  private var stops: [Stop] = []
  private var allowances: [Allowance]
  private var snapshots: [(at: Int64, state: Service.State)] = []
  private var convergence: Convergence
  private var seed: UInt64

  /// An epoch event.
  private struct Stop {
    let number: Int64
    let projects: [Int]
    let at: Int64
  }

  /// How often an enforcement point asks for the time and for epoch events.
  private static let askEvery: Int64 = 4_000_000

  package static func outcome(_ plan: Plan, seed: UInt64, rule: ShareRule) -> Outcome {
    Simulator(plan, seed: seed, rule: rule).run()
  }

  private init(_ plan: Plan, seed: UInt64, rule: ShareRule) {
    self.plan = plan
    self.rule = rule
    self.seed = seed
    let history = History(plan, seed: seed)
    self.history = history
    service = Service(history, rule: rule, replicas: plan.replicas)
    networks = history.lives.indices.map {
      Network(plan, history, of: .life($0), Chance(seed: seed, stream: 10_000 + UInt64($0)))
    }
    pointNetworks = (0..<plan.enforcementPoints).map {
      Network(plan, history, of: .point($0), Chance(seed: seed, stream: 100 + UInt64($0)))
    }
    var chance = Chance(seed: seed, stream: 1)
    points = (0..<plan.enforcementPoints).map { _ in
      Point(
        rule: rule, skew: chance.between(-plan.skewMicroseconds, plan.skewMicroseconds))
    }
    record = Record(projects: plan.projects)
    allowances = history.fleet.scopes.map {
      Allowance(microRPS: $0.capacity.rate.microRPS, burst: $0.capacity.burst)
    }
    convergence = Convergence(history)
  }

  private func run() -> Outcome {
    prepare()
    while let next = agenda.next(before: plan.end) {
      now = next.at
      next.happen()
    }
    now = plan.end
    for point in points { point.advance(to: now, &record) }
    for point in points {
      for chain in point.shares.keys.sorted() { point.drop(chain, at: now, &record) }
    }
    for worker in workers.values where worker.isAlive && worker.held == nil {
      convergence.waited(now - worker.withoutSince)
    }
    return Outcome(
      seed: seed, rule: rule, record: record, allowances: allowances, history: history,
      occupancy: service.occupancy, convergence: convergence, end: plan.end)
  }

  private func prepare() {
    for point in points.indices {
      agenda.plan(at: 0) { [unowned self] in measure(point) }
    }
    for (life, process) in history.lives.enumerated() {
      agenda.plan(at: process.begins) { [unowned self] in begin(life) }
      guard process.ends < plan.end else { continue }
      agenda.plan(at: process.ends) { [unowned self] in end(life, process.end) }
    }
    for change in history.changes {
      agenda.plan(at: change.at) { [unowned self] in apply(change) }
    }
    for partition in history.partitions {
      for instant in [partition.from, partition.to] {
        agenda.plan(at: instant) { [unowned self] in convergence.disturbed(at: now) }
      }
    }
    for step in history.clockSteps {
      agenda.plan(at: step.at) { [unowned self] in
        service.clockOffset += step.microseconds
        convergence.disturbed(at: now)
      }
    }
    for restore in history.restores {
      agenda.plan(at: restore.to) { [unowned self] in snapshots.append((now, service.state)) }
      agenda.plan(at: restore.at) { [unowned self] in
        guard let older = snapshots.first(where: { $0.at == restore.to }) else { return }
        service.restore(older.state, quarantine: plan.quarantine, at: now)
        convergence.disturbed(at: now)
      }
    }
  }
}

// ── Workers ──────────────────────────────────────────────────────────────────────────────────
extension Simulator {
  private func begin(_ life: Int) {
    workers[life] = Worker(life: life, point: life % points.count, at: now)
    convergence.began(life, at: now)
    ask(life)
  }

  private func end(_ life: Int, _ how: History.End) {
    guard let worker = workers[life], worker.isAlive else { return }
    if worker.held == nil { convergence.waited(now - worker.withoutSince) }
    workers[life]?.end()
    convergence.ended(life, at: now)
    guard let held = worker.held else { return }
    switch how {
    case .crash: stop(held.chain, at: worker.point)
    case .leaveByPoint:
      points[worker.point].drop(held.chain, at: now, &record)
      giveBack(life, held, byPoint: true, triesLeft: 4)
    case .leaveByWorker:
      stop(held.chain, at: worker.point)
      giveBack(life, held, byPoint: false, triesLeft: 4)
    }
  }

  /// Nobody sends any more. Doorman's client is its own enforcement point, and gone with it.
  private func stop(_ chain: Int, at point: Int) {
    switch rule {
    case .countersign: points[point].abandon(chain, at: now, &record)
    case .doorman: points[point].drop(chain, at: now, &record)
    }
  }

  private func giveBack(_ life: Int, _ term: Term, byPoint: Bool, triesLeft: Int) {
    var isDone = false
    send(.giveBack(chain: term.chain, term: term.number, byPoint: byPoint), life: life) { _ in
      isDone = true
    }
    guard triesLeft > 0 else { return }
    agenda.plan(at: now + 2_000_000) { [unowned self] in
      if !isDone { giveBack(life, term, byPoint: byPoint, triesLeft: triesLeft - 1) }
    }
  }

  private func ask(_ life: Int) {
    guard var worker = workers[life], worker.isAlive else { return }
    let question = worker.ask()
    let number = worker.question
    let patience = worker.patience(&networks[life])
    workers[life] = worker
    let sentAt = now
    send(question, life: life) { [unowned self] answer in
      hear(answer, life: life, question: number, sentAt: sentAt)
    }
    later(patience, life, if: number)
  }

  /// Asks after a time, unless the question is settled by then.
  private func later(_ delay: Int64, _ life: Int, if number: Int) {
    agenda.plan(at: now + delay) { [unowned self] in
      if workers[life]?.question == number { ask(life) }
    }
  }

  private func hear(_ answer: Answer, life: Int, question: Int, sentAt: Int64) {
    guard let worker = workers[life], worker.isAlive else { return }
    switch answer {
    case .term(let term):
      guard workers[life]?.take(term) == true else { return }
      if worker.held == nil { convergence.waited(now - worker.withoutSince) }
      hold(term, life: life, sentAt: sentAt)
    case .refused(let delay):
      guard worker.question == question else { return }
      if rule == .doorman { lose(life) }
      workers[life]?.settle()
      let most: Int64 = worker.held == nil ? 600_000_000 : 10_000_000
      let jitter = networks[life].between(0, 1_000_000)
      later(min(most, max(1_000_000, delay)) + jitter, life, if: workers[life]?.question ?? 0)
    case .gone:
      guard worker.question == question else { return }
      lose(life)
      workers[life]?.settle()
      later(1_000_000, life, if: workers[life]?.question ?? 0)
    case .done: break
    }
  }

  /// In every second history all workers are hungry at the same times.
  private func appetite(of life: Int) -> Appetite {
    Appetite(Chance(seed: seed, stream: seed % 2 == 0 ? 2 : 1_000_000 + UInt64(life)))
  }

  /// It hears that it has nothing; under Doorman's rule nothing else ends what it has.
  private func lose(_ life: Int) {
    guard let worker = workers[life], let held = worker.held else { return }
    _ = workers[life]?.lose(held.chain, term: held.number, at: now)
    if rule == .doorman { points[worker.point].drop(held.chain, at: now, &record) }
  }

  private func hold(_ term: Term, life: Int, sentAt: Int64) {
    guard let worker = workers[life] else { return }
    let project = history.lives[life].project
    let stop = stops.first { $0.number > term.epoch && $0.projects.contains(project) }
    let isHonoured = points[worker.point].present(
      term, project: project, voidBy: stop?.number,
      voidAt: stop.map { $0.at + Point.copyMax } ?? .max,
      appetite: appetite(of: life), at: now, &record)
    convergence.honours(life, points[worker.point].rate(of: term.chain), at: now)
    if rule == .countersign { acknowledge(term, by: worker.point) }
    let renewAt = isHonoured ? max(now, sentAt + term.renewInMicroseconds) : now + 1_000_000
    later(renewAt - now, life, if: worker.question)
    guard rule == .countersign else { return }
    agenda.plan(at: max(now, sentAt + term.expiresInMicroseconds)) { [unowned self] in
      if workers[life]?.lose(term.chain, term: term.number, at: now) == true { ask(life) }
    }
  }
}

// ── Enforcement points ───────────────────────────────────────────────────────────────────────
extension Simulator {
  /// Asks for the time and for epoch events, again and again.
  private func measure(_ point: Int) {
    let askedAt = now
    for there in pointNetworks[point].journeys(at: now) {
      for back in pointNetworks[point].journeys(at: now) {
        agenda.plan(at: now + there) { [unowned self] in
          let clock = service.clock(at: now).microseconds(since: Fleet.start)
          let epoch = service.epoch
          agenda.plan(at: now + back) { [unowned self] in
            heard(point, clock: clock, askedAt: askedAt, epoch: epoch)
          }
        }
      }
    }
    agenda.plan(at: now + Simulator.askEvery) { [unowned self] in measure(point) }
  }

  private func heard(_ point: Int, clock: Int64, askedAt: Int64, epoch: Int64) {
    let known = stops.filter { $0.number <= epoch }
    let made = points[point].heard(
      clock: clock, askedAt: askedAt, epoch: epoch,
      voids: { share in
        known.contains {
          share.term.epoch < $0.number && $0.projects.contains(share.project)
        }
      }, at: now, &record)
    guard !made.isEmpty else { return }
    // A token that is turned away makes its worker renew at once.
    for life in workers.keys.sorted() {
      guard let worker = workers[life], worker.isAlive, let held = worker.held,
        worker.point == point, made.contains(held.chain)
      else { continue }
      ask(life)
    }
  }

  /// Tells the service within five seconds which term it has seen last.
  private func acknowledge(_ term: Term, by point: Int) {
    let delay = pointNetworks[point].between(0, 5_000_000)
    guard term.number > 1, let there = pointNetworks[point].journeys(at: now).first else { return }
    agenda.plan(at: now + delay + there) { [unowned self] in
      _ = service.answer(
        .acknowledge(chain: term.chain, term: term.number), by: 0, at: now)
    }
  }
}

// ── What befalls all ─────────────────────────────────────────────────────────────────────────
extension Simulator {
  private func apply(_ change: History.Change) {
    let scope = history.fleet.scopes[change.scope]
    let settled = service.change(
      change.scope, percent: change.percent, isImmediate: change.isImmediate, at: now)
    var effectiveAt = settled
    if change.isImmediate, rule == .countersign {
      effectiveAt = min(settled, now + Point.copyMax)
      stops.append(Stop(number: service.epoch, projects: scope.projects, at: now))
      for point in points {
        for project in scope.projects {
          point.bind(project: project, before: service.epoch, at: now + Point.copyMax)
        }
      }
    }
    allowances[change.scope].change(
      to: scope.capacity.rate.microRPS * change.percent / 100, at: now, effectiveAt: effectiveAt)
    convergence.changed(change, effectiveAt: effectiveAt, at: now)
  }

  /// Sends a question and plans what becomes of it; `heard` may come never, once or more often.
  private func send(
    _ question: Question, life: Int, heard: @escaping (Answer) -> Void
  ) {
    for there in networks[life].journeys(at: now) {
      let replica = networks[life].replica()
      let journeys = networks[life].journeys(at: now)
      agenda.plan(at: now + there) { [unowned self] in
        let answer = service.answer(question, by: replica, at: now)
        for back in journeys {
          agenda.plan(at: now + back) { heard(answer) }
        }
      }
    }
  }
}
