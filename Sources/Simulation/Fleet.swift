import Domain

/// The scopes of a history: two sites, one in the other, and the budgets under them.
struct Fleet {
  struct Ceiling {
    let id: ScopeID
    let capacity: Capacity
    /// The budgets that are charged to it, by project.
    let projects: [Int]
  }

  /// The outer site, the inner one, then the budgets.
  let scopes: [Ceiling]
  let grants: [GrantFacts]
  private let workersPerProject: Int64

  static let outer = 0
  static let inner = 1

  /// Where the day has hours left for any history.
  static let start = Timestamp(microseconds: 1_796_104_800_000_000)

  init(_ plan: Plan, _ chance: inout Chance) {
    let workers = Int64(plan.workers)
    // A quarter of a request a second for each worker, more or less, and in odd numbers.
    let whole = workers * chance.between(200_000, 300_000) + chance.between(1, 999)
    let all = Array(0..<plan.projects)
    var scopes = [
      Ceiling(
        id: .site(SiteID(numbered: 0)),
        capacity: Fleet.capacity(rate: whole, workers: workers, places: nil), projects: all),
      Ceiling(
        id: .site(SiteID(numbered: 1)),
        capacity: Fleet.capacity(rate: whole * 6 / 10, workers: workers, places: nil),
        projects: all.filter { $0 % 2 == 1 }),
    ]
    for project in all {
      let rate = whole * chance.between(30, 90) / 100
      scopes.append(
        Ceiling(
          id: .budget(BudgetID(numbered: project)),
          capacity: Fleet.capacity(rate: rate, workers: workers, places: plan.places),
          projects: [project]))
    }
    self.scopes = scopes
    workersPerProject = max(1, workers / Int64(plan.projects))
    grants = all.map(Fleet.grant)
  }

  /// The scopes that a project's leases charge: its budget first, then sites outwards.
  func charged(by project: Int) -> [Int] {
    [2 + project]
      + [Fleet.inner, Fleet.outer].filter { scopes[$0].projects.contains(project) }
  }

  /// Some want little, most want more than their share.
  func wish(in project: Int, _ chance: inout Chance) -> Rate {
    let share = scopes[2 + project].capacity.rate.microRPS / workersPerProject
    return Rate(microRPS: max(20_000, share * chance.between(20, 400) / 100))
  }

  private static func capacity(rate: Int64, workers: Int64, places: Int64?) -> Capacity {
    // A few places more than there are workers: leases of the dead take some up for a while.
    let all = workers + max(8, workers / 2)
    return Capacity(
      rate: Rate(microRPS: rate), burst: all, concurrency: all, workers: places ?? all,
      dailyRequests: 1_000_000_000_000)
  }

  private static func grant(_ project: Int) -> GrantFacts {
    GrantFacts(
      id: GrantID(numbered: project), proposal: ProposalID(numbered: project), digest: .zero,
      tier: .t1, standing: .inForce, startsAt: start.adding(seconds: -3_600),
      endsAt: start.adding(seconds: 8_640_000), pools: [PoolID(numbered: 0)], buildDigests: [],
      tokenBlocks: [], evidence: .recordedIsEnough)
  }
}

extension Identifier {
  /// The same identifier for the same number, so that a history repeats itself.
  init(numbered number: Int) {
    let digits = String(number)
    let text = Kind.prefix + "_" + String(repeating: "0", count: 26 - digits.count) + digits
    guard let id = Identifier(text) else { preconditionFailure("\(text) is an identifier") }
    self = id
  }
}
