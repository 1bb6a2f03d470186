import Domain
import Testing

@Suite("Waiting for a lease")
struct WaitingTests {
  @Test("a budget serves as many workers as can each send one request in a term")
  func places() throws {
    for (micro, served) in [
      (Int64(16_667), 1), (33_333, 1), (33_334, 2), (50_001, 3), (900_000, 4),
    ] {
      var scene = LeaseScene()
      scene.budget = Capacity(
        rate: Rate(microRPS: micro), burst: 4, concurrency: 4, workers: 4, dailyRequests: 9_999)
      var count = 0
      for _ in 0..<6 {
        do {
          _ = try scene.grant(scene.request(wish: Rate(microRPS: max(16_667, micro / 4))))
          count += 1
        } catch is Refusals { continue }
      }
      #expect(count == served, "\(micro)")
    }
  }

  @Test("a free place is the oldest waiter's, whoever asks first")
  func oldestFirst() throws {
    var scene = LeaseScene()
    let small = Rate(microRPS: 100_000)
    let held = try (0..<3).map { _ in try scene.grant(scene.request(wish: small)) }
    #expect(held.count == 3)
    let (older, newer) = (WorkerID.make(at: scene.now), WorkerID.make(at: scene.now))
    scene.waiting = [
      scene.waiter(newer, wish: small, seconds: 10), scene.waiter(older, wish: small, seconds: 20),
    ]
    let stranger = try scene.request(wish: small)
    let second = try scene.request(worker: newer, wish: small)
    for request in [stranger, second] {
      let error = #expect(throws: Refusals.self) { try scene.grant(request) }
      #expect(error?.first.code == .noCapacity)
    }
    let first = try scene.request(worker: older, wish: small)
    #expect(throws: Never.self) { try scene.grant(first) }
  }

  @Test("who is ahead of a newcomer is left the least that it needs")
  func leavesTheLeast() throws {
    var scene = LeaseScene()
    _ = try scene.grant(scene.request(wish: Rate(microRPS: 900_000)))
    scene.waiting = [scene.waiter(wish: Rate(microRPS: 50_000), seconds: 9)]
    let lease = try scene.grant(scene.request())
    #expect(lease.term.portion.rate.microRPS == 100_000 - 16_667)
  }

  @Test("a holder with somebody behind it renews three times; without, for ever")
  func threeRenewals() throws {
    var scene = LeaseScene()
    scene.budget = Capacity(
      rate: Rate(microRPS: 1_000_000), burst: 1, concurrency: 1, workers: 1,
      dailyRequests: 1_000_000)
    var lease = try scene.grant(scene.request())
    scene.waiting = [scene.waiter()]
    for _ in 0..<3 {
      scene.now = scene.now + 20
      lease = try scene.renew(lease)
    }
    scene.now = scene.now + 20
    let error = #expect(throws: Refusals.self) { try scene.renew(lease) }
    #expect(error?.first.code == .noCapacity)
    scene.waiting = []
    #expect(try scene.renew(lease).term.number == 5)
  }

  @Test("only so many go as wait, the oldest first")
  func oldestGoes() throws {
    var scene = LeaseScene()
    let small = Rate(microRPS: 100_000)
    var leases = try (0..<4).map { _ in
      scene.now = scene.now + 1
      return try scene.grant(scene.request(wish: small))
    }
    for _ in 0..<3 {
      scene.now = scene.now + 15
      for index in leases.indices { leases[index] = try scene.renew(leases[index]) }
    }
    scene.waiting = [scene.waiter(wish: small)]
    scene.now = scene.now + 15
    #expect(throws: Refusals.self) { try scene.renew(leases[0]) }
    for lease in leases.dropFirst() {
      #expect(throws: Never.self) { try scene.renew(lease) }
    }
  }

