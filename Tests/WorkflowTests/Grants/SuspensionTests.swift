import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("Suspended grants")
struct SuspensionTests {
  private func suspend(
    _ service: Service, _ grant: TestGrant, _ cause: SuspensionCause, _ subject: String? = nil
  ) async throws {
    let now = try await service.time().now
    try await service.bootstrap(
      SuspendGrant(grant: grant.grant, cause: Suspension(cause, subject: subject, since: now)))
  }

  @Test("14: a suspension refuses grants, renewals, replays and introspection at once")
  func stopsEverything() async throws {
    for cause in SuspensionCause.allCases {
      try await TestService.with { service, _ in
        let grant = try await service.makeGrant()
        let held = try await grant.grantLease(service, worker: "a", key: "k1")
        let renewed = try await grant.renew(service, held.lease)
        #expect(try await grant.introspect(service, renewed) != nil)
        try await suspend(service, grant, cause)
        let refused = [
          try await outcome { try await grant.grantLease(service, worker: "b") },
          try await outcome { try await grant.renew(service, renewed.lease) },
          try await outcome { try await grant.renew(service, renewed.lease, holding: 1) },
          try await outcome { try await grant.grantLease(service, worker: "a", key: "k1") },
        ]
        for answer in refused {
          guard case .failure(let refusals) = answer else {
            Issue.record("\(cause) stops nothing")
            continue
          }
          #expect(refusals.first == .grantSuspended(cause: cause))
        }
        #expect(try await grant.introspect(service, renewed) == nil)
        let view = try await service.look(as: grant.requester, ShowGrant(grant: grant.grant))
        #expect(view.state == .suspended && view.effectiveStatus == "suspended")
        #expect(view.blocking == [.grantSuspended(cause: cause)])
        // What was taken up stays so until it has run out: it can be given back.
        _ = try await grant.giveBack(service, renewed.lease)
      }
    }
  }

  @Test("causes stand side by side; the same one is recorded once")
  func sideBySide() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      for _ in 0..<2 { try await suspend(service, grant, .policyTightened, "2") }
      try await suspend(service, grant, .breaker)
      let view = try await service.look(as: grant.requester, ShowGrant(grant: grant.grant))
      #expect(view.grant.standing.suspensions.map(\.cause) == [.policyTightened, .breaker])
      #expect(
        view.blocking == [
          .grantSuspended(cause: .breaker), .grantSuspended(cause: .policyTightened),
        ])
    }
  }
}
