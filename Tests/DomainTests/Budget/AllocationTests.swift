import Domain
import FoundationEssentials
import Testing

@Suite("Allocation")
struct AllocationTests {
  struct Vectors: Decodable {
    struct Case: Decodable {
      let source: String
      let capacity: Double
      let wants: [Double]
      let weights: [Double]
      let maxmin_fair: [Double]
    }
    let cases: [Case]
  }

  static let path = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../shared/vectors/budget/fair_share.json").standardizedFileURL

  @Test(
    "every published case gives its max-min shares",
    .enabled(if: FileManager.default.fileExists(atPath: path.path)))
  func vectors() throws {
    let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: Self.path))
    for vector in vectors.cases {
      let shares = Allocation.shares(
        of: Int64((vector.capacity * 1e6).rounded()),
        among: zip(vector.wants, vector.weights).map {
          Allocation.Wish(
            amount: Int64(($0 * 1e6).rounded()), weight: Int64(($1 * 1e3).rounded()))
        })
      for (share, fair) in zip(shares, vector.maxmin_fair) {
        #expect(abs(Double(share) - fair * 1e6) <= 2, "\(vector.source)")
      }
    }
    #expect(vectors.cases.count > 40)
  }

  @Test("P7 P8 sums, bounds, symmetry and monotonicity (seed printed)")
  func properties() {
    let seed = SeededGenerator.seed
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<3_000 {
      let count = Int.random(in: 1...12, using: &generator)
      let wishes = (0..<count).map { _ in
        Allocation.Wish(
          amount: Int64.random(in: 0...40, using: &generator) * 31_250,
          weight: Int64.random(in: 1...5, using: &generator))
      }
      let capacity = Int64.random(in: -1_000...4_000_000, using: &generator)
      let shares = Allocation.shares(of: capacity, among: wishes)
      let comment = Comment(rawValue: "seed \(seed)")
      for (share, wish) in zip(shares, wishes) {
        #expect(share >= 0 && share <= wish.amount, comment)
      }
      let total = shares.reduce(0, +)
      let most = min(max(0, capacity), wishes.map(\.amount).reduce(0, +))
      #expect(total <= most && total > most - Int64(count) - 1, comment)

      let order = Array(0..<count).shuffled(using: &generator)
      let permuted = Allocation.shares(of: capacity, among: order.map { wishes[$0] })
      #expect(permuted == order.map { shares[$0] }, comment)

      let mine = Int.random(in: 0..<count, using: &generator)
      var raised = wishes
      raised[mine] = Allocation.Wish(
        amount: wishes[mine].amount + 31_250, weight: wishes[mine].weight)
      #expect(Allocation.shares(of: capacity, among: raised)[mine] >= shares[mine], comment)

      var left = wishes
      left.remove(at: mine)
      var before = shares
      before.remove(at: mine)
      let after = Allocation.shares(of: capacity, among: left)
      #expect(zip(before, after).allSatisfy { $0 <= $1 }, comment)
    }
  }

  @Test("P7 P8 the same down a tree of ceilings (seed printed)")
  func tree() {
    let seed = SeededGenerator.seed
    var generator = SeededGenerator(seed: seed)
    let comment = Comment(rawValue: "seed \(seed)")
    for _ in 0..<2_000 {
      let count = Int.random(in: 1...10, using: &generator)
      let wishes = (0..<count).map { _ in
        Allocation.Wish(
          amount: Int64.random(in: 0...40, using: &generator) * 31_250,
          weight: Int64.random(in: 1...5, using: &generator))
      }
      // The whole, a part of it, a part of that part, and a part beside.
      let cuts = (0..<3).map { _ in Int.random(in: 0...count, using: &generator) }.sorted()
      func ceilings(_ members: [[Int]], _ capacities: [Int64]) -> [Allocation.Ceiling] {
        zip(capacities, members).map { Allocation.Ceiling(capacity: $0, members: $1) }
      }
      let members = [
        Array(0..<count), Array(0..<cuts[1]), Array(0..<cuts[0]), Array(cuts[1]..<cuts[2]),
      ]
      let capacities = members.map { _ in Int64.random(in: 0...1_500_000, using: &generator) }
      let all = ceilings(members, capacities)
      let shares = Allocation.shares(under: all, among: wishes)
      for (share, wish) in zip(shares, wishes) {
        #expect(share >= 0 && share <= wish.amount, comment)
      }
      for ceiling in all {
        #expect(ceiling.members.reduce(0) { $0 + shares[$1] } <= ceiling.capacity, comment)
      }
      // Whoever gets less stands under a full ceiling, where nobody gets more by weight.
      for index in wishes.indices where shares[index] < wishes[index].amount {
        let isBound = all.contains { ceiling in
          let sum = ceiling.members.reduce(0) { $0 + shares[$1] }
          return ceiling.members.contains(index)
            && sum > ceiling.capacity - Int64(ceiling.members.count) - 1
            && ceiling.members.allSatisfy {
              Int128(shares[$0]) * Int128(wishes[index].weight)
                < Int128(shares[index] + 1) * Int128(wishes[$0].weight)
            }
        }
        #expect(isBound, comment)
      }
      let mine = Int.random(in: 0..<count, using: &generator)
      var raised = wishes
      raised[mine] = Allocation.Wish(
        amount: wishes[mine].amount + 31_250, weight: wishes[mine].weight)
      #expect(Allocation.shares(under: all, among: raised)[mine] >= shares[mine], comment)
      var left = wishes
      left[mine] = Allocation.Wish(amount: 0, weight: wishes[mine].weight)
      let without = Allocation.shares(under: all, among: left)
      for index in wishes.indices where index != mine {
        #expect(without[index] >= shares[index], comment)
      }
    }
  }

  @Test("one ceiling over all gives what shares of a capacity are; none gives every wish")
  func oneCeiling() {
    let seed = SeededGenerator.seed
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<1_000 {
      let wishes = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
        Allocation.Wish(
          amount: Int64.random(in: 0...999, using: &generator),
          weight: Int64.random(in: 1...7, using: &generator))
      }
      let capacity = Int64.random(in: -5...3_000, using: &generator)
      let ceiling = Allocation.Ceiling(capacity: capacity, members: Array(wishes.indices))
      #expect(
        Allocation.shares(under: [ceiling], among: wishes)
          == Allocation.shares(of: capacity, among: wishes), "seed \(seed)")
      #expect(Allocation.shares(under: [], among: wishes) == wishes.map(\.amount))
    }
  }

  @Test("the largest numbers do not overflow")
  func largest() {
    let wish = Allocation.Wish(amount: Rate.most.microRPS, weight: Rate.most.microRPS)
    let shares = Allocation.shares(
      of: Rate.most.microRPS, among: Array(repeating: wish, count: 1_000))
    #expect(Set(shares) == [Rate.most.microRPS / 1_000])
    #expect(Allocation.shares(of: 5, among: []) == [])
  }
}
