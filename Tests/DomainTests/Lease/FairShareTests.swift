import Domain
import Testing

@Suite("Fair shares of leases")
struct FairShareTests {
  @Test("two budgets share a site by what was granted to them, unless one wants or can have less")
  func twoBudgets() throws {
    let other = BudgetID.make(at: Timestamp(microseconds: 2))
    let table: [(wish: Int64?, most: Int64?, granted: Int64, share: Int64)] = [
      (nil, nil, 1_000_000, 600_000), (nil, nil, 3_000_000, 300_000),
      (200_000, nil, 3_000_000, 1_000_000),
      // A smaller site within this one keeps the other from its part: it is left to this one.
      (nil, 400_000, 3_000_000, 800_000), (nil, 900_000, 3_000_000, 300_000),
      (nil, 899_999, 3_000_000, 300_001),
    ]
    for row in table {
      var scene = LeaseScene()
      scene.site = Capacity(
        rate: Rate(microRPS: 1_200_000), burst: 16, concurrency: 16, workers: nil,
        dailyRequests: 1_000_000)
      scene.rivals = [
        scene.rival(
          Rate(microRPS: 20_000), of: other, granted: Rate(microRPS: row.granted),
          wish: row.wish.map { Rate(microRPS: $0) }, most: row.most.map { Rate(microRPS: $0) })
      ]
      let lease = try scene.grant(scene.request())
      #expect(lease.term.portion.rate.microRPS == row.share)
    }
  }

  @Test("whoever waits for room in a site is made room for by the budgets that hold it")
  func siteMakesRoom() throws {
    var scene = LeaseScene()
    scene.site = Capacity(
      rate: Rate(microRPS: 1_000_000), burst: 16, concurrency: 16, workers: nil,
      dailyRequests: 1_000_000)
    let first = try scene.grant(scene.request())
    #expect(first.term.portion.rate.microRPS == 1_000_000)
    let other = Waiter(
      worker: WorkerID.make(at: scene.now), budget: BudgetID.make(at: scene.now),
      granted: Rate(microRPS: 1_000_000), wish: Rate(microRPS: 400_000), since: scene.now,
      scope: .site(scene.siteID))
    scene.waiting = [other]
    scene.now = scene.now + 20
    #expect(try scene.renew(first).term.portion.rate.microRPS == 600_000)
  }

  @Test("a budget leaves the others of a site their part of its burst and concurrency")
  func burstOfSite() throws {
    var scene = LeaseScene()
    scene.budget = Capacity(
      rate: Rate(microRPS: 1_000_000), burst: 8, concurrency: 8, workers: 2,
      dailyRequests: 1_000_000)
    #expect(try scene.grant(scene.request()).term.portion.burst == 4)
    scene.leases = []
    scene.rivals = [
      scene.rival(
        Rate(microRPS: 20_000), of: BudgetID.make(at: scene.now),
        granted: Rate(microRPS: 1_000_000))
    ]
    let lease = try scene.grant(scene.request())
    #expect(lease.term.portion.burst == 2 && lease.term.portion.concurrency == 2)
  }

  @Test("P7 grants are within [0, want] and, once settled, add up to min(R, Σ wishes) (seed)")
  func settled() throws {
    let seed = SeededGenerator.seed
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<60 {
      var scene = LeaseScene()
      let count = Int.random(in: 1...8, using: &generator)
      scene.budget = Capacity(
        rate: Rate(microRPS: Int64.random(in: 300_000...2_000_000, using: &generator)), burst: 8,
        concurrency: 8, workers: 8, dailyRequests: 10_000_000)
      let wishes = (0..<count).map { _ in
        Rate(microRPS: Int64.random(in: 20_000...900_000, using: &generator))
      }
      let leases = try settle(&scene, wishes)
      let comment = Comment(rawValue: "seed \(seed)")
      for (lease, wish) in zip(leases, wishes) { #expect(lease.term.portion.rate <= wish, comment) }
      let total = leases.reduce(0) { $0 + $1.term.portion.rate.microRPS }
      let most = min(scene.budget.rate.microRPS, wishes.reduce(0) { $0 + $1.microRPS })
      #expect(total <= most && total > most - Int64(count) - 1, comment)
    }
  }

  @Test("P8 settled grants follow the workers when they are permuted; a leaver lowers nobody's")
  func symmetric() throws {
    let wishes = [120_000, 700_000, 350_000, 700_000].map { Rate(microRPS: $0) }
    var scene = LeaseScene()
    let rates = try settle(&scene, wishes).map(\.term.portion.rate)
    var mirrored = LeaseScene()
    #expect(try settle(&mirrored, wishes.reversed()).map(\.term.portion.rate) == rates.reversed())
    var raised = LeaseScene()
    let more = try settle(&raised, [Rate(microRPS: 200_000)] + wishes.dropFirst())
    #expect(more[0].term.portion.rate > rates[0])
    var fewer = LeaseScene()
    for (rate, lease) in zip(rates.dropLast(), try settle(&fewer, wishes.dropLast())) {
      #expect(lease.term.portion.rate >= rate)
    }
  }

  @Test("P15 leases under a pattern over many subdomains stay within the site's ceiling")
  func pattern() throws {
    var scene = LeaseScene()
    scene.budget = Capacity(
      rate: Rate(microRPS: 5_000_000), burst: 40, concurrency: 40, workers: 40,
      dailyRequests: 1_000_000)
    scene.site = Capacity(
      rate: Rate(microRPS: 2_000_000), burst: 8, concurrency: 8, workers: nil,
      dailyRequests: 1_000_000)
    for _ in 0..<26 {
      do { _ = try scene.grant(scene.request(wish: Rate(microRPS: 300_000))) } catch is Refusals {
        continue
      }
      let taken = scene.leases.reduce(Portion.none) { $0 + $1.term.portion }
      #expect(taken.rate <= scene.site.rate && taken.burst <= 8 && taken.concurrency <= 8)
    }
    #expect(scene.leases.count == 7)
    #expect(scene.leases.reduce(0) { $0 + $1.term.portion.rate.microRPS } == 2_000_000)
  }

  /// Everybody gets a lease and renews until nothing changes any more, in three lease lengths.
  private func settle(_ scene: inout LeaseScene, _ wishes: [Rate]) throws -> [Lease] {
    let workers = wishes.map { _ in WorkerID.make(at: scene.now) }
    var leases: [Lease?] = wishes.map { _ in nil }
    for _ in 0..<10 {
      for (index, worker) in workers.enumerated() {
        scene.now = scene.now + 1
        let waiter = scene.waiter(worker, wish: wishes[index])
        do {
          if let lease = leases[index] {
            leases[index] = try scene.renew(lease)
          } else {
            let request = try scene.request(worker: worker, wish: wishes[index])
            leases[index] = try scene.grant(request)
            scene.waiting.removeAll { $0.worker == worker }
          }
        } catch is Refusals where leases[index] == nil {
          if !scene.waiting.contains(where: { $0.worker == worker }) {
            scene.waiting.append(waiter)
          }
        }
      }
      scene.now = scene.now + 20
    }
    return try leases.map { try #require($0) }
  }
}
