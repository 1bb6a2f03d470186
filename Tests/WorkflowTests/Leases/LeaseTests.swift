import CountersignTesting
import Domain
import Postgres
import Testing
import Tokens
import Workflow

@Suite("Leases on PostgreSQL")
struct LeaseTests {
  @Test("24 workers at once: four get exactly the whole budget, twenty no_capacity with a time")
  func race() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let results = try await withThrowingTaskGroup(of: Result<LeaseAnswer, Refusals>.self) {
        group in
        for index in 0..<24 {
          group.addTask {
            try await outcome { try await grant.grantLease(service, worker: "spider-\(index)") }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let granted = results.compactMap { result in
        if case .success(let answer) = result { answer.lease } else { nil }
      }
      #expect(granted.count == 4)
      #expect(granted.map(\.term.portion.rate.microRPS).reduce(0, +) == 1_000_000)
      let refused = results.compactMap { result -> Refusals? in
        if case .failure(let refusals) = result { refusals } else { nil }
      }
      #expect(refused.count == 20)
      for refusals in refused {
        guard case .noCapacity(_, let until?) = refusals.first else {
          Issue.record("\(refusals)")
          continue
        }
        #expect(until <= granted.map(\.freesAt).min() ?? until)
      }
    }
  }

  @Test("a lost reply: the same renewal gives the same term, signed anew, without a charge")
  func lostReply() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let first = try await grant.grantLease(service, worker: "a")
      let second = try await grant.renew(service, first.lease)
      let again = try await grant.renew(service, first.lease)
      #expect(second.lease.term == again.lease.term)
      #expect(second.lease.term.number == 2)
      #expect(again.lease.previous?.expiresAt == first.lease.term.expiresAt)
      let claims = try #require(try await grant.introspect(service, again))
      #expect(claims.term == 2 && claims.audience == "demo")
      let third = try await grant.renew(service, second.lease)
      #expect(third.lease.term.number == 3)
      let wrong = try await outcome { try await grant.renew(service, first.lease) }
      #expect(throws: Refusals(.wrongTerm(held: 3))) { try wrong.get() }
    }
  }

  @Test("a repeat under the same key gives the same lease, and a stop wins over it")
  func idempotent() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let first = try await grant.grantLease(service, worker: "a", key: "k1")
      let again = try await grant.grantLease(service, worker: "a", key: "k1")
      #expect(first.lease.id == again.lease.id && first.lease.term == again.lease.term)
      let operations = try await service.makePerson("op", .operator)
      _ = try await service.act(
        as: operations,
        PlaceLock(input: .success(PlaceLock.Input(scope: .everything, reason: "stop"))))
      let stopped = try await outcome {
        try await grant.grantLease(service, worker: "a", key: "k1")
      }
      #expect(throws: Refusals.self) { try stopped.get() }
    }
  }

  @Test("a lock stops grants, renewals and introspection at once; two people lift it")
  func locks() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let held = try await grant.grantLease(service, worker: "a")
      #expect(try await grant.introspect(service, held) != nil)
      let operations = try await service.makePerson("op", .operator)
      let legal = try await service.makePerson("legal", .legalReviewer)
      let scopes: [LockScope] = [
        .everything, .site(try Host("example.com")), .proposal(grant.proposal),
        .grant(grant.grant), .pool(grant.pool.id), .worker(held.lease.worker),
      ]
      for scope in scopes {
        let lock = try await service.act(
          as: operations,
          PlaceLock(input: .success(PlaceLock.Input(scope: scope, reason: "captcha seen"))))
        for refused in [
          try await outcome { try await grant.renew(service, held.lease) },
          try await outcome { try await grant.grantLease(service, worker: "a") },
        ] {
          guard case .failure(let refusals) = refused else {
            Issue.record("\(scope) stops nothing")
            continue
          }
          #expect(refusals.first.code == .locked)
        }
        #expect(try await grant.introspect(service, held) == nil)
        let live = try await service.look(
          as: operations, ShowLockPropagation(lock: lock.id))
        #expect(live.liveLeases == 1 && live.points.map(\.name) == ["demo"], "\(scope)")
        let half = try await service.act(
          as: legal, ReleaseLock(lock: lock.id, reason: .success("over")))
        #expect(half.isActive)
        #expect(try await grant.introspect(service, held) == nil)
        let same = try await outcome {
          try await service.act(as: legal, ReleaseLock(lock: lock.id, reason: .success("over")))
        }
        #expect(throws: Refusals.self) { try same.get() }
        let whole = try await service.act(
          as: operations, ReleaseLock(lock: lock.id, reason: .success("over")))
        #expect(!whole.isActive)
        #expect(try await grant.introspect(service, held) != nil)
      }
      let renewed = try await grant.renew(service, held.lease)
      #expect(renewed.lease.term.number == 2)
    }
  }

  @Test("a returned lease is inactive at once; its share is free when its enforcement point says")
  func returns() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant { $0.workers = 1 }
      let first = try await grant.grantLease(service, worker: "a", wish: nil)
      #expect(first.lease.term.portion.rate.microRPS == 1_000_000)
      let freesAt = try await grant.giveBack(service, first.lease)
      #expect(freesAt == first.lease.term.freesAt)
      #expect(try await grant.giveBack(service, first.lease) == freesAt)
      #expect(try await grant.introspect(service, first) == nil)
      let full = try await outcome { try await grant.grantLease(service, worker: "b") }
      #expect(throws: Refusals.self) { try full.get() }
    }
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant { $0.workers = 1 }
      let first = try await grant.grantLease(service, worker: "a")
      let freesAt = try await grant.giveBack(service, first.lease, as: grant.gatewayCalls())
      #expect(freesAt < first.lease.term.expiresAt)
      #expect(try await grant.grantLease(service, worker: "b").lease.term.number == 1)
    }
  }

  @Test("a worker that was refused is made room for at the next renewal and gets its share")
  func waiting() async throws {
    try await TestService.with { service, clock in
      let grant = try await service.makeGrant()
      let first = try await grant.grantLease(service, worker: "a", wish: nil)
      let input = GrantLease.Input(
        proposal: grant.proposal.text, worker: "b", hosts: [try Host("www.example.com")],
        wish: nil, enforcementPoint: nil, buildDigest: nil)
      for _ in 0..<2 {
        guard
          case .failure(let refusals) = try await outcome({
            try await service.act(as: grant.poolCalls(), GrantLease(input: .success(input)))
          })
        else { return }
        #expect(refusals.first.code == .noCapacity)
        try await service.remember(refusals, of: .success(input), for: grant.poolCalls())
      }
      let second = try await grant.renew(service, first.lease)
      #expect(second.lease.term.portion.rate.microRPS == 500_000)
      clock.runAhead(seconds: 40)
      let third = try await grant.renew(service, second.lease)
      clock.runAhead(seconds: 65)
      let other = try await service.act(
        as: grant.poolCalls(), GrantLease(input: .success(input)))
      #expect(other.lease.term.portion.rate.microRPS == 500_000)
      // Nobody waits any more, yet the two share.
      #expect(
        try await grant.renew(service, third.lease).lease.term.portion.rate.microRPS == 500_000)
    }
  }

  @Test("what the grant does not cover is refused, with every reason")
  func uncovered() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let table: [(String, Refusal.Code?)] = [
        ("www.example.com", nil), ("WWW.EXAMPLE.COM.", nil), ("a.b.shop.example.com", nil),
        ("shop.example.com", .hostNotGranted), ("example.com", .hostNotGranted),
        ("example.org", .hostNotGranted),
      ]
      for (index, (host, code)) in table.enumerated() {
        let result = try await outcome {
          try await grant.grantLease(service, worker: "w\(index)", wish: 50_000, host: host)
        }
        switch result {
        case .success: #expect(code == nil, "\(host)")
        case .failure(let refusals): #expect(refusals.first.code == code, "\(host)")
        }
      }
      let unknown = GrantLease.Input(
        proposal: "999999", worker: "a", hosts: [try Host("www.example.com")], wish: nil,
        enforcementPoint: nil, buildDigest: nil)
      let missing = try await outcome {
        try await service.act(as: grant.poolCalls(), GrantLease(input: .success(unknown)))
      }
      #expect(throws: Refusals(.notFound(kind: "proposal", id: "999999"))) {
        try missing.get()
      }
    }
  }

  @Test("hours are asked on the database's clock; the term ends when they close")
  func hours() async throws {
    try await TestService.with { service, clock in
      let grant = try await service.makeGrant {
        $0.timeZone = "Asia/Shanghai"
        $0.windows = #"[{"days":"all","start":"22:00","end":"06:00"}]"#
      }
      let today = try await service.time().now.utcDate
      let noon = Timestamp(microseconds: LocalTime(date: today).microseconds + 43_200_000_000)
      clock.set(to: noon)
      let closed = try await outcome { try await grant.grantLease(service, worker: "a") }
      guard case .failure(let refusals) = closed else {
        Issue.record("it was open")
        return
      }
      #expect(refusals.all == [.outsideWindow(nextOpensAt: noon.adding(seconds: 7_200))])
      clock.set(to: noon.adding(seconds: 36_000 - 30))
      let last = try await grant.grantLease(service, worker: "a")
      #expect(last.lease.term.expiresAt == noon.adding(seconds: 36_000))
    }
  }

  @Test("the day cap counts whole reservations and is never exceeded")
  func dayCap() async throws {
    try await TestService.with { service, clock in
      let grant = try await service.makeGrant { $0.dailyRequests = 50 }
      let today = try await service.time().now.utcDate
      let noon = Timestamp(microseconds: LocalTime(date: today).microseconds + 43_200_000_000)
      clock.set(to: noon)
      let first = try await grant.grantLease(service, worker: "a", wish: 500_000)
      #expect(first.lease.term.quota == 31)
      let second = try await grant.grantLease(service, worker: "b", wish: 500_000)
      #expect(second.lease.term.quota == 19)
      let spent = try await outcome { try await grant.renew(service, first.lease) }
      guard case .failure(let refusals) = spent else {
        Issue.record("more than the day has")
        return
      }
      #expect(refusals.first.code == .dailyRequestsSpent)
    }
  }

  @Test("from tier T3 a token waits for the evidence; a blocked one says the rule")
  func evidence() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant {
        $0.tier = "T3"
        $0.tokenBlocks = #"[{"id":"R12","text":"robots.txt refuses"}]"#
      }
      let refused = try await outcome { try await grant.grantLease(service, worker: "a") }
      guard case .failure(let refusals) = refused else {
        Issue.record("a token without evidence")
        return
      }
      #expect(refusals.all.map(\.code) == [.blockToken, .evidencePending])
    }
  }
}
