import Domain
import Testing

@Suite("Breaker: how long it stays open, and how it closes")
struct BreakerCourseTests {
  private let throttled = UsageReport.of(429, 1)

  private func length(_ scene: BreakerScene) -> Int64 {
    (scene.opening?.until.microseconds(since: scene.now) ?? 0) / 1_000_000
  }

  @Test("a first opening lasts a minute, the next one two; half an hour of quiet forgives")
  func backOff() throws {
    var scene = try BreakerScene()
    scene.hear(throttled)
    #expect((54...67).contains(length(scene)))
    scene.tryWell()
    scene.wait(601)
    #expect(scene.isClosed)
    scene.hear(throttled)
    #expect((108...133).contains(length(scene)))
    #expect(scene.opening?.lifting == .time)
    var forgiven = try BreakerScene()
    forgiven.hear(throttled)
    let end = try #require(forgiven.opening?.until)
    forgiven.tryWell()
    forgiven.wait(
      end.adding(seconds: Breaker.quietSeconds).microseconds(since: forgiven.now) / 1_000_000)
    forgiven.hear(throttled)
    #expect((54...67).contains(length(forgiven)))
  }

  @Test(
    "Retry-After is kept at least, up to a day",
    arguments: [(0, 54...67), (1, 54...67), (600, 600...661), (999_999_999_999, 86_400...86_401)])
  func retryAfter(seconds: Int64, lasts: ClosedRange<Int64>) throws {
    for host in 0..<20 {
      var scene = try BreakerScene()
      scene.now = scene.now + Int64(host)
      scene.hear(.of(429, 1, ["retry_after_seconds": JSON(seconds)]))
      #expect(lasts.contains(length(scene)))
      #expect(scene.breaker.siteHold(at: scene.now) == scene.opening?.until)
    }
  }

  @Test("only 429 and 503 hold the site")
  func siteHold() throws {
    for (report, holds) in [
      (UsageReport.of(200, 1, ["challenges": 1]), false), (.of(451, 1), false),
      (.of(503, 1), true),
    ] {
      var scene = try BreakerScene()
      scene.hear(report)
      #expect((scene.breaker.siteHold(at: scene.now) != nil) == holds)
    }
  }

