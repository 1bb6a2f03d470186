/// What becomes of messages: lost, doubled, late, out of order.
struct Network {
  private let plan: Plan
  private let partitions: [History.Partition]
  private var chance: Chance

  /// - Parameter subject: whose messages they are.
  init(
    _ plan: Plan, _ history: History, of subject: History.Partition.Subject, _ chance: Chance
  ) {
    self.plan = plan
    self.chance = chance
    partitions = history.partitions.filter { $0.subject == subject }
  }

  /// How long each copy of a message takes that arrives; none when it is lost.
  mutating func journeys(at now: Int64) -> [Int64] {
    if chance.happens(plan.loss) { return [] }
    if partitions.contains(where: { $0.from <= now && now < $0.to }) { return [] }
    let copies = chance.happens(plan.doubling) ? 2 : 1
    return (0..<copies).map { _ in
      chance.happens(plan.lateness)
        ? chance.between(100_000, 20_000_000)
        : chance.between(plan.latencyMicroseconds.lowerBound, plan.latencyMicroseconds.upperBound)
    }
  }

  mutating func replica() -> Int { Int(chance.between(0, Int64(plan.replicas - 1))) }

  mutating func between(_ least: Int64, _ most: Int64) -> Int64 { chance.between(least, most) }
}
