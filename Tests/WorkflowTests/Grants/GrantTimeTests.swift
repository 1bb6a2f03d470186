import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("What time brings to a grant")
struct GrantTimeTests {
  private static let day: Int64 = 86_400

  @Test(
    "14: two missed attestations suspend at their instant; the maintainer and a reviewer mend it")
  func attestations() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      let instant = 28 * Self.day
      scene.clock.runAhead(seconds: instant - 600)
      #expect(try await scene.refusedLease("a").isEmpty)
      scene.clock.runAhead(seconds: instant + 600)
      // Nothing was recorded, and yet it holds.
      #expect(try await scene.refusedLease("b") == [.grantSuspended(cause: .attestationMissed)])
      #expect(try await scene.show().state == .suspended)
      #expect(try await scene.events() == ["grant.created"])
      #expect(try await scene.catchUp() == 1)
      #expect(try await scene.catchUp() == 0)
      #expect(
        try await scene.events() == ["grant.created", "grant.activated", "grant.suspended"])
      #expect(
        try await scene.refusedResumption(scene.review.risk)
          == ["grant_suspended"])
      let attest = AttestGrant(grant: scene.grant)
      #expect(
        try await refusalCodes { _ = try await scene.service.act(as: scene.review.owner, attest) }
          == ["not_allowed"])
      let attested = try await scene.service.act(as: scene.review.maintainer, attest)
      #expect(attested.nextDue == attested.at.adding(seconds: 14 * Self.day))
      #expect(try await scene.show().state == .suspended)
      let resumed = try await scene.resume(scene.review.risk)
      #expect(resumed.view.state == .active && !resumed.awaitsSecond)
      #expect(try await scene.refusedLease("c").isEmpty)
    }
  }

  @Test("14: whoever attests in time is asked again fourteen days later, and nothing is suspended")
  func attestedInTime() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      for turn in 1...4 {
        scene.clock.runAhead(seconds: Int64(turn) * 14 * Self.day - 60)
        _ = try await scene.service.act(
          as: scene.review.maintainer, AttestGrant(grant: scene.grant))
      }
      #expect(try await scene.refusedLease("a").isEmpty)
    }
  }

  @Test(
    "14: a maintainer who left suspends after 72 hours; a successor accepts and a lawyer resumes")
  func partyGone() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      let review = scene.review
      let heir = try await scene.service.makePerson("heir")
      try await stop(review.maintainer, version: 1, scene)
      scene.clock.runAhead(seconds: 72 * 3_600 - 600)
      #expect(try await scene.refusedLease("a").isEmpty)
      scene.clock.runAhead(seconds: 72 * 3_600 + 600)
      #expect(try await scene.refusedLease("b") == [.grantSuspended(cause: .partyGone)])
      #expect(
        try await scene.refusedResumption(review.legal)
          == ["grant_suspended"])
      let handover = HandOverGrant(
        grant: scene.grant, input: .success(.init(part: .maintainer, to: heir.id)))
      #expect(
        try await refusalCodes { _ = try await scene.service.act(as: heir, handover) }
          == ["no_handover"])
      #expect(
        try await refusalCodes { _ = try await scene.service.act(as: review.both, handover) }
          == ["not_allowed"])
      let toSigner = HandOverGrant(
        grant: scene.grant, input: .success(.init(part: .maintainer, to: review.risk.id)))
      #expect(
        try await refusalCodes { _ = try await scene.service.act(as: review.owner, toSigner) }
          == ["not_allowed"])
      #expect(try await scene.service.act(as: review.owner, handover).acceptedAt == nil)
      #expect(try await scene.service.act(as: heir, handover).acceptedAt != nil)
      #expect(try await scene.resume(review.legal).view.state == .active)
      #expect(try await scene.show().grant.holders.maintainer == heir.id)
      // Attesting is the successor's from now on.
      _ = try await scene.service.act(as: heir, AttestGrant(grant: scene.grant))
    }
  }

  @Test("an owner who is back within 72 hours suspends nothing; one who is back later does")
  func backInTime() async throws {
    let table: [(Int64, [SuspensionCause])] = [(71, []), (73, [.partyGone])]
    for (hours, causes) in table {
      try await GrantScene.with { (scene: GrantScene) async throws in
        try await stop(scene.review.owner, version: 1, scene)
        scene.clock.runAhead(seconds: hours * 3_600)
        try await change(scene.review.owner, active: true, version: 2, scene)
        scene.clock.runAhead(seconds: 80 * 3_600)
        #expect(
          try await scene.refusedLease("a") == causes.map { .grantSuspended(cause: $0) })
      }
    }
  }

  @Test("a reviewer deactivated after finalisation: the grant stands")
  func reviewerGone() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      try await stop(scene.review.legal, version: 1, scene)
      scene.clock.runAhead(seconds: 96 * 3_600)
      #expect(try await scene.refusedLease("a").isEmpty)
      #expect(try await scene.show().state == .active)
    }
  }

  @Test("14 15: expired evidence suspends at its instant; only renewed evidence brings it back")
  func evidence() async throws {
    try await GrantScene.with({ $0.replacing("expires_on: +150d", with: "expires_on: +20d") }) {
      (scene: GrantScene) async throws in
      scene.clock.runAhead(seconds: 22 * Self.day)
      #expect(try await scene.refusedLease("a") == [.grantSuspended(cause: .evidenceExpired)])
      #expect(
        try await scene.refusedResumption(scene.review.risk) == ["grant_suspended"])
      // More than the evidence is more than a resumption is for.
      _ = try await scene.revised { $0.replacing("max_rps: 0.5", with: "max_rps: 0.4") }
      #expect(
        try await scene.refusedResumption(scene.review.risk) == ["grant_suspended"])
      _ = try await scene.revised { $0 }
      #expect(
        try await scene.refusedResumption(scene.review.legal)
          == ["role_missing"])
      _ = try await scene.resume(scene.review.risk)
      #expect(try await scene.refusedLease("a").isEmpty)
      #expect(try await scene.events().last == "grant.resumed")
    }
  }

  @Test("18: a grant is over at its end, and when its total requests are spent and nothing runs")
  func ended() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      let end = try await scene.show().grant.standing.endsAt
      let now = try await scene.service.time().now
      scene.clock.runAhead(seconds: end.microseconds(since: now) / 1_000_000 + 10)
      #expect(try await scene.show().state == .ended)
      #expect(try await scene.catchUp() == 1)
      #expect(try await scene.events().last == "grant.ended")
      #expect(try await scene.catchUp() == 0)
      #expect(
        try await refusalCodes {
          _ = try await scene.service.act(
            as: scene.review.legal, RevokeGrant(grant: scene.grant, reason: .success("late")))
        } == ["grant_ended"])
    }
    try await GrantScene.with({
      $0.replacing("daily_requests: 20000", with: "daily_requests: 20000\n    total_requests: 5")
    }) { (scene: GrantScene) async throws in
      _ = try await scene.lease("a", wish: 400_000)
      let refused = try await scene.refusedLease("b")
      #expect(refused.contains(.totalRequestsSpent))
      #expect(try await scene.show().state == .active)
      scene.clock.runAhead(seconds: 70)
      #expect(try await scene.show().state == .ended)
      #expect(try await scene.catchUp() == 1)
      #expect(try await scene.show().grant.standing.recorded == .ended)
    }
  }

  @Test("13: a grant that has not started starts at its instant; under a cause it starts suspended")
  func scheduled() async throws {
    try await GrantScene.with({ $0.replacing("starts_on: today", with: "starts_on: +2d") }) {
      (scene: GrantScene) async throws in
      #expect(try await scene.show().state == .scheduled)
      scene.clock.runAhead(seconds: 3 * Self.day)
      #expect(try await scene.show().state == .active)
      #expect(try await scene.catchUp() == 1)
      #expect(try await scene.events() == ["grant.created", "grant.activated"])
    }
    try await GrantScene.with({ $0.replacing("starts_on: today", with: "starts_on: +2d") }) {
      (scene: GrantScene) async throws in
      try await scene.suspend(.breaker)
      #expect(try await scene.show().state == .scheduled)
      scene.clock.runAhead(seconds: 3 * Self.day)
      #expect(try await scene.show().state == .suspended)
      #expect(try await scene.refusedLease("a") == [.grantSuspended(cause: .breaker)])
      #expect(try await scene.catchUp() == 1)
      #expect(try await scene.show().grant.standing.recorded == .suspended)
      #expect(
        try await scene.events()
          == ["grant.created", "grant.suspended", "grant.activated", "grant.suspended"])
    }
  }

  private func stop(_ person: TestPerson, version: Int64, _ scene: GrantScene) async throws {
    try await change(person, active: false, version: version, scene)
  }

  private func change(
    _ person: TestPerson, active: Bool, version: Int64, _ scene: GrantScene
  ) async throws {
    _ = try await scene.service.act(
      as: scene.review.administrator,
      ChangePerson(
        person: person.id, version: version,
        input: .success(.init(name: nil, active: active, samePersonAs: nil))))
  }
}
