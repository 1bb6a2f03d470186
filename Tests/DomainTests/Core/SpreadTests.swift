import Domain
import Testing

@Suite("how askers are spread when hours begin or a stop ends")
struct SpreadTests {
  private let opening = Timestamp(microseconds: 1_795_000_000_000_000)

  private func delays(of count: Int, at instant: Timestamp) -> [Int64] {
    (0..<count).map { Spread.seconds(of: "worker-\($0)".utf8, at: instant) }
  }

  @Test("thousands of workers come evenly over the bound, and none outside of it")
  func even() {
    let count = 10_000
    var found: [Int64: Int] = [:]
    for delay in delays(of: count, at: opening) { found[delay, default: 0] += 1 }
    #expect(found.keys.sorted() == Array(0...Spread.secondsMax))
    let fair = count / Int(Spread.secondsMax + 1)
    #expect(found.values.allSatisfy { abs($0 - fair) < fair / 4 }, "\(found)")
  }

  @Test("one worker is told the same every time, and something else at the next opening")
  func steady() {
    let (first, again) = (delays(of: 200, at: opening), delays(of: 200, at: opening))
    #expect(first == again)
    let next = delays(of: 200, at: opening.adding(seconds: 86_400))
    #expect(zip(first, next).count { $0 != $1 } > 150)
  }

  @Test("only what ends for all at once is spread, never to before its end")
  func refusals() throws {
    let until = opening
    let lease = LeaseID.make(at: until)
    let stop = BreakerStop(.siteHeld, of: "site example.com", until: until)
    let cases: [(refusal: Refusal, isSpread: Bool)] = [
      (.outsideWindow(nextOpensAt: until), true), (.breakerOpen(stop), true),
      (.quarantine(until: until), true), (.grantNotStarted(until: until), true),
      (.dailyRequestsSpent(scope: "budget", until: until), true),
      (.noCapacity(scope: "budget", until: until), false),
      (.leaseExists(lease: lease, until: until), false),
    ]
    for (refusal, isSpread) in cases {
      let told = (0..<200).compactMap { number in
        Refusals(refusal).retryAt(by: Array("worker-\(number)".utf8))
      }
      #expect(told.count == 200)
      #expect(told.allSatisfy { until <= $0 && $0 <= until.adding(seconds: Spread.secondsMax) })
      #expect((Set(told).count > 20) == isSpread, "\(refusal)")
      #expect(Refusals(refusal).retryAt(by: nil as [UInt8]?) == until)
    }
    #expect(
      Refusals(.outsideWindow(nextOpensAt: nil)).retryAt(by: [UInt8](repeating: 1, count: 3)) == nil
    )
  }

  @Test("of several refusals the latest counts, whichever is spread")
  func latest() {
    let later = opening.adding(seconds: 3_600)
    let both = Refusals([
      .outsideWindow(nextOpensAt: opening), .noCapacity(scope: "budget", until: later),
    ])
    #expect(both.retryAt(by: Array("a".utf8)) == later)
  }
}
