import CountersignTesting
import Domain
import Postgres
import Testing
import Tokens

@testable import Workflow

@Suite("Revocations")
struct RevocationTests {
  @Test("every stop is an event in order, each with the tokens that it covers; a release is none")
  func causes() async throws {
    try await FeedScene.with { scene in
      let (service, grant) = (scene.service, scene.grant)
      let held = try await grant.grantLease(service, worker: "a")
      #expect(held.claims.epoch == 0)
      let site = LockScope.site(try Host("example.com"))
      let scopes: [LockScope] = [
        .everything, site, .proposal(grant.proposal), .grant(grant.grant), .pool(grant.pool.id),
        .worker(held.lease.worker),
      ]
      for scope in scopes { try await scene.release(try await scene.lock(scope)) }
      let now = try await service.time().now
      try await service.bootstrap(
        SuspendGrant(grant: grant.grant, cause: Suspension(.breaker, since: now)))
      _ = try await service.act(
        as: scene.legal.calls(), RevokeGrant(grant: grant.grant, reason: .success("over")))

      let told = try await scene.ask()
      #expect(told.events.map(\.epoch) == Array(1...8) && told.next == 8)
      #expect(
        told.events.map(\.kind)
          == [.everything, .site, .proposal, .grant, .pool, .worker, .grant, .grant])
      #expect(
        told.events.map(\.cause)
          == Array(repeating: EpochCause.lock, count: 6) + [.suspension, .revocation])
      let covers = told.events.map(\.covers)
      let (id, one) = (grant.grant.text, [grant.grant.text])
      #expect(told.events.map(\.id).prefix(4) == [nil, "example.com", grant.proposal.text, id])
      #expect(covers[0] == TokenCover(proposals: nil, grants: nil, workers: nil, hosts: nil))
      #expect(covers[1].hosts == ["example.com"] && covers[1].grants == nil)
      #expect(covers[2].proposals == [grant.proposal.text])
      // Tokens name no pool: those of its grants.
      for index in [3, 4, 6, 7] { #expect(covers[index].grants == one) }
      #expect(covers[5].workers == [held.lease.worker.text] && covers[5].grants == nil)
      #expect(try await scene.ask(since: 6).events.map(\.epoch) == [7, 8])
      #expect(try await scene.ask(since: 8).events.isEmpty)
    }
  }

  @Test("a lock on a site covers the aliases of the sites under it")
  func aliases() async throws {
    try await FeedScene.with { scene in
      let admin = try await scene.service.makePerson("admin", .administrator)
      let ceiling = Ceiling(
        maxRPS: Rate(microRPS: 1_000_000), burst: 1, maxConcurrency: 1, dailyRequests: 9,
        windows: .always)
      for (host, aliases) in [("shop.example.edu", ["shop.example.net"]), ("a.example.org", [])] {
        let facts = SiteFacts(
          operatorKind: .privateCompany, ceiling: ceiling, timeZone: "UTC",
          aliases: try aliases.map { try Host($0) }, contact: nil, notes: nil)
        _ = try await scene.service.act(
          as: admin, PutSite(host: try Host(host), version: nil, input: .success(facts)))
      }
      _ = try await scene.lock(.site(try Host("example.edu")))
      #expect(
        try await scene.ask().events.map(\.covers.hosts)
          == [["example.edu", "shop.example.net"]])
    }
  }

  @Test("P13 a lease that a racing stop did not refuse is covered by it, and the next one is not")
  func race() async throws {
    try await FeedScene.with { scene in
      let (service, grant) = (scene.service, scene.grant)
      for turn in 0..<12 {
        let worker = "w\(turn % 3)"
        let scopes: [LockScope] = [.everything, .grant(grant.grant), .pool(grant.pool.id)]
        async let placed = scene.lock(scopes[turn % scopes.count])
        async let asked = outcome {
          try await persistently {
            try await grant.grantLease(service, worker: worker, wish: 100_000)
          }
        }
        let (lock, answer) = try await (placed, asked)
        let stop = try #require(try await scene.ask().events.last)
        if case .success(let held) = answer {
          #expect(held.claims.epoch < stop.epoch, "turn \(turn)")
        }
        try await scene.release(lock)
        switch answer {
        case .success(let held):
          let renewed = try await grant.renew(service, held.lease)
          #expect(renewed.claims.epoch == stop.epoch)
          _ = try await grant.giveBack(service, renewed.lease, as: grant.gatewayCalls())
        case .failure(let refusals):
          #expect(refusals.first.code == .locked)
        }
      }
    }
  }

  @Test("who waits is told at once, without a connection to the database each")
  func waits() async throws {
    try await FeedScene.with { scene in
      let callers = [scene.grant.gatewayCalls(), scene.legal.calls(), scene.grant.poolCalls()]
      try await withThrowingTaskGroup(of: Revocations.self) { group in
        for number in 0..<300 {
          group.addTask {
            try await scene.ask(since: 0, waitSeconds: 10, as: callers[number % callers.count])
          }
        }
        try await scene.becomesWaiting(300)
        let began = ContinuousClock.now
        _ = try await scene.lock(.grant(scene.grant.grant))
        for try await told in group {
          #expect(told.events.map(\.epoch) == [1] && told.next == 1)
        }
        print("300 that waited were told within", began.duration(to: .now))
      }
      // What is known already is told from the database, also to whoever would wait.
      #expect(try await scene.ask(since: 0, waitSeconds: 10).next == 1)
    }
  }

  @Test("when nothing happens the answer comes when the time is over, and is the same as before")
  func nothing() async throws {
    try await FeedScene.with { scene in
      _ = try await scene.lock(.everything)
      let began = ContinuousClock.now
      let told = try await scene.ask(since: 1, waitSeconds: 1)
      #expect(told.events.isEmpty && told.next == 1)
      #expect(began.duration(to: .now) >= .seconds(1))
      // By the entity tag too: the whole answer is told again once there is more.
      async let later = scene.ask(waitSeconds: 10, held: 1)
      try await scene.becomesWaiting(1)
      _ = try await scene.lock(.everything)
      let more = try await later
      #expect(more.events.map(\.epoch) == [1, 2])
    }
  }

  @Test("a number from before a restore gets everything, and the number to go on with")
  func restored() async throws {
    try await FeedScene.with { scene in
      _ = try await scene.lock(.everything)
      let told = try await scene.ask(since: 77, waitSeconds: 10)
      #expect(told.events.map(\.epoch) == [1] && told.next == 1)
    }
  }

  @Test("a reader that cannot reach the database tells nobody that nothing happened")
  func silence() async throws {
    try await FeedScene.with(listens: false) { scene in
      let error = await #expect(throws: CallFailure.self) {
        _ = try await scene.ask(since: 0, waitSeconds: 1)
      }
      guard case .unavailable? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      // What happened is still told to whoever asks.
      _ = try await scene.lock(.everything)
      #expect(try await scene.ask(since: 0, waitSeconds: 10).next == 1)
    }
  }

  @Test("a caller that goes away waits no more; at the end all are told what is known")
  func endings() async throws {
    try await FeedScene.with { scene in
      let gone = Task { try await scene.ask(since: 0, waitSeconds: 10) }
      try await scene.becomesWaiting(1)
      gone.cancel()
      try await scene.becomesWaiting(0)
      let stays = Task { try await scene.ask(since: 0, waitSeconds: 10) }
      try await scene.becomesWaiting(1)
      let began = ContinuousClock.now
      scene.service.feed.end()
      #expect(try await stays.value.next == 0)
      #expect(try await scene.ask(since: 0, waitSeconds: 10).next == 0)
      #expect(began.duration(to: .now) < .seconds(5))
    }
  }
}
