import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("Enforcement points")
struct EnforcementTests {
  private func report(
    _ service: Service, _ caller: Caller, _ lease: LeaseID, term: Int64, mostRPS: Int64 = 0
  ) async throws -> [LeaseID] {
    let sighting = EnforcementReport.Sighting(
      lease: lease, term: term, requests: 10, refusals: 1, mostRPS: Rate(microRPS: mostRPS))
    return try await service.act(
      as: caller,
      RecordEnforcement(
        report: .success(EnforcementReport(sightings: [sighting], clock: nil))))
  }

  @Test("I8 what a term gives up counts until it runs out, or until the new term is acknowledged")
  func acknowledged() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let gateway = grant.gatewayCalls()
      let first = try await grant.grantLease(service, worker: "a", wish: 1_000_000)
      let second = try await grant.renew(service, first.lease, wish: 250_000)
      #expect(second.lease.term.portion.rate.microRPS == 250_000)
      let early = try await outcome {
        try await grant.grantLease(service, worker: "b", wish: 750_000)
      }
      guard case .failure(let refusals) = early else {
        Issue.record("both terms of the other lease count")
        return
      }
      #expect(refusals.first.code == .noCapacity)
      // An older term says nothing, nor does somebody else.
      #expect(
        try await report(service, gateway, first.lease.id, term: 1).isEmpty)
      let other = try await service.bootstrap(CreateGateway(name: "other"))
      let stranger = Caller(secret: other.secret, trace: gateway.trace)
      #expect(
        try await report(service, stranger, first.lease.id, term: 2).isEmpty)
      #expect(
        try await report(service, gateway, first.lease.id, term: 3).isEmpty)

      let told = try await report(service, gateway, first.lease.id, term: 2)
      #expect(told == [first.lease.id])
      let late = try await grant.grantLease(service, worker: "b", wish: 750_000)
      #expect(late.lease.term.portion.rate.microRPS == 750_000)
      // The token of the older term is refused from now on, the newer one is not.
      #expect(try await grant.introspect(service, first) == nil)
      #expect(try await grant.introspect(service, second) != nil)
      // The chain goes on, and a lost reply is still told again.
      let third = try await grant.renew(service, second.lease, wish: 250_000)
      #expect(third.lease.term.number == 3)
      #expect(try await grant.renew(service, second.lease).lease.term == third.lease.term)
      let view = try await service.look(as: grant.requester, ShowLease(lease: first.lease.id)).view
      #expect(view.lease.previous?.portion.rate.microRPS == 250_000)
      #expect(view.lease.freesAt == third.lease.freesAt)
    }
  }

  @Test("a renewal and its acknowledgement race: never less is counted than tokens allow")
  func race() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      var held = try await grant.grantLease(service, worker: "a", wish: 900_000)
      for turn in 0..<20 {
        let (lease, wish) = (held.lease, Int64(turn % 2 == 0 ? 100_000 : 900_000))
        async let renewed = persistently { try await grant.renew(service, lease, wish: wish) }
        async let told = report(
          service, grant.gatewayCalls(), lease.id, term: lease.term.number)
        let (next, _) = try await (renewed, told)
        let view = try await service.look(as: grant.requester, ShowLease(lease: lease.id)).view
        // The older token may be anywhere: the point has said nothing of the new term.
        #expect(view.lease.term == next.lease.term)
        let occupied = view.lease.occupant.occupied(at: next.now)
        #expect(occupied.rate >= max(lease.term.portion.rate, next.lease.term.portion.rate))
        held = next
      }
    }
  }

  @Test("a pool that enforces its own leases acknowledges them itself; people report nothing")
  func others() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let held = try await grant.grantLease(service, worker: "a")
      for caller in [grant.poolCalls(), grant.requester.calls()] {
        let refused = try await outcome {
          try await report(service, caller, held.lease.id, term: 1)
        }
        guard case .failure(let refusals) = refused else {
          Issue.record("reported")
          continue
        }
        #expect(refusals.first.code == .notAllowed)
      }
    }
  }

  @Test("more than 110 % of rate and burst in a second opens the breakers of the lease's hosts")
  func overLimit() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let held = try await grant.grantLease(service, worker: "a")
      let portion = held.lease.term.portion
      let most = (portion.rate.microRPS + portion.burst * 1_000_000) * 11 / 10
      func found(_ most: Int64, _ caller: Caller) async throws -> [EnforcementReport.Sighting] {
        let sighting = EnforcementReport.Sighting(
          lease: held.lease.id, term: 1, requests: 1, refusals: 0,
          mostRPS: Rate(microRPS: most))
        return try await service.look(for: caller) { _ in
          FindOverLimit(
            report: .success(EnforcementReport(sightings: [sighting], clock: nil)))
        }
      }
      #expect(try await found(most, grant.gatewayCalls()).isEmpty)
      let over = try #require(try await found(most + 1, grant.gatewayCalls()).first)
      let other = try await service.bootstrap(CreateGateway(name: "other"))
      let stranger = Caller(secret: other.secret, trace: grant.gatewayCalls().trace)
      #expect(try await found(most + 1, stranger).isEmpty)
      _ = try await service.act(as: stranger, StopOverLimit(sighting: over))
      #expect(try await grant.introspect(service, held) != nil, "somebody else's word")
      func told(since: Int64?) async throws -> Revocations {
        try await service.revocations(for: grant.gatewayCalls()) {
          RevocationQuestion(since: since, waitSeconds: 0, held: nil)
        }
      }
      let before = try await told(since: nil).next
      _ = try await service.act(as: grant.gatewayCalls(), StopOverLimit(sighting: over))
      #expect(try await grant.introspect(service, held) == nil)
      let stopped = try await outcome { try await grant.renew(service, held.lease) }
      #expect(stopped.refusals.map(\.code).contains(.breakerOpen))
      let events = try await told(since: before).events
      #expect(events.map(\.cause) == [.hold] && events.map(\.kind) == [.budget])
    }
  }

  @Test("when a point had taken in a stop is measured, and one that is silent goes stale")
  func sightings() async throws {
    try await FeedScene.with { scene in
      let (service, grant) = (scene.service, scene.grant)
      func gateway() async throws -> PointStanding {
        let list = try await service.look(
          as: scene.legal, ListGateways(after: nil, limit: 10))
        return try #require(list.gateways.first).standing
      }
      #expect(try await gateway() == .unknown)
      _ = try await grant.grantLease(service, worker: "a")
      let lock = try await scene.lock(.grant(grant.grant))
      func reach() async throws -> ShowLockPropagation.Output {
        try await service.look(as: scene.legal, ShowLockPropagation(lock: lock.id))
      }
      #expect(try await reach().points.map { $0.name } == ["demo"])
      #expect(try await reach().points[0].seenAt == nil)
      #expect(try await reach().liveLeases == 1)

      // To ask is not to know: only the next question shows that the answer was taken in.
      #expect(try await scene.ask().next == 1)
      await service.writeSightings()
      #expect(try await reach().points[0].seenAt == nil)
      #expect(try await gateway().epoch == 0)
      _ = try await scene.ask(since: 1)
      await service.writeSightings()
      let seen = try #require(try await reach().points[0].seenAt)
      #expect(seen >= lock.lockedAt)
      let standing = try await gateway()
      #expect(standing.epoch == 1 && standing.seenAt == seen)
      #expect(!standing.isStale(at: seen.adding(seconds: 15)))
      #expect(standing.isStale(at: seen.adding(seconds: 15).adding(microseconds: 1)))
      // It stays what it was when more is taken in, and people are no enforcement points.
      _ = try await scene.lock(.everything)
      _ = try await scene.ask(since: 2)
      _ = try await scene.ask(since: 2, as: scene.legal.calls())
      await service.writeSightings()
      #expect(try await reach().points[0].seenAt == seen)
      #expect(try await gateway().epoch == 2)
      // Who begins anew has not forgotten what it acknowledged.
      _ = try await scene.ask()
      await service.writeSightings()
      #expect(try await gateway().epoch == 2)
    }
  }
}
