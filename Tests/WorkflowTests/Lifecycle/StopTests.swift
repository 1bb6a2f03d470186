import CountersignTesting
import Domain
import Testing
import Workflow

/// The rows of the lifecycle's table that stop a grant, and what is left when the last stop goes.
@Suite("transitions 16 and 19: whoever may stops, and the last stop that goes takes effect")
struct StopTests {
  /// Who may revoke what they have a part in.
  enum Revoker: CaseIterable, Sendable {
    case requester, owner, `operator`, legalReviewer, riskReviewer

    func person(in scene: ReviewScene) -> TestPerson {
      switch self {
      case .requester: scene.requester
      case .owner: scene.owner
      case .operator: scene.maintainer
      case .legalReviewer: scene.legal
      case .riskReviewer: scene.risk
      }
    }
  }

  @Test(
    "transition 16: each who may revokes alone, and the leases go with the grant",
    arguments: Revoker.allCases)
  func revoked(by revoker: Revoker) async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      let held = try await scene.lease("a").lease
      #expect(try await scene.refusedRevocation(by: scene.review.deputy) == ["not_allowed"])
      #expect(try await scene.refusedRevocation(by: scene.review.administrator) == ["not_allowed"])
      #expect(try await scene.refusedRevocation(by: revoker.person(in: scene.review)) == [])
      #expect(try await scene.show().state == .revoked)
      #expect(
        try await refusalCodes { _ = try await scene.renew(held) }.first == "grant_revoked")
      #expect(try await scene.refusedLease("b").map(\.code) == [.grantRevoked])
    }
  }

  @Test("transition 19: one person locks, two release, one of them with a role of the locker")
  func release() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      let review = scene.review
      let lock = try await scene.lock(.grant(scene.grant), by: review.maintainer)
      #expect(try await scene.show().state == .active)
      #expect(try await scene.show().effectiveStatus == "locked")
      #expect(try await scene.refusedLease("a").map(\.code) == [.locked])
      #expect(try await scene.release(lock, by: review.legal))
      #expect(
        try await refusalCodes { try await scene.release(lock, by: review.legal) }
          == ["same_person"])
      #expect(
        try await refusalCodes { try await scene.release(lock, by: review.risk) }
          == ["release_needs_role"])
      #expect(try await scene.refusedLease("a").map(\.code) == [.locked])
      // Who locked may be one of the two.
      #expect(try await !scene.release(lock, by: review.maintainer))
      #expect(try await scene.show().effectiveStatus == "active")
      #expect(try await scene.refusedLease("a").isEmpty)
      #expect(
        try await refusalCodes { try await scene.release(lock, by: review.risk) }
          == ["lock_released"])
    }
  }

  @Test("last lock and last grant removed: both take effect at once")
  func lastOnes() async throws {
    try await GrantScene.with { (scene: GrantScene) async throws in
      let review = scene.review
      let held = try await scene.lease("a")
      let locks = [
        try await scene.lock(.grant(scene.grant), by: review.legal),
        try await scene.lock(.site(try Host("example.com")), by: review.legal),
      ]
      #expect(try await scene.activeLocks() == Set(locks))
      #expect(try await scene.show().blocking.map(\.code) == [.locked, .locked])
      for lock in locks {
        #expect(try await scene.refusedLease("b").first?.code == .locked)
        try await scene.release(lock, by: review.legal)
        try await scene.release(lock, by: review.risk)
      }
      #expect(try await scene.activeLocks().isEmpty)
      #expect(try await scene.show().blocking.isEmpty)
      #expect(try await review.show(scene.proposal).effectiveStatus == "active")
      #expect(try await scene.renew(held.lease).lease.term.number == 2)

      #expect(try await scene.refusedRevocation(by: review.requester) == [])
      let listed = try await scene.service.look(
        as: review.legal, ListGrants(status: .active, site: nil, after: nil, limit: 10))
      #expect(listed.isEmpty)
      #expect(try await review.show(scene.proposal).effectiveStatus == "revoked")
      #expect(try await scene.refusedLease("c").map(\.code) == [.grantRevoked])
    }
  }
}

extension GrantScene {
  fileprivate func lock(_ scope: LockScope, by person: TestPerson) async throws -> LockID {
    try await service.act(
      as: person, PlaceLock(input: .success(.init(scope: scope, reason: "captcha seen")))
    ).id
  }

  /// Whether the lock stands after it.
  @discardableResult
  fileprivate func release(_ lock: LockID, by person: TestPerson) async throws -> Bool {
    try await service.act(
      as: person, ReleaseLock(lock: lock, reason: .success("over"))
    ).isActive
  }

  fileprivate func activeLocks() async throws -> Set<LockID> {
    let active = try await service.look(
      as: review.legal, ListLocks(.active, after: nil, limit: 10))
    return Set(active.map(\.id))
  }

  /// Why somebody may not revoke it; empty when they did.
  fileprivate func refusedRevocation(by person: TestPerson) async throws -> [String] {
    try await refusalCodes {
      _ = try await service.act(
        as: person, RevokeGrant(grant: grant, reason: .success("captcha")))
    }
  }
}
