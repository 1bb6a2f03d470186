import CountersignTesting
import Domain
import Postgres
import Testing
import Workflow

@Suite("Breakers on PostgreSQL")
struct BreakerTests {
  @Test("a 429 stops the lease, its token, its project and every other project on the site")
  func throttled() async throws {
    try await BreakerScene.with { scene in
      let (service, grant) = (scene.service, scene.grant)
      let held = try await grant.grantLease(service, worker: "a")
      #expect(try await grant.introspect(service, held) != nil)
      let start = try await service.time().now
      let bad = try scene.report(of: held.lease, ["429": 1], ["retry_after_seconds": 600])
      let stop = try #require(try await scene.renew(held.lease, bad).refusals.first)
      #expect(stop.code == .breakerOpen && stop.subject == "www.example.com")
      #expect(try #require(stop.until) >= start.adding(seconds: 600))
      #expect(try #require(stop.until) <= start.adding(seconds: 680))
      #expect(stop.detail.contains("429"))
      #expect(try await grant.introspect(service, held) == nil)
      let again = try await outcome { try await grant.grantLease(service, worker: "b") }
      #expect(again.refusals.map(\.subject) == ["site example.com", "www.example.com"])
      let others = try await outcome { try await scene.other.grantLease(service, worker: "c") }
      #expect(others.refusals.map(\.code) == [.breakerOpen])
      #expect(others.refusals.first?.subject == "site example.com")
      #expect(others.refusals.first?.until == stop.until)
      #expect(try await scene.events() == ["breaker.opened"])
      let view = try await service.look(as: grant.requester, ShowGrant(grant: grant.grant)).view
      #expect(view.blocking.map(\.subject) == ["site example.com", "www.example.com"])
      let other = try await service.look(
        as: scene.other.requester, ShowGrant(grant: scene.other.grant)
      ).view
      #expect(other.blocking.map(\.subject) == ["site example.com"])
    }
  }

  @Test("the same report again, also under another key or as a replay, opens nothing twice")
  func again() async throws {
    try await BreakerScene.with { scene in
      let held = try await scene.grant.grantLease(scene.service, worker: "a")
      let bad = try scene.report(of: held.lease, ["429": 1], ["retry_after_seconds": 100])
      #expect(try await !scene.renew(held.lease, key: "k1", bad).refusals.isEmpty)
      let opening = try #require(try await scene.opening())
      for _ in 0..<3 { #expect(try await !scene.renew(held.lease, bad).refusals.isEmpty) }
      await #expect(throws: Replayed.self) { try await scene.renew(held.lease, key: "k1", bad) }
      #expect(try await scene.opening() == opening)
      #expect(try await scene.breaker().openings.count == 1)
      // The lease is given back with the same report.
      try await scene.giveBack(held.lease, bad)
      #expect(try await scene.opening() == opening)
      #expect(try await scene.events() == ["breaker.opened"])
    }
  }

  @Test("half-open one worker tries with a tenth; well reported it goes on with a quarter")
  func wayBack() async throws {
    try await BreakerScene.with { scene in
      let (service, grant, clock) = (scene.service, scene.grant, scene.clock)
      let held = try await grant.grantLease(service, worker: "a", wish: nil)
      #expect(
        try await !scene.renew(held.lease, scene.report(of: held.lease, ["503": 1])).refusals
          .isEmpty)
      let until = try #require(try await scene.opening()).until
      // Every token from before has run out.
      clock.set(to: until.adding(seconds: 10))
      let probe = try await grant.grantLease(service, worker: "b", wish: nil).lease
      #expect(probe.term.portion.rate.microRPS == 100_000)
      #expect(probe.term.quota <= 10)
      let second = try await outcome { try await grant.grantLease(service, worker: "c") }
      #expect(second.refusals.first?.code == .breakerOpen)
      #expect(second.refusals.first?.until == probe.freesAt)
      // Nothing was sent: the try goes on.
      clock.set(to: until.adding(seconds: 20))
      let idle = try await scene.renew(probe, scene.report(of: probe, [:], requests: 0)).get().lease
      #expect(idle.term.portion.rate.microRPS == 100_000)
      clock.set(to: until.adding(seconds: 30))
      let eased = try await scene.renew(idle, scene.report(of: idle)).get().lease
      #expect(eased.term.portion.rate.microRPS == 250_000)
      let third = try await outcome { try await grant.grantLease(service, worker: "c") }
      #expect(third.refusals.map(\.code) == [.noCapacity], "all of the quarter is out")
      // Ten minutes later all of it is there again.
      clock.set(to: until.adding(seconds: 700))
      let whole = try await grant.grantLease(service, worker: "d", wish: nil).lease
      #expect(whole.term.portion.rate.microRPS == 1_000_000)
      // A second opening within half an hour lasts two minutes.
      let more = try scene.report(of: whole, ["503": 1])
      #expect(try await !scene.renew(whole, more).refusals.isEmpty)
      let next = try #require(try await scene.opening())
      #expect((108...133).contains(next.until.microseconds(since: next.since) / 1_000_000))
    }
  }

