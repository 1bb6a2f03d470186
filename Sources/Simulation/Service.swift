import Domain

/// The service as its clients see it: replicas that work one after another on one database, as
/// the locks of the scopes make them. Shares are given by the rules of Domain.
final class Service {
  /// What stands in the database.
  struct State {
    var chains: [Int: Chain] = [:]
    var capacities: [Capacity]
    /// Who takes up each scope.
    var occupants: [[Occupant]]
    var waiting: [(waiter: Waiter, until: Timestamp)] = []
    /// The chain that each question for a lease got; nil where it was refused.
    var answered: [Attempt: Int?] = [:]
    /// The last chain of each process.
    var newest: [Int: Int] = [:]
    var lastClock = Fleet.start
  }

  struct Chain {
    var lease: Lease
    let project: Int
    let life: Int
  }

  struct Attempt: Hashable {
    let life: Int
    let number: Int
  }

  let rule: ShareRule
  let history: History
  private(set) var state: State
  /// So many epoch events there were. They are kept apart from the state: a number that was told
  /// is never given again.
  private(set) var epoch: Int64 = 0
  private(set) var occupancy = Occupancy()
  /// How far the database's clock is ahead of true time.
  var clockOffset: Int64 = 0
  private var chainCount = 0
  private var readings: [(clock: Int64, at: Int64)?]
  private var pausedUntil: Int64 = 0
  private var learningUntil: Int64 = 0

  /// A step of the clock larger than this stops all grants for as long as a lease may live.
  static let stepMax: Int64 = 1_000_000
  /// How much later than told a worker may come back and still have its place in the line.
  static let graceSeconds: Int64 = 60

  init(_ history: History, rule: ShareRule, replicas: Int) {
    self.rule = rule
    self.history = history
    let scopes = history.fleet.scopes
    state = State(
      capacities: scopes.map(\.capacity), occupants: Array(repeating: [], count: scopes.count))
    readings = Array(repeating: nil, count: replicas)
  }

  /// The database's clock at an instant of true time.
  func clock(at now: Int64) -> Timestamp {
    Fleet.start.adding(microseconds: now + clockOffset)
  }

  func answer(_ question: Question, by replica: Int, at now: Int64) -> Answer {
    watchClock(of: replica, at: now)
    state.lastClock = max(state.lastClock, clock(at: now))
    switch question {
    case .grant, .renew:
      if now < pausedUntil { return .refused(afterMicroseconds: pausedUntil - now) }
    case .giveBack, .acknowledge: break
    }
    switch question {
    case .grant(let life, let attempt): return grant(life, attempt, at: now)
    case .renew(let chain, let term): return renew(chain, term, at: now)
    case .giveBack(let chain, let term, let byPoint): return end(chain, term, byPoint: byPoint)
    case .acknowledge(let chain, let term):
      guard rule == .countersign, let lease = state.chains[chain]?.lease else { return .gone }
      keep(lease.acknowledged(term: term), of: chain)
      return .done
    }
  }

  /// A ceiling gets another rate; what it held until when.
  ///
  /// - Returns: the instant from which the old rate is in no term any more.
  func change(_ scope: Int, percent: Int64, isImmediate: Bool, at now: Int64) -> Int64 {
    state.lastClock = max(state.lastClock, clock(at: now))
    let first = history.fleet.scopes[scope].capacity
    let rate = Rate(microRPS: first.rate.microRPS * percent / 100)
    let old = state.capacities[scope].rate
    state.capacities[scope] = first.limited(to: rate)
    guard rate < old else { return now }
    if isImmediate { epoch += 1 }
    let instant = state.lastClock
    let ends = state.occupants[scope].flatMap {
      [$0.currentFreesAt, $0.previousFreesAt ?? $0.currentFreesAt]
    }
    let settled = ([instant] + ends.filter { instant < $0 }.sorted()).first { end in
      state.occupants[scope].reduce(0) { $0 + $1.occupied(at: end).rate.microRPS }
        <= rate.microRPS
    }
    return now + (settled ?? instant).microseconds(since: instant)
  }

  /// The database is set back; its service waits, or does not know.
  func restore(_ older: State, quarantine: Plan.Quarantine, at now: Int64) {
    switch (rule, quarantine) {
    case (.countersign, .kept):
      state = older
      pausedUntil = now + (LeaseTerm.secondsMost + LeaseTerm.guardSeconds) * 1_000_000
    case (.countersign, .skipped): state = older
    case (.doorman, _):
      // A new master knows nothing and believes for one lease what it is told.
      state.occupants = state.occupants.map { _ in [] }
      learningUntil = now + LeaseTerm.secondsUsual * 1_000_000
    }
  }

