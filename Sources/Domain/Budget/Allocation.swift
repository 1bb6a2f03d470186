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
}
