import Domain

/// How soon shares are what they should be, and when nothing disturbs them.
struct Convergence {
  /// From an instant on: what all workers together should have, and what each should.
  struct Ideal {
    let from: Int64
    let microRPS: Int64
  }

  private let history: History
  private var percents: [Int64]
  private var running: [Int] = []
  private var shares: [Int: Int64] = [:]
  /// Workers that have joined and do not have their share yet, and since when.
  private var joining: [Int: Int64] = [:]
  private(set) var ideals: [Ideal] = []
  /// How long workers took to get 95 % of their share.
  private(set) var joins: [Int64] = []
  /// How long after a cut the old rate was allowed still, by scope and instant.
  private(set) var cuts: [(scope: Int, at: Int64, effectiveAt: Int64, microRPS: Int64)] = []
  /// The longest time that a worker was without a lease.
  private(set) var longestWait: Int64 = 0

  init(_ history: History) {
    self.history = history
    percents = history.fleet.scopes.map { _ in 100 }
  }

  mutating func began(_ life: Int, at now: Int64) {
    running.append(life)
    // A start of the whole fleet is no join.
    if now > 30_000_000 { joining[life] = now }
    disturbed(at: now)
  }

  mutating func ended(_ life: Int, at now: Int64) {
    running.removeAll { $0 == life }
    joining[life] = nil
    disturbed(at: now)
  }

  mutating func changed(_ change: History.Change, effectiveAt: Int64, at now: Int64) {
    let isCut = change.percent < percents[change.scope]
    percents[change.scope] = change.percent
    if isCut {
      cuts.append((change.scope, now, effectiveAt, rate(of: change.scope)))
    }
    disturbed(at: now)
  }

  mutating func honours(_ life: Int, _ microRPS: Int64, at now: Int64) {
    guard let since = joining[life], microRPS * 100 >= (shares[life] ?? 0) * 95 else { return }
    joining[life] = nil
    joins.append(now - since)
  }

  mutating func waited(_ microseconds: Int64) { longestWait = max(longestWait, microseconds) }

  /// What was ideal is so no longer.
  mutating func disturbed(at now: Int64) {
    let fleet = history.fleet
    let projects = Array(0..<(fleet.scopes.count - 2))
    let members = projects.map { project in
      running.filter { history.lives[$0].project == project }
    }
    let ceilings = [Fleet.outer, Fleet.inner].map {
      Allocation.Ceiling(capacity: rate(of: $0), members: fleet.scopes[$0].projects)
    }
    let budgets = Allocation.shares(
      under: ceilings,
      among: projects.map { project in
        let wishes = members[project].reduce(0) { $0 + history.lives[$1].wish.microRPS }
        let granted = rate(of: 2 + project)
        return Allocation.Wish(amount: min(wishes, granted), weight: granted)
      })
    shares = [:]
    for project in projects {
      let wishes = members[project].map {
        Allocation.Wish(amount: history.lives[$0].wish.microRPS)
      }
      let parts = Allocation.shares(of: budgets[project], among: wishes)
      for (life, part) in zip(members[project], parts) { shares[life] = part }
    }
    ideals.append(Ideal(from: now, microRPS: shares.values.reduce(0, +)))
  }

  private func rate(of scope: Int) -> Int64 {
    history.fleet.scopes[scope].capacity.rate.microRPS * percents[scope] / 100
  }
}
