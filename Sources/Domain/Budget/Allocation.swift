/// Weighted max-min fair shares (water filling), exact in whole units.
package enum Allocation {
  /// What somebody wants of a capacity, and how much they count.
  package struct Wish: Hashable, Sendable {
    package let amount: Int64
    package let weight: Int64

    /// Precondition: the amount is not negative, the weight is positive.
    package init(amount: Int64, weight: Int64 = 1) {
      precondition(amount >= 0 && weight > 0, "a wish is not negative and counts for something")
      self.amount = amount
      self.weight = weight
    }
  }

  /// The share of each wish, in the order of the wishes.
  ///
  /// Nobody gets more than wished; whoever gets less gets as much per weight as anybody who gets
  /// less. Shares are rounded down: their sum stays below min(capacity, Σ wishes) by fewer units
  /// than there are wishes. A capacity below 0 counts as 0. Cost: n log n.
  package static func shares(of capacity: Int64, among wishes: [Wish]) -> [Int64] {
    var left = Int128(max(0, capacity))
    var weight = wishes.reduce(Int128(0)) { $0 + Int128($1.weight) }
    var shares = Array(repeating: Int64(0), count: wishes.count)
    let order = wishes.indices.sorted { first, second in
      let (a, b) = (wishes[first], wishes[second])
      let (left, right) = (
        Int128(a.amount) * Int128(b.weight), Int128(b.amount) * Int128(a.weight)
      )
      return left == right ? first < second : left < right
    }
    for (position, index) in order.enumerated() {
      let wish = wishes[index]
      guard Int128(wish.amount) * weight <= left * Int128(wish.weight) else {
        // From here on nobody is satisfied: all stand at the same level.
        for unmet in order[position...] {
          shares[unmet] = Int64(left * Int128(wishes[unmet].weight) / weight)
        }
        return shares
      }
      shares[index] = wish.amount
      left -= Int128(wish.amount)
      weight -= Int128(wish.weight)
    }
    return shares
  }

  /// A ceiling over some of the wishes.
  package struct Ceiling: Hashable, Sendable {
    package let capacity: Int64
    /// Places of the wishes under it, each once.
    package let members: [Int]

    /// A capacity below 0 counts as 0.
    package init(capacity: Int64, members: [Int]) {
      self.capacity = max(0, capacity)
      self.members = members
    }
  }

  /// The share of each wish under all the ceilings that it stands under, in the order of the
  /// wishes; a wish under none is fulfilled.
  ///
  /// Nobody can get more without taking it from somebody who gets less per weight. Where each
  /// two ceilings are nested or apart, as sites are, the levels are exact and only the shares
  /// are rounded down: more wished never gives less, and whoever leaves lowers nobody's share.
  /// Cost: n log n, and the wishes under each ceiling that fills up.
  package static func shares(under ceilings: [Ceiling], among wishes: [Wish]) -> [Int64] {
    var filling = Filling(ceilings, wishes)
    while filling.step() {}
    return filling.shares
  }
}

/// Shares on the way up: everybody's rises with their weight, until a wish is fulfilled or a
/// ceiling is full.
private struct Filling {
  private let wishes: [Allocation.Wish]
  private let ceilings: [Allocation.Ceiling]
  /// The ceilings over each wish.
  private let above: [[Int]]
  /// The wishes in the order in which they are fulfilled.
  private let order: [Int]
  private var next = 0
  private var isSettled: [Bool]
  /// What each ceiling has left for those under it that are not settled, and what they weigh.
  private var left: [Int128]
  private var weight: [Int128]
  private(set) var shares: [Int64]

  init(_ ceilings: [Allocation.Ceiling], _ wishes: [Allocation.Wish]) {
    self.wishes = wishes
    self.ceilings = ceilings
    var above = Array(repeating: [Int](), count: wishes.count)
    for (place, ceiling) in ceilings.enumerated() {
      for member in ceiling.members { above[member].append(place) }
    }
    self.above = above
    order = wishes.indices.sorted {
      Int128(wishes[$0].amount) * Int128(wishes[$1].weight)
        < Int128(wishes[$1].amount) * Int128(wishes[$0].weight)
    }
    isSettled = Array(repeating: false, count: wishes.count)
    left = ceilings.map { Int128($0.capacity) }
    weight = ceilings.map { ceiling in
      ceiling.members.reduce(Int128(0)) { $0 + Int128(wishes[$1].weight) }
    }
    shares = Array(repeating: 0, count: wishes.count)
  }

  /// Settles the wish or the ceiling that comes first; false when all are settled.
  mutating func step() -> Bool {
    while next < order.count, isSettled[order[next]] { next += 1 }
    guard next < order.count else { return false }
    let wish = order[next]
    if let ceiling = lowest(),
      left[ceiling] * Int128(wishes[wish].weight) < Int128(wishes[wish].amount) * weight[ceiling]
    {
      fill(ceiling)
    } else {
      fulfil(wish)
    }
    return true
  }

  /// The ceiling that is full at the lowest level.
  private func lowest() -> Int? {
    ceilings.indices.filter { weight[$0] > 0 }
      .min { left[$0] * weight[$1] < left[$1] * weight[$0] }
  }

  private mutating func fulfil(_ wish: Int) {
    isSettled[wish] = true
    shares[wish] = wishes[wish].amount
    for ceiling in above[wish] {
      left[ceiling] -= Int128(wishes[wish].amount)
      weight[ceiling] -= Int128(wishes[wish].weight)
    }
  }

  private mutating func fill(_ ceiling: Int) {
    let (level, whole) = (left[ceiling], weight[ceiling])
    var taken = Array(repeating: Int128(0), count: ceilings.count)
    for member in ceilings[ceiling].members where !isSettled[member] {
      let weight = Int128(wishes[member].weight)
      isSettled[member] = true
      shares[member] = Int64(level * weight / whole)
      for other in above[member] { taken[other] += weight }
    }
    for other in ceilings.indices where taken[other] > 0 {
      // All of it where the other ceiling is over this one; else rounded up, never too little.
      left[other] -= (level * taken[other] + whole - 1) / whole
      weight[other] -= taken[other]
    }
  }
}
