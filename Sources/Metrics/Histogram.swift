/// How often something took how long. A plain value: whoever counts owns it.
package struct Histogram: Sendable, Equatable {
  /// Upper bounds of the buckets in microseconds, ascending; what is longer is counted beside.
  package static let boundsMicroseconds: [Int64] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000,
  ]

  /// By bucket, each on its own; the last one has no bound.
  package private(set) var counts = Array(repeating: 0, count: boundsMicroseconds.count + 1)
  package private(set) var sumMicroseconds: Int64 = 0

  package init() {}

  package var count: Int { counts.reduce(0, +) }

  /// Counts one duration. A bound belongs to its bucket.
  package mutating func observe(microseconds: Int64) {
    var bucket = 0
    while bucket < Self.boundsMicroseconds.count, microseconds > Self.boundsMicroseconds[bucket] {
      bucket += 1
    }
    counts[bucket] += 1
    sumMicroseconds += microseconds
  }

  /// What both have counted.
  package static func + (one: Histogram, other: Histogram) -> Histogram {
    var sum = one
    for bucket in sum.counts.indices { sum.counts[bucket] += other.counts[bucket] }
    sum.sumMicroseconds += other.sumMicroseconds
    return sum
  }
}
