/// Chance that repeats itself: SplitMix64, one stream for each seed and purpose.
struct Chance: RandomNumberGenerator {
  private var state: UInt64

  /// Streams of one seed are independent of each other.
  init(seed: UInt64, stream: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 ^ (stream &+ 1) &* 0xD1B5_4A32_D192_ED03
    _ = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func happens(_ probability: Double) -> Bool {
    Double(next() >> 11) < probability * 9_007_199_254_740_992
  }

  /// Evenly between two bounds, the upper one included.
  mutating func between(_ least: Int64, _ most: Int64) -> Int64 {
    least + Int64(next() % UInt64(most - least + 1))
  }

  /// Instants at random, so many an hour on average, between two others; in order.
  mutating func instants(perHour: Double, from start: Int64, to end: Int64) -> [Int64] {
    let expected = perHour * Double(end - start) / 3_600_000_000
    let whole = Int(expected)
    let count = whole + (happens(expected - Double(whole)) ? 1 : 0)
    guard end > start else { return [] }
    return (0..<count).map { _ in between(start, end - 1) }.sorted()
  }
}
