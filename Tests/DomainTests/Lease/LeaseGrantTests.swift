import Domain
import Registries
import Testing

@Suite("Granting a lease")
struct LeaseGrantTests {
  @Test("24 workers that each want a quarter: four get exactly all of it, twenty get nothing")
  func acceptance() throws {
    var scene = LeaseScene()
    var refused = 0
    for _ in 0..<24 {
      do {
        _ = try scene.grant(scene.request(wish: Rate(microRPS: 250_000)))
      } catch let refusals as Refusals {
        #expect(refusals.first.code == .noCapacity)
        guard case .noCapacity(_, let until) = refusals.first else { continue }
        #expect(until == scene.leases.map(\.freesAt).min())
        refused += 1
      }
    }
    #expect(refused == 20)
    #expect(scene.leases.count == 4)
    #expect(scene.leases.map(\.term.portion.rate.microRPS).reduce(0, +) == 1_000_000)
    #expect(scene.leases.allSatisfy { $0.term.portion.burst == 1 })
    #expect(scene.leases.allSatisfy { $0.term.portion.concurrency == 1 })
  }

  @Test("a worker alone gets what it wants, one part of burst, a minute, and a quota")
  func alone() throws {
    var scene = LeaseScene()
    scene.budget = Capacity(
      rate: Rate(microRPS: 1_000_000), burst: 6, concurrency: 9, workers: 4, dailyRequests: 1_000)
    let lease = try scene.grant(scene.request())
    #expect(lease.term.portion.rate.microRPS == 1_000_000)
    // ⌊6/4⌋ and the remainder to the oldest; places are min(4, 6, 9).
    #expect(lease.term.portion.burst == 2)
    #expect(lease.term.portion.concurrency == 3)
    #expect(lease.term.expiresAt == scene.now + 60)
    #expect(lease.term.quota == 62)
    #expect(scene.spent.values.allSatisfy { $0 == 62 })
    #expect(scene.spent.count == 2)
    let renewIn = lease.term.renewAt(of: lease.id).microseconds(since: scene.now)
    #expect((18_000_000...22_000_000).contains(renewIn))
  }