  @Test("P9 with more workers than places everybody gets a lease, again and again (seed)")
  func noStarvation() throws {
    let seed = SeededGenerator.seed
    var generator = SeededGenerator(seed: seed)
    var scene = LeaseScene()
    let workers = (0..<11).map { _ in WorkerID.make(at: scene.now) }
    let wish = Rate(microRPS: 300_000)
    var held: [WorkerID: Lease] = [:]
    var last: [WorkerID: Timestamp] = [:]
    var longest: Int64 = 0
    let start = scene.now
    for _ in 0..<800 {
      scene.now = scene.now + 3
      for worker in workers.shuffled(using: &generator) {
        do {
          if let lease = held[worker] {
            guard lease.term.renewAt(of: lease.id) <= scene.now else { continue }
            held[worker] = try scene.renew(lease)
          } else {
            let request = try scene.request(worker: worker, wish: wish)
            held[worker] = try scene.grant(request)
            longest = max(longest, scene.now.microseconds(since: last[worker] ?? start))
            scene.waiting.removeAll { $0.worker == worker }
          }
        } catch is Refusals {
          if held[worker].map({ $0.term.expiresAt <= scene.now }) ?? false {
            held[worker] = nil
            last[worker] = scene.now
          }
          if held[worker] == nil, !scene.waiting.contains(where: { $0.worker == worker }) {
            scene.waiting.append(scene.waiter(worker, wish: wish))
          }
        }
      }
    }
    // Seven wait for four places, which change hands about every two minutes.
    let seconds = longest / 1_000_000
    #expect(seconds > 0 && seconds < 360, "\(seconds) s, seed \(seed)")
    #expect(Set(last.keys).union(held.keys) == Set(workers), "seed \(seed)")
  }

  @Test("P6 after a cut holders go on with less, and the excess is gone when it was said")
  func cut() throws {
    var scene = LeaseScene()
    let small = Rate(microRPS: 250_000)
    var leases = try (0..<4).map { _ in
      scene.now = scene.now + 5
      return try scene.grant(scene.request(wish: small))
    }
    scene.budget = scene.budget.limited(to: Rate(microRPS: 400_000))
    // What was out then is within 400,000 when three of the four have run out.
    let settled = leases[2].freesAt
    func taken(at now: Timestamp) -> Int64 {
      scene.ground.budget.occupied(at: now, without: nil).rate.microRPS
    }
    var rates: [Int64] = []
    for index in leases.indices {
      scene.now = scene.now + 5
      do {
        leases[index] = try scene.renew(leases[index])
        rates.append(leases[index].term.portion.rate.microRPS)
      } catch { rates.append(0) }
      #expect(taken(at: scene.now) == 1_000_000)
      #expect(taken(at: settled) <= 400_000)
    }
    // The fair share is 100,000; the second finds 50,000 left for the time when the last one from
    // before the cut is still out, the third nothing.
    #expect(rates == [100_000, 50_000, 0, 100_000])
    #expect(taken(at: settled.adding(microseconds: -1)) > 400_000)
    scene.now = (leases[3].previous?.freesAt ?? scene.now)
    for index in [0, 1, 3] { leases[index] = try scene.renew(leases[index]) }
    #expect(
      [0, 1, 3].map { leases[$0].term.portion.rate.microRPS } == [133_333, 133_333, 133_333])
  }

  @Test("P6 cuts, raises and renewals at random: the sum never grows above the ceiling (seed)")
  func cuts() throws {
    let seed = SeededGenerator.seed
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<40 {
      var scene = LeaseScene()
      for _ in 0..<120 {
        scene.now = scene.now.adding(
          microseconds: Int64.random(in: 0...6_000_000, using: &generator))
        let before = scene.ground.budget.occupied(at: scene.now, without: nil)
        switch Int.random(in: 0...9, using: &generator) {
        case 0:
          scene.budget = Capacity(
            rate: Rate(microRPS: Int64.random(in: 200_000...1_200_000, using: &generator)),
            burst: Int64.random(in: 2...6, using: &generator),
            concurrency: Int64.random(in: 2...6, using: &generator),
            workers: Int64.random(in: 2...6, using: &generator), dailyRequests: 1_000_000)
        case 1...3:
          do { _ = try scene.grant(scene.request()) } catch { continue }
        default:
          guard let lease = scene.leases.randomElement(using: &generator) else { continue }
          do { _ = try scene.renew(lease) } catch { continue }
        }
        let after = scene.ground.budget.occupied(at: scene.now, without: nil)
        let ceiling = Portion(
          rate: scene.budget.rate, burst: scene.budget.burst,
          concurrency: scene.budget.concurrency)
        #expect(after.fits(within: before.largest(ceiling)), "seed \(seed)")
      }
    }
  }

  @Test("an acknowledged term frees what only older ones took up; an older one frees nothing")
  func acknowledged() throws {
    var scene = LeaseScene()
    let first = try scene.grant(scene.request())
    scene.now = scene.now + 20
    let second = try scene.renew(first, wish: Rate(microRPS: 250_000))
    #expect(second.acknowledged(term: 1) == second)
    scene.leases = [second.acknowledged(term: 2)]
    #expect(scene.ground.budget.free(at: scene.now, for: nil).microRPS == 750_000)
    #expect(second.acknowledged(term: 3) == second)
  }
}