  /// A step against the replica's own monotonic clock.
  private func watchClock(of replica: Int, at now: Int64) {
    defer { readings[replica] = (now + clockOffset, now) }
    guard rule == .countersign, let last = readings[replica] else { return }
    let step = (now + clockOffset - last.clock) - (now - last.at)
    guard abs(step) > Service.stepMax else { return }
    let pause = (LeaseTerm.secondsUsual + LeaseTerm.guardSeconds) * 1_000_000
    pausedUntil = max(pausedUntil, now + pause)
  }
}

extension Service {
  private func grant(_ life: Int, _ number: Int, at now: Int64) -> Answer {
    let attempt = Attempt(life: life, number: number)
    if let answered = state.answered[attempt] {
      guard let chain = answered, let lease = state.chains[chain]?.lease,
        lease.state(at: state.lastClock) == .live
      else { return .gone }
      return .term(term(of: lease, chain: chain))
    }
    if now < learningUntil { return .refused(afterMicroseconds: 5_000_000) }
    let process = history.lives[life]
    let worker = WorkerID(numbered: life)
    let held = state.newest[life].flatMap { state.chains[$0]?.lease }
    let request = LeaseRequest(
      lease: LeaseID(numbered: chainCount), pool: PoolID(numbered: 0), worker: worker,
      enforcementPoint: .gateway(GatewayID(numbered: 0), name: "point"), credential: "key",
      hosts: [Service.host], wish: process.wish, buildDigest: nil, held: held)
    state.answered[attempt] = .some(nil)
    let before = sums(process.project)
    do {
      let lease = try Lease.granted(request, on: ground(process.project), by: Service.actor)
        .subject.lease
      let chain = chainCount
      chainCount += 1
      state.chains[chain] = Chain(lease: lease, project: process.project, life: life)
      state.answered[attempt] = chain
      state.newest[life] = chain
      state.waiting.removeAll { $0.waiter.worker == worker }
      keep(lease, of: chain)
      note(process.project, before)
      return .term(term(of: lease, chain: chain))
    } catch {
      return wait(worker, process, for: error)
    }
  }

  private func renew(_ chain: Int, _ number: Int64, at now: Int64) -> Answer {
    guard let held = state.chains[chain], held.lease.ended == nil else { return .gone }
    if now < learningUntil { return learn(chain, held) }
    let before = sums(held.project)
    do {
      let renewal = try held.lease.renewed(
        holding: number, wish: nil, report: Service.report, by: held.lease.pool,
        on: ground(held.project))
      switch renewal {
      case .repeated(let lease): return .term(term(of: lease, chain: chain))
      case .next(let issued):
        keep(issued.lease, of: chain)
        note(held.project, before)
        return .term(term(of: issued.lease, chain: chain))
      }
    } catch {
      guard case .noCapacity(_, let until?) = error.first else { return .gone }
      return .refused(afterMicroseconds: until.microseconds(since: state.lastClock))
    }
  }

  private func end(_ chain: Int, _ number: Int64, byPoint: Bool) -> Answer {
    guard let lease = state.chains[chain]?.lease else { return .gone }
    do {
      let returned = try lease.returned(
        holding: number, report: Service.report,
        by: byPoint ? .gateway(GatewayID(numbered: 0)) : .pool(lease.pool),
        actor: Service.actor, at: state.lastClock)
      if case .ended(let ruling) = returned { keep(ruling.subject.lease, of: chain) }
      return .done
    } catch {
      return .gone
    }
  }

  /// Doorman's first minute: whoever says that it has something, has it.
  private func learn(_ chain: Int, _ held: Chain) -> Answer {
    let (lease, now) = (held.lease, state.lastClock)
    let next = LeaseTerm(
      number: lease.term.number + 1, portion: lease.term.portion, quota: lease.term.quota,
      day: lease.term.day, issuedAt: now,
      expiresAt: now.adding(seconds: LeaseTerm.secondsUsual))
    let learned = Lease(
      id: lease.id, grant: lease.grant, budget: lease.budget, pool: lease.pool,
      worker: lease.worker, enforcementPoint: lease.enforcementPoint,
      credential: lease.credential, hosts: lease.hosts, buildDigest: nil,
      startedAt: lease.startedAt, term: next, previous: nil, wish: lease.wish, ended: nil)
    keep(learned, of: chain)
    return .term(term(of: learned, chain: chain))
  }

