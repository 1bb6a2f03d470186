/// The other budgets that want something of the sites over one budget.
struct Rivals {
  private let now: Timestamp
  private let own: BudgetID?
  /// What the budget itself was granted: what it weighs.
  private let granted: Int64
  /// The wishes of the other budgets, at most what they can have, and what was granted to them.
  private var wishes: [(wanted: Int64, granted: Int64)] = []
  private var places: [BudgetID: Int] = [:]
  /// The sites: the ceiling, and who else is under it.
  private var sites: [(capacity: Capacity, members: [Int])] = []

  init(at now: Timestamp, besides budget: Scope) {
    self.now = now
    granted = budget.capacity.rate.microRPS
    own = if case .budget(let id) = budget.id { id } else { nil }
  }

  var isEmpty: Bool { wishes.isEmpty }

  /// Takes in whoever holds something of a site, or waits for room in it.
  mutating func add(_ site: Scope, waiting: [Waiter]) {
    var tally = Tally()
    for occupant in site.occupants
    where now < occupant.freesAt && occupant.budget != own {
      let granted = occupant.granted ?? Rate(microRPS: granted)
      tally.add(
        occupant.wish, of: occupant.budget, granted: granted, most: occupant.most ?? granted)
    }
    for waiter in waiting where waiter.scope == site.id && waiter.budget != own {
      tally.add(
        waiter.wish, of: waiter.budget, granted: waiter.granted, most: waiter.granted)
    }
    let members = tally.budgets.map { budget in
      let place = places[budget.id] ?? wishes.count
      if place == wishes.count {
        places[budget.id] = place
        wishes.append((0, budget.granted.microRPS))
      }
      // What its other ceilings keep it from is left to those who can use it.
      wishes[place].wanted = max(wishes[place].wanted, min(budget.wanted, budget.most.microRPS))
      return place
    }
    sites.append((site.capacity, members))
  }

  /// What the budget gets when its workers wish for so much; the sum of a budget's wishes counts
  /// up to what it was granted.
  func rate(for wish: Rate) -> Rate {
    let all = wishes + [(wish.microRPS, granted)]
    let ceilings = sites.map {
      Allocation.Ceiling(
        capacity: $0.capacity.rate.microRPS, members: $0.members + [wishes.count])
    }
    let shares = Allocation.shares(
      under: ceilings,
      among: all.map {
        Allocation.Wish(amount: min($0.wanted, $0.granted), weight: max(1, $0.granted))
      })
    return Rate(microRPS: shares[wishes.count])
  }

  /// Its part of a burst or of concurrency, at least 1: by weight, as if each of the others
  /// wanted all.
  func part(of whole: Int64, where limit: KeyPath<Capacity, Int64>) -> Int64 {
    sites.filter { !$0.members.isEmpty }.reduce(whole) { least, site in
      let most = site.capacity[keyPath: limit]
      let weight = site.members.reduce(Int128(granted)) { $0 + Int128(wishes[$1].granted) }
      let part = Int64(Int128(most) * Int128(granted) / max(1, weight))
      return min(least, max(1, part))
    }
  }
}

/// Wishes, added up by budget.
private struct Tally {
  struct Entry {
    let id: BudgetID
    let granted: Rate
    var wanted: Int64
    /// What the least bounded of its leases and waiters could have.
    var most: Rate
  }

  private(set) var budgets: [Entry] = []
  private var places: [BudgetID: Int] = [:]

  mutating func add(_ wish: Rate, of budget: BudgetID, granted: Rate, most: Rate) {
    // Leases of one budget often follow each other.
    let last = budgets.indices.last.flatMap { budgets[$0].id == budget ? $0 : nil }
    if let place = last ?? places[budget] {
      budgets[place].wanted += wish.microRPS
      budgets[place].most = max(budgets[place].most, most)
    } else {
      places[budget] = budgets.count
      budgets.append(Entry(id: budget, granted: granted, wanted: wish.microRPS, most: most))
    }
  }
}