  @Test("everything that stands in the way is told at once, in order of precedence")
  func allReasons() throws {
    var scene = LeaseScene()
    let lock = Lock(
      id: LockID.make(at: scene.now), scope: .everything, reason: "test",
      lockedBy: PersonID.make(at: scene.now), identity: PersonID.make(at: scene.now),
      roles: [.operator], lockedAt: scene.now, releases: [])
    scene.locks = [lock]
    scene.standing = .revoked(at: scene.now)
    scene.builds = [.zero]
    scene.tokenBlocks = [GrantFacts.TokenBlock(rule: "R1", text: "no")]
    scene.evidence = .pending
    scene.startsAt = scene.now + 10
    scene.holdUntil = scene.now + 99
    scene.leftInTotal = 0
    scene.budgetOpening = Opening(.never, in: .utc)
    scene.spent = ["\(scene.budgetID) \(scene.now.utcDate)": 1_000_000]
    scene.budget = Capacity(
      rate: Rate(microRPS: 11), burst: 4, concurrency: 4, workers: 4,
      dailyRequests: 1_000_000)
    let request = try scene.request(pool: PoolID.make(at: scene.now))
    let error = #expect(throws: Refusals.self) { try scene.grant(request) }
    #expect(
      error?.all.map(\.code.rawValue) == [
        "pool_not_granted", "build_not_approved", "block_token", "locked",
        "grant_not_started", "grant_revoked", "outside_window", "breaker_open",
        "evidence_pending", "below_minimum", "daily_requests_spent", "total_requests_spent",
      ])
    #expect(error?.first.code == .poolNotGranted)
  }

  @Test("a lease ends before every boundary; with less than two seconds left there is none")
  func boundaries() throws {
    let table: [(String, (inout LeaseScene, Timestamp) -> Void, Refusal.Code)] = [
      ("key", { $0.keyEndsAt = $1 }, .notAllowed),
      ("grant", { $0.endsAt = $1 }, .grantEnded),
      ("evidence", { $0.evidenceExpiresAt = $1 }, .grantSuspended),
    ]
    for (name, set, code) in table {
      var scene = LeaseScene()
      set(&scene, scene.now + 2)
      let lease = try scene.grant(scene.request())
      #expect(lease.term.expiresAt == scene.now + 2, "\(name)")
      scene = LeaseScene()
      set(&scene, (scene.now + 2).adding(microseconds: -1))
      let request = try scene.request()
      let error = #expect(throws: Refusals.self, "\(name)") { try scene.grant(request) }
      #expect(error?.first.code == code, "\(name)")
    }
  }

  @Test("outside the hours the answer says when they open next")
  func hours() throws {
    var scene = LeaseScene()
    scene.now = try #require(Timestamp("2026-11-23T10:00:00Z"))
    let night = try Window(
      days: Weekday.allCases, start: ClockTime(minute: 1_320), end: ClockTime(minute: 360))
    let shanghai = try #require(Zones.system.zone("Asia/Shanghai"))
    scene.siteOpening = Opening(WindowSet([night]), in: shanghai)
    let request = try scene.request()
    let error = #expect(throws: Refusals.self) { try scene.grant(request) }
    #expect(
      error?.all == [.outsideWindow(nextOpensAt: Timestamp("2026-11-23T14:00:00Z"))])
    scene.now = try #require(Timestamp("2026-11-23T21:59:30Z"))
    let lease = try scene.grant(scene.request())
    #expect(lease.term.expiresAt.description == "2026-11-23T22:00:00Z")
  }

  @Test("P10 a lease ends at or before every boundary of I5, 10,000 zones and dates (seed)")
  func anyBoundary() throws {
    let seed = SeededGenerator.seed
    var generator = SeededGenerator(seed: seed)
    var granted = 0
    for _ in 0..<10_000 {
      var scene = LeaseScene()
      scene.now = randomInstant(&generator)
      let zones = [try randomZone(&generator), try randomZone(&generator)]
      let start = Int.random(in: 0..<1_440, using: &generator)
      let window = try Window(
        days: Weekday.allCases, start: ClockTime(minute: start),
        end: ClockTime(minute: (start + Int.random(in: 1...1_400, using: &generator)) % 1_440 + 1))
      scene.budgetOpening = Opening(WindowSet([window]), in: zones[0])
      scene.siteOpening = Opening(.always, in: zones[1])
      scene.startsAt = Timestamp(microseconds: 0)
      scene.endsAt = scene.now + Int64.random(in: 0...200, using: &generator)
      scene.keyEndsAt = scene.now + Int64.random(in: 0...200, using: &generator)
      let request = try scene.request()
      let lease: Lease
      do { lease = try scene.grant(request) } catch { continue }
      granted += 1
      let comment = Comment(rawValue: "\(zones.map(\.name)) \(scene.now), seed \(seed)")
      let end = lease.term.expiresAt
      let last = end.adding(microseconds: -1)
      #expect(end <= scene.endsAt && end <= scene.keyEndsAt, comment)
      #expect(end.microseconds(since: scene.now) >= 2_000_000, comment)
      for opening in [scene.budgetOpening, scene.siteOpening] {
        #expect(opening.isOpen(at: scene.now) && opening.isOpen(at: last), comment)
        #expect(opening.zone.date(at: last) == opening.zone.date(at: scene.now), comment)
      }
    }
    #expect(granted > 1_000)
  }

  @Test("the day's last requests are reserved, then none")
  func dayCap() throws {
    var scene = LeaseScene()
    scene.budget = Capacity(
      rate: Rate(microRPS: 1_000_000), burst: 2, concurrency: 2, workers: 2, dailyRequests: 40)
    let first = try scene.grant(scene.request(wish: Rate(microRPS: 500_000)))
    #expect(first.term.quota == 31)
    let second = try scene.grant(scene.request(wish: Rate(microRPS: 500_000)))
    #expect(second.term.quota == 9)
    let error = #expect(throws: Refusals.self) { try scene.renew(first) }
    #expect(error?.first.code == .dailyRequestsSpent)
    guard case .dailyRequestsSpent(_, let until)? = error?.first else { return }
    #expect(until == Zone.utc.endOfDay(at: scene.now))
    scene.now = until
    let request = try scene.request()
    #expect(throws: Never.self) { try scene.grant(request) }
  }

  @Test("a slow budget gets a term as long as one request needs, up to five minutes")
  func slow() throws {
    for (micro, seconds) in [(Int64(16_667), Int64(60)), (10_000, 100), (3_334, 300)] {
      var scene = LeaseScene()
      scene.budget = Capacity(
        rate: Rate(microRPS: micro), burst: 1, concurrency: 1, workers: 1, dailyRequests: 1_000)
      let lease = try scene.grant(scene.request())
      #expect(lease.term.expiresAt.microseconds(since: scene.now) / 1_000_000 == seconds)
    }
  }

  @Test("ticket mode: one request, not before the bucket holds it; less than one a day is refused")
  func ticket() throws {
    var scene = LeaseScene()
    scene.budget = Capacity(
      rate: Rate(microRPS: 3_333), burst: 1, concurrency: 1, workers: 1, dailyRequests: 1_000)
    let first = try scene.grant(scene.request())
    #expect(first.term.quota == 1)
    #expect(first.term.expiresAt == scene.now + 300)
    let notBefore = scene.now.adding(microseconds: 300_030_004)
    #expect(first.notBefore == notBefore)
    scene.waiting = [scene.waiter()]
    var lease = first
    // Whoever waits lets the holder have its one request, however often it has to renew.
    for _ in 0..<4 {
      scene.now = scene.now + 70
      lease = try scene.renew(lease)
    }
    #expect(lease.notBefore == notBefore)
    scene.now = scene.now + 70
    let error = #expect(throws: Refusals.self) { try scene.renew(lease) }
    #expect(error?.first.code == .noCapacity)
    scene.waiting = []
    #expect(try scene.renew(lease).notBefore == nil)

    let table: [(Int64, Refusal.Code?)] = [(12, nil), (11, .belowMinimum), (3_334, nil)]
    for (micro, code) in table {
      var scene = LeaseScene()
      scene.budget = Capacity(
        rate: Rate(microRPS: micro), burst: 1, concurrency: 1, workers: 1, dailyRequests: 1_000)
      do {
        let lease = try scene.grant(scene.request())
        #expect(code == nil && (lease.notBefore == nil) == (micro >= 3_334))
      } catch let refusals as Refusals {
        #expect(refusals.first.code == code)
      }
    }
  }

  @Test("the site's ceiling holds over the budget's")
  func site() throws {
    var scene = LeaseScene()
    scene.site = Capacity(
      rate: Rate(microRPS: 300_000), burst: 8, concurrency: 8, workers: nil,
      dailyRequests: 1_000)
    #expect(try scene.grant(scene.request()).term.portion.rate.microRPS == 300_000)
    let request = try scene.request()
    let error = #expect(throws: Refusals.self) { try scene.grant(request) }
    #expect(error?.first == .noCapacity(scope: scene.siteID.text, until: scene.leases[0].freesAt))
  }

  @Test("a worker that holds a live lease on the target gets no second one")
  func second() throws {
    var scene = LeaseScene()
    let lease = try scene.grant(scene.request(wish: Rate(microRPS: 250_000)))
    let again = try scene.request(wish: Rate(microRPS: 250_000), held: lease)
    let error = #expect(throws: Refusals.self) { try scene.grant(again) }
    #expect(error?.all == [.leaseExists(lease: lease.id, until: lease.term.expiresAt)])
    scene.now = lease.term.expiresAt
    #expect(throws: Never.self) { try scene.grant(again) }
  }
}