  @Test("half-open at its end; a try that comes back well: a quarter, half, all of the rate")
  func wayBack() throws {
    var scene = try BreakerScene()
    scene.hear(throttled)
    let until = try #require(scene.opening?.until)
    let last = until.adding(microseconds: -1)
    #expect(scene.breaker.stop(of: scene.lease, at: last)?.until == until)
    #expect(scene.breaker.stop(of: scene.lease, at: until) == nil)
    #expect(
      scene.breaker.limit(of: Rate(microRPS: 10_000_000), at: until)
        == BreakerLimit(rate: Rate(microRPS: 200_000), quota: 10))
    #expect(
      scene.breaker.limit(of: BreakerScene.rate, at: until)?.rate == Rate(microRPS: 100_000))
    // One request in the longest term is left of the smallest budget.
    #expect(
      scene.breaker.limit(of: Rate(microRPS: 5_000), at: until)?.rate == Rate(microRPS: 3_334))
    scene.now = until
    scene.issuedAt = until
    #expect(scene.hear(.of(200, 0)) == .none)
    #expect(scene.hear(.of(200, 1)) == .eased)
    for (wait, share) in [(0, 25), (299, 25), (300, 50), (599, 50), (600, 100)] as [(Int64, Int64)]
    {
      #expect(scene.breaker.shareHundredths(at: scene.now + wait) == share, "\(wait)")
    }
    #expect(scene.breaker.limit(of: BreakerScene.rate, at: scene.now)?.rate.microRPS == 250_000)
    #expect(scene.breaker.limit(of: BreakerScene.rate, at: scene.now + 600) == nil)
  }

  @Test("trouble on the way back opens again, for longer")
  func relapse() throws {
    for wait: Int64 in [0, 1, 301] {
      var scene = try BreakerScene()
      scene.hear(throttled)
      scene.tryWell()
      scene.wait(wait + 1)
      #expect(scene.hear(throttled) == .opened)
      #expect((108...133).contains(length(scene)))
    }
  }

  @Test("the third opening within a day is the people's, and so is a captcha while it is open")
  func people() throws {
    var scene = try BreakerScene()
    for opening in 1...3 {
      scene.hear(throttled)
      #expect((scene.opening?.lifting == .people) == (opening == 3))
      #expect(scene.breaker.openingsCount(at: scene.now) == opening)
      if opening < 3 {
        scene.tryWell()
        scene.wait(3_600)
      }
    }
    scene.wait(86_400 * 3)
    #expect(scene.opening?.lifting == .people)
    #expect(scene.breaker.stop(of: scene.lease, at: scene.now)?.until == nil)
    scene.breaker = scene.breaker.resumed(at: scene.now)
    #expect(scene.breaker.shareHundredths(at: scene.now) == 10)

    var late = try BreakerScene()
    for _ in 1...2 {
      late.hear(throttled)
      late.tryWell()
      late.wait(43_200)
    }
    #expect(late.hear(throttled) == .opened)
    #expect(late.opening?.lifting == .time, "the first was more than a day ago")

    var escalated = try BreakerScene()
    escalated.hear(throttled)
    escalated.now = escalated.now + 5
    #expect(escalated.hear(.of(200, 1, ["challenges": 1])) == .prolonged)
    #expect(escalated.opening?.causes == [.throttled, .challenge])
    #expect(escalated.opening?.lifting == .people)
    #expect(escalated.breaker.openingsCount(at: escalated.now) == 1)
  }

  @Test("reports on terms from before the opening open nothing a second time")
  func late() throws {
    var scene = try BreakerScene()
    scene.hear(throttled)
    let issuedBefore = scene.issuedAt
    let until = try #require(scene.opening?.until)
    scene.now = until
    scene.issuedAt = issuedBefore
    #expect(scene.hear(.of(200, 1, ["challenges": 1])) == .none)
    #expect(scene.hear(.of(200, 1)) == .none, "nor does it close anything")
    #expect(scene.breaker.shareHundredths(at: scene.now) == 10)
    scene.issuedAt = until
    #expect(scene.hear(throttled) == .opened)
  }

  @Test("while open the longer end wins, and nothing ends it early")
  func prolonged() throws {
    var scene = try BreakerScene()
    scene.hear(.of(429, 1, ["retry_after_seconds": 600]))
    let until = try #require(scene.opening?.until)
    #expect(scene.hear(.of(429, 1, ["retry_after_seconds": 5])) == .none)
    #expect(scene.hear(.of(200, 100)) == .none)
    #expect(scene.opening?.until == until)
    #expect(scene.hear(.of(503, 1, ["retry_after_seconds": 6_000])) == .prolonged)
    let longer = try #require(scene.opening?.until)
    #expect(longer >= scene.now + 6_000 && scene.breaker.openingsCount(at: scene.now) == 1)
  }

  @Test("half-open one lease tries at a time; its tokens alone are honoured")
  func probe() throws {
    var scene = LeaseScene()
    let first = try scene.grant(scene.request())
    let breaker = Breaker(
      budget: scene.budgetID, host: try Host("www.example.com"),
      stored: .halfOpen(since: scene.now, probe: nil))
    let probed = breaker.leased(first, at: scene.now)
    let other = LeaseID.make(at: scene.now)
    #expect(probed.stop(of: first.id, at: scene.now) == nil)
    #expect(probed.stop(of: other, at: scene.now)?.until == first.freesAt)
    #expect(probed.stop(of: other, at: first.freesAt) == nil)
    #expect(probed.honours(first, at: scene.now))
    #expect(!breaker.honours(first, at: scene.now))
  }

  @Test("what is granted is the least of all: the breaker's share never adds anything")
  func leastOfAll() throws {
    var scene = LeaseScene()
    scene.breakers = [
      Breaker(
        budget: scene.budgetID, host: try Host("www.example.com"),
        stored: .halfOpen(since: scene.now, probe: nil))
    ]
    let lease = try scene.grant(scene.request())
    #expect(lease.term.portion.rate.microRPS == 100_000)
    #expect(lease.term.quota <= 10)
    // Whoever else waits or holds something leaves the one that tries its whole part.
    var waited = LeaseScene()
    waited.budget = Capacity(
      rate: Rate(microRPS: 400_000), burst: 4, concurrency: 4, workers: 4,
      dailyRequests: 1_000_000)
    waited.waiting = [waited.waiter()]
    waited.breakers = scene.breakers
    let alone = try waited.grant(waited.request())
    #expect(alone.term.portion.rate.microRPS == 40_000)
    var small = LeaseScene()
    small.breakers = scene.breakers
    small.site = Capacity(
      rate: Rate(microRPS: 50_000), burst: 8, concurrency: 8, workers: nil,
      dailyRequests: 1_000_000)
    let held = try small.grant(small.request())
    #expect(held.term.portion.rate.microRPS == 50_000)
  }
}