  @Test("a captcha suspends the grant; two people resume it, and it is half-open")
  func captcha() async throws {
    try await BreakerScene.with { scene in
      let (service, grant) = (scene.service, scene.grant)
      let operations = try await service.makePerson("op", .operator)
      let legal = try await service.makePerson("legal", .legalReviewer)
      let held = try await grant.grantLease(service, worker: "a")
      let seen = try scene.report(of: held.lease, ["200": 1], ["challenges": 1])
      #expect(try await scene.renew(held.lease, seen).refusals.map(\.code) == [.breakerOpen])
      #expect(try await scene.events() == ["breaker.opened", "grant.activated", "grant.suspended"])
      let again = try await outcome { try await grant.grantLease(service, worker: "b") }
      #expect(again.refusals.map(\.code) == [.grantSuspended, .breakerOpen])
      #expect(again.refusals.allSatisfy { $0.until == nil })
      // An incident of the service's own, about the host and the grant.
      let incidents = try await service.look(as: operations, ListIncidents(limit: 9))
      let incident = try #require(incidents.first?.incident)
      #expect(incidents.count == 1 && incident.source == .breaker && incident.owner == nil)
      #expect(incident.cause?.subject == "www.example.com")
      #expect(incident.sites.map(\.link.id) == ["www.example.com"])
      #expect(incident.grants == [grant.grant, scene.other.grant].sorted())
      // Another project goes on: nobody asked the site's visitors for rest.
      _ = try await scene.other.grantLease(service, worker: "c")
      for (person, stands) in [(operations, true), (legal, false)] {
        scene.clock.runAhead(seconds: stands ? 300 : 301)
        _ = try await service.act(
          as: person, ResumeGrant(grant: grant.grant, reason: .success("they unblocked us")))
        let next = try await outcome {
          try await grant.grantLease(service, worker: "d", wish: nil)
        }
        #expect(next.refusals.isEmpty != stands)
        if case .success(let answer) = next {
          #expect(answer.lease.term.portion.rate.microRPS == 100_000)
        }
      }
      #expect(try await scene.breaker().openings.count == 1)
    }
  }

  @Test("P19: four workers report at once on two replicas: one opening, one event")
  func race() async throws {
    try await TestDatabase.with { database, url in
      let service = try await TestService.make(on: database)
      let replica = try await TestService.make(
        on: try Database(
          DatabaseConfiguration(url: url), loops: TestDatabase.loops,
          logger: TestDatabase.quiet))
      let grant = try await service.makeGrant()
      let scene = BreakerScene(
        service: service, clock: ManualClock(), grant: grant, other: grant)
      for round in 0..<5 {
        var leases: [Lease] = []
        for worker in 0..<4 {
          leases.append(
            try await grant.grantLease(
              service, worker: "w\(worker)", host: "h\(round).shop.example.com"
            ).lease)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
          for (index, lease) in leases.enumerated() {
            let bad = try scene.report(of: lease, ["500": 50], requests: 50)
            group.addTask {
              let refused = try await scene.renew(
                lease, on: index % 2 == 0 ? service : replica, bad)
              #expect(refused.refusals.map(\.code) == [.breakerOpen])
            }
          }
          try await group.waitForAll()
        }
        for lease in leases {
          try await scene.giveBack(lease, scene.report(of: lease, ["500": 60], requests: 60))
        }
        let breakers = try await scene.breakers()
        #expect(breakers.count == round + 1)
        #expect(breakers.allSatisfy { $0.openings.count == 1 && $0.backOff == 1 })
        #expect(try await scene.events().count == round + 1)
      }
      await replica.database.shutdown()
    }
  }

  @Test("a report on another term, or of another pool, is not heard")
  func whose() async throws {
    try await BreakerScene.with { scene in
      let (service, grant) = (scene.service, scene.grant)
      let held = try await grant.grantLease(service, worker: "a")
      let bad = try scene.report(of: held.lease, ["429": 1])
      let input = RenewLease.Input(term: 1, report: bad, wish: nil)
      let foreign = try await outcome {
        try await service.act(
          as: scene.other.poolCalls(), RenewLease(lease: held.lease.id, input: .success(input)))
      }
      #expect(foreign.refusals.first?.code == .leaseHeldByAnother)
      let wrong = RenewLease.Input(term: 7, report: bad, wish: nil)
      let unheld = try await outcome {
        try await service.act(
          as: grant.poolCalls(), RenewLease(lease: held.lease.id, input: .success(wrong)))
      }
      #expect(unheld.refusals.first?.code == .wrongTerm)
      #expect(try await scene.breakers().isEmpty)
      #expect(try await grant.renew(service, held.lease).lease.term.number == 2)
    }
  }

  @Test("a worker that reports nothing new is told so, and then stopped")
  func overdue() async throws {
    try await BreakerScene.with { scene in
      let grant = scene.grant
      let first = try await grant.grantLease(scene.service, worker: "a").lease
      let told = try scene.report(of: first)
      let second = try await scene.renew(first, told).get().lease
      scene.clock.runAhead(seconds: 19)
      #expect(try await scene.renew(second, told).refusals.map(\.code) == [.reportOverdue])
      #expect(try await scene.events().isEmpty)
      scene.clock.runAhead(seconds: 37)
      let stopped = try await scene.renew(second, told).refusals.map(\.code)
      #expect(stopped == [.breakerOpen, .reportOverdue])
      #expect(try await scene.opening()?.causes == [.reportOverdue])
    }
  }

  @Test("the nearest site is held, not the one above it")
  func nearestSite() async throws {
    try await BreakerScene.with { scene in
      let (service, grant) = (scene.service, scene.grant)
      let administrator = try await service.makePerson("admin", .administrator)
      for host in ["example.com", "b.shop.example.com"] {
        try await service.registerSite(host, by: administrator)
      }
      let held = try await grant.grantLease(service, worker: "a", host: "a.b.shop.example.com")
      let bad = try scene.report(of: held.lease, ["429": 1])
      #expect(try await !scene.renew(held.lease, bad).refusals.isEmpty)
      _ = try await scene.other.grantLease(service, worker: "c", host: "www.example.com")
      let under = try await outcome {
        try await scene.other.grantLease(service, worker: "d", host: "c.b.shop.example.com")
      }
      #expect(under.refusals.map(\.subject) == ["site b.shop.example.com"])
    }
  }
}
