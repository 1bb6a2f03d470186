import Domain
import Testing

@Suite("Renewing and returning a lease")
struct LeaseRenewalTests {
  @Test("a renewal gives the next term; its repeat gives the same one")
  func next() throws {
    var scene = LeaseScene()
    let first = try scene.grant(scene.request(wish: Rate(microRPS: 250_000)))
    scene.now = scene.now + 20
    let second = try scene.renew(first)
    #expect(second.term.number == 2)
    #expect(second.term.expiresAt == scene.now + 60)
    #expect(
      second.previous
        == PastTerm(
          number: 1, portion: first.term.portion, expiresAt: first.term.expiresAt))
    let spent = scene.spent
    scene.now = scene.now + 1
    #expect(try scene.renew(second, holding: 1) == second)
    #expect(scene.spent == spent)
    let error = #expect(throws: Refusals.self) { try scene.renew(second, holding: 0) }
    #expect(error?.all == [.wrongTerm(held: 2)])
    #expect(throws: Refusals.self) { try scene.renew(second, holding: 3) }
  }

  @Test("a lease is renewed one microsecond before it expires and not later")
  func lastMoment() throws {
    var scene = LeaseScene()
    let lease = try scene.grant(scene.request())
    scene.now = lease.term.expiresAt
    let error = #expect(throws: Refusals.self) { try scene.renew(lease) }
    #expect(error?.all == [.leaseExpired(at: lease.term.expiresAt)])
    scene.now = lease.term.expiresAt.adding(microseconds: -1)
    #expect(throws: Never.self) { try scene.renew(lease) }
  }

  @Test("another pool does not renew it; a stop wins over a repeat")
  func refused() throws {
    var scene = LeaseScene()
    let first = try scene.grant(scene.request())
    let other = PoolID.make(at: scene.now)
    let error = #expect(throws: Refusals.self) { try scene.renew(first, by: other) }
    #expect(error?.all == [.leaseHeldByAnother])
    let second = try scene.renew(first)
    scene.locks = [
      Lock(
        id: LockID.make(at: scene.now), scope: .everything, reason: "stop",
        lockedBy: PersonID.make(at: scene.now), identity: PersonID.make(at: scene.now),
        roles: [.operator], lockedAt: scene.now, releases: [])
    ]
    let stopped = #expect(throws: Refusals.self) { try scene.renew(second, holding: 1) }
    #expect(stopped?.first.code == .locked)
    scene.locks = []
    scene.standing = .revoked(at: scene.now)
    let revoked = #expect(throws: Refusals.self) { try scene.renew(second, holding: 1) }
    #expect(revoked?.first.code == .grantRevoked)
  }

  @Test("I8 a smaller term frees nothing until the previous one has run out, guard included")
  func occupancy() throws {
    var scene = LeaseScene()
    let first = try scene.grant(scene.request())
    scene.now = scene.now + 20
    let second = try scene.renew(first, wish: Rate(microRPS: 250_000))
    #expect(second.term.portion.rate.microRPS == 250_000)
    func free(at now: Timestamp) -> Int64 {
      scene.ground.budget.free(at: now, for: nil).microRPS
    }
    let guardEnd = first.term.expiresAt + 3
    #expect(free(at: scene.now) == 0)
    #expect(free(at: guardEnd) == 0)
    #expect(free(at: guardEnd.adding(microseconds: 1)) == 750_000)
    #expect(free(at: second.term.expiresAt + 3) == 750_000)
    #expect(free(at: (second.term.expiresAt + 3).adding(microseconds: 1)) == 1_000_000)
  }

  @Test("I8 two quick renewals do not forget the first term, whose token is still good")
  func olderTermsCount() throws {
    var scene = LeaseScene()
    let first = try scene.grant(scene.request())
    let small = Rate(microRPS: 100_000)
    scene.now = scene.now + 1
    let second = try scene.renew(first, wish: small)
    scene.now = scene.now + 1
    let third = try scene.renew(second, wish: small)
    func free(at now: Timestamp) -> Int64 {
      scene.ground.budget.free(at: now, for: nil).microRPS
    }
    let guardEnd = first.term.expiresAt + 3
    #expect(third.term.number == 3)
    #expect(free(at: scene.now) == 0)
    #expect(free(at: guardEnd) == 0)
    #expect(free(at: guardEnd.adding(microseconds: 1)) == 900_000)
  }

  @Test("whoever waits is made room for at the next renewal")
  func makesRoom() throws {
    var scene = LeaseScene()
    let first = try scene.grant(scene.request())
    scene.waiting = [scene.waiter()]
    scene.now = scene.now + 20
    let second = try scene.renew(first)
    #expect(second.term.portion.rate.microRPS == 500_000)
    scene.waiting = []
    scene.now = (first.term.expiresAt + 3).adding(microseconds: 1)
    #expect(try scene.grant(scene.request()).term.portion.rate.microRPS == 500_000)
  }

  @Test("P1 no sum is ever above its ceiling, through joins, renewals, returns, cuts (seed)")
  func sums() throws {
    let seed = SeededGenerator.seed
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<40 {
      var scene = LeaseScene()
      scene.site = Capacity(
        rate: Rate(microRPS: 800_000), burst: 3, concurrency: 4, workers: nil,
        dailyRequests: 2_000)
      for _ in 0..<200 {
        scene.now = scene.now.adding(
          microseconds: Int64.random(in: 0...9_000_000, using: &generator))
        try step(&scene, &generator)
        let comment = Comment(rawValue: "seed \(seed)")
        for scope in [scene.ground.budget] + scene.ground.sites {
          let free = scope.free(at: scene.now, for: nil)
          #expect(free.microRPS >= 0 && free.burst >= 0 && free.concurrency >= 0, comment)
          #expect(free.workers >= 0 && scope.spentToday <= scope.capacity.dailyRequests, comment)
        }
      }
    }
  }

  @Test("a return by whoever enforces frees at once, by the worker alone after the guard")
  func returns() throws {
    var scene = LeaseScene()
    let lease = try scene.grant(scene.request())
    guard
      case .ended(let ruling) = try lease.returned(
        holding: 1, report: scene.report, by: .pool(scene.pool), actor: scene.actor,
        at: scene.now)
    else { return }
    #expect(ruling.subject.lease.freesAt == scene.now)
    #expect(ruling.subject.lease.state(at: scene.now) == .returned)
    scene.leases = [ruling.subject.lease]
    #expect(scene.ground.budget.free(at: scene.now, for: nil).microRPS == 1_000_000)

    let gateway = GatewayID.make(at: scene.now)
    let guarded = Lease(
      id: lease.id, grant: lease.grant, budget: lease.budget, pool: lease.pool,
      worker: lease.worker, enforcementPoint: .gateway(gateway, name: "demo"),
      credential: lease.credential, hosts: lease.hosts, buildDigest: nil,
      startedAt: lease.startedAt, term: lease.term, previous: nil, wish: lease.wish, ended: nil)
    let table: [(Lease.Returner, Timestamp)] = [
      (.pool(scene.pool), guarded.term.freesAt), (.gateway(gateway), scene.now),
    ]
    for (returner, freesAt) in table {
      guard
        case .ended(let ruling) = try guarded.returned(
          holding: 1, report: scene.report, by: returner, actor: scene.actor, at: scene.now)
      else { continue }
      #expect(ruling.subject.lease.freesAt == freesAt)
      #expect(ruling.entry.type == .leaseEnded)
    }
    let other = GatewayID.make(at: scene.now)
    #expect(throws: Refusals(.leaseHeldByAnother)) {
      try guarded.returned(
        holding: 1, report: scene.report, by: .gateway(other), actor: scene.actor, at: scene.now)
    }
    #expect(throws: Refusals(.wrongTerm(held: 1))) {
      try guarded.returned(
        holding: 2, report: scene.report, by: .gateway(gateway), actor: scene.actor,
        at: scene.now)
    }
  }

  @Test("a token is honoured for its audience and term until it expires or anything stops it")
  func introspection() throws {
    var scene = LeaseScene()
    let first = try scene.grant(scene.request())
    let lease = try scene.renew(first)
    let audience = lease.enforcementPoint.audience
    func honours(_ term: Int64, _ audience: String, locks: [Lock] = [], at now: Timestamp) -> Bool {
      lease.honours(
        term: term, for: audience, grant: scene.ground.grant, locks: locks,
        breakers: scene.breakers, holds: [], at: now)
    }
    #expect(honours(2, audience, at: scene.now))
    #expect(honours(1, audience, at: scene.now))
    #expect(!honours(3, audience, at: scene.now))
    #expect(!honours(2, "other", at: scene.now))
    #expect(!honours(2, audience, at: lease.term.expiresAt))
    scene.standing = .revoked(at: scene.now)
    #expect(!honours(2, audience, at: scene.now))
  }

  private func step(_ scene: inout LeaseScene, _ generator: inout SeededGenerator) throws {
    let wish = Rate(microRPS: Int64.random(in: 1...1_200_000, using: &generator))
    let lease = scene.leases.randomElement(using: &generator)
    do {
      switch (Int.random(in: 0...5, using: &generator), lease) {
      case (0...1, _), (_, nil): _ = try scene.grant(scene.request(wish: wish))
      case (2...4, let lease?): _ = try scene.renew(lease, wish: wish)
      case (_, let lease?):
        let ended = try lease.returned(
          holding: lease.term.number, report: scene.report, by: .pool(scene.pool),
          actor: scene.actor, at: scene.now)
        if case .ended(let ruling) = ended {
          scene.leases.removeAll { $0.id == lease.id }
          scene.leases.append(ruling.subject.lease)
        }
      }
    } catch is Refusals {
      return
    }
  }
}
