import Domain
import Testing

@Suite("Bucket")
struct BucketTests {
  static let second: Int64 = 1_000_000_000

  @Test(
    "the published sequence of GCRA comes out step by step",
    .enabled(if: SharedFile.exists("vectors/budget/gcra.json")))
  func vectors() throws {
    let cases = try SharedFile.json("vectors/budget/gcra.json")["cases"].elements
    #expect(cases.count == 16)
    // One request a second, five at once; it starts full.
    var bucket = Bucket(fullAtNanoseconds: 0, rate: Rate(microRPS: 1_000_000), burst: 5)
    for step in cases {
      let (at, quantity) = (try nanoseconds(step["at_s"]), try number(step["quantity"]))
      let passed = bucket.take(quantity, atNanoseconds: at)
      #expect(passed == (step["limited"] == .bool(false)), "step \(step["step"])")
      let remaining = try number(step["remaining"])
      #expect(bucket.level(atNanoseconds: at) == remaining)
      let reset = try nanoseconds(step["reset_after_s"])
      #expect(bucket.nanosecondsToFull(atNanoseconds: at) == reset)
      let retry = try nanoseconds(step["retry_after_s"])
      if !passed, retry > 0 {
        #expect(bucket.earliest(quantity, afterNanoseconds: at) == at + retry)
      } else if !passed {
        #expect(bucket.earliest(quantity, afterNanoseconds: at) == nil)
      }
    }
  }

  @Test("it starts empty: the first request after one interval, the burst after all of them")
  func empty() {
    let start = 7 * Self.second
    var bucket = Bucket(emptyAtNanoseconds: start, rate: Rate(microRPS: 500_000), burst: 3)
    #expect(bucket.level(atNanoseconds: start) == 0)
    #expect(bucket.earliest(afterNanoseconds: start) == start + 2 * Self.second)
    let isEarlyTaken = bucket.take(atNanoseconds: start + 2 * Self.second - 1)
    #expect(!isEarlyTaken)
    #expect(bucket.level(atNanoseconds: start + 6 * Self.second) == 3)
    #expect(bucket.level(atNanoseconds: start + 99 * Self.second) == 3)
    let isBurstTaken = bucket.take(3, atNanoseconds: start + 99 * Self.second)
    #expect(isBurstTaken)
    let isMoreTaken = bucket.take(atNanoseconds: start + 99 * Self.second)
    #expect(!isMoreTaken)
  }

  @Test("a next term takes the level over in requests, and spills what does not fit")
  func continued() {
    let (slow, fast) = (Rate(microRPS: 100_000), Rate(microRPS: 1_000_000))
    let empty = Bucket(emptyAtNanoseconds: 0, rate: fast, burst: 4)
    // The same instant carried over would be 3.6 requests of nothing.
    let slower = empty.continued(rate: slow, burst: 4, atNanoseconds: 0)
    #expect(slower.level(atNanoseconds: 0) == 0)
    #expect(slower.earliest(afterNanoseconds: 0) == 10 * Self.second)
    let half = empty.continued(rate: slow, burst: 4, atNanoseconds: Self.second / 2)
    #expect(half.earliest(afterNanoseconds: Self.second / 2) == 5 * Self.second + Self.second / 2)
    let full = Bucket(fullAtNanoseconds: 0, rate: fast, burst: 4)
    #expect(full.continued(rate: slow, burst: 2, atNanoseconds: 0).level(atNanoseconds: 0) == 2)
    #expect(full.continued(rate: slow, burst: 9, atNanoseconds: 0).level(atNanoseconds: 0) == 4)
  }

  @Test("whatever the terms, no level is ever gained when one follows another (seed)")
  func neverGains() {
    let seed = SeededGenerator.seed
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      var bucket = Bucket(
        emptyAtNanoseconds: 0,
        rate: Rate(microRPS: Int64.random(in: 1...5_000_000, using: &generator)),
        burst: Int64.random(in: 1...9, using: &generator))
      var now: Int64 = 0
      for _ in 0..<8 {
        now += Int64.random(in: 0...3_000_000_000, using: &generator)
        while Bool.random(using: &generator), bucket.take(atNanoseconds: now) {}
        let burst = Int64.random(in: 1...9, using: &generator)
        let next = bucket.continued(
          rate: Rate(microRPS: Int64.random(in: 1...5_000_000, using: &generator)), burst: burst,
          atNanoseconds: now)
        let levels = (bucket.level(atNanoseconds: now), next.level(atNanoseconds: now))
        #expect(levels.1 <= min(levels.0, burst), "seed \(seed)")
        bucket = next
      }
    }
  }

  private func nanoseconds(_ value: JSON) throws -> Int64 {
    guard case .number(let number) = value, let seconds = Double(number.literal) else {
      Issue.record("\(value) is a number")
      return 0
    }
    return Int64((seconds * 1e9).rounded())
  }

  private func number(_ value: JSON) throws -> Int64 { try nanoseconds(value) / Self.second }
}