  private func wait(
    _ worker: WorkerID, _ process: History.Life, for refusals: Refusals
  ) -> Answer {
    switch refusals.first {
    case .noCapacity(let label, let until?):
      guard let scope = ScopeID(label), case .budget(let budget) = scopeID(process.project) else {
        preconditionFailure("\(label) is a scope")
      }
      let now = state.lastClock
      let known = state.waiting.first { $0.waiter.worker == worker && now <= $0.until }
      state.waiting.removeAll { $0.waiter.worker == worker || $0.until < now }
      let waiter = Waiter(
        worker: worker, budget: budget, granted: state.capacities[2 + process.project].rate,
        wish: process.wish, since: known?.waiter.since ?? now, scope: scope)
      state.waiting.append((waiter, max(until, now).adding(seconds: Service.graceSeconds)))
      return .refused(afterMicroseconds: until.microseconds(since: now))
    case .leaseExists(_, let until):
      return .refused(afterMicroseconds: until.microseconds(since: state.lastClock))
    default: return .refused(afterMicroseconds: 10_000_000)
    }
  }

  private func ground(_ project: Int) -> LeaseGround {
    let now = state.lastClock
    let charged = history.fleet.charged(by: project)
    let scopes = charged.map { index in
      state.occupants[index].removeAll { $0.freesAt <= now }
      let id = history.fleet.scopes[index].id
      return Scope(
        id: id, label: id.text, capacity: state.capacities[index],
        opening: Opening(.always, in: .utc), holdUntil: nil, epoch: 0, spentToday: 0,
        occupants: state.occupants[index])
    }
    let grant = history.fleet.grants[project]
    return LeaseGround(
      now: now, grant: grant, budget: scopes[0], sites: Array(scopes.dropFirst()), locks: [],
      keyEndsAt: grant.endsAt, leftInTotal: 1_000_000_000_000,
      waiting: state.waiting.lazy.filter { now < $0.until }.map(\.waiter))
  }

  /// Puts a lease as it is now in the place of what it was.
  private func keep(_ lease: Lease, of chain: Int) {
    guard var held = state.chains[chain] else { return }
    held.lease = lease
    state.chains[chain] = held
    let own = history.fleet.scopes[2 + held.project].id
    for index in history.fleet.charged(by: held.project) {
      let isOwn = history.fleet.scopes[index].id == own
      let granted = isOwn ? nil : state.capacities[2 + held.project].rate
      let most = history.fleet.charged(by: held.project).map { state.capacities[$0].rate }.min()
      let occupant = occupant(lease, granted: granted, most: isOwn ? nil : most)
      if let place = state.occupants[index].firstIndex(where: { $0.lease == lease.id }) {
        state.occupants[index][place] = occupant
      } else {
        state.occupants[index].append(occupant)
      }
    }
  }

  private func occupant(_ lease: Lease, granted: Rate?, most: Rate?) -> Occupant {
    let whole = lease.occupant
    let forgets = rule == .doorman
    return Occupant(
      lease: whole.lease, budget: whole.budget, startedAt: whole.startedAt, wish: whole.wish,
      current: whole.current,
      currentFreesAt: forgets
        ? min(lease.term.expiresAt, lease.ended?.at ?? lease.term.expiresAt)
        : whole.currentFreesAt,
      previous: forgets ? .none : whole.previous,
      previousFreesAt: forgets ? nil : whole.previousFreesAt, granted: granted, most: most)
  }

  private func sums(_ project: Int) -> [Occupancy.Sum] {
    history.fleet.charged(by: project).map {
      Occupancy.Sum(state.occupants[$0], at: state.lastClock)
    }
  }

  /// Looks whether what is taken up is within the ceilings, or has not grown.
  private func note(_ project: Int, _ before: [Occupancy.Sum]) {
    for (index, old) in zip(history.fleet.charged(by: project), before) {
      occupancy.note(
        Occupancy.Sum(state.occupants[index], at: state.lastClock), before: old,
        within: state.capacities[index])
    }
  }

  private func term(of lease: Lease, chain: Int) -> Term {
    let (term, now) = (lease.term, state.lastClock)
    return Term(
      chain: chain, number: term.number, rate: term.portion.rate, burst: term.portion.burst,
      quota: term.quota, expiresAt: term.expiresAt, epoch: epoch,
      expiresInMicroseconds: term.expiresAt.microseconds(since: now),
      renewInMicroseconds: max(0, term.renewAt(of: lease.id).microseconds(since: now)))
  }

  private func scopeID(_ project: Int) -> ScopeID { history.fleet.scopes[2 + project].id }

  private static let actor = Actor(
    subject: .pool(PoolID(numbered: 0)), method: .poolKey, credential: nil, request: nil)

  private static let host: Host = {
    do { return try Host("www.example.com") } catch { preconditionFailure("\(error)") }
  }()

  private static let report: UsageReport = {
    let body: JSON = [
      "from": JSON(Fleet.start), "to": JSON(Fleet.start), "requests": 0, "status": [:],
    ]
    do {
      return try JSONReader.read(body, as: .usageReport)
    } catch { preconditionFailure("\(error)") }
  }()
}
