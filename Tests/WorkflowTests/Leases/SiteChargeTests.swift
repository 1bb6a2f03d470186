import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("Sites registered while leases live")
struct SiteChargeTests {
  @Test("a new site counts the leases that already live under it")
  func newSiteCountsLiveLeases() async throws {
    try await TestService.with { service, _ in
      let admin = try await service.makePerson("admin", .administrator)
      let grant = try await service.makeGrant()
      let held = try await grant.grantLease(service, worker: "a")
      let host = try #require(held.lease.hosts.first)
      let rate = held.lease.term.portion.rate
      let facts = SiteFacts(
        operatorKind: .own,
        ceiling: Ceiling(
          maxRPS: rate, burst: 8, maxConcurrency: 8, dailyRequests: 100_000, windows: .always),
        timeZone: "UTC", aliases: [], contact: nil, notes: nil)
      _ = try await service.act(
        as: admin, PutSite(host: host, version: nil, input: .success(facts)))
      let second = try await outcome { try await grant.grantLease(service, worker: "b") }
      guard case .failure(let refusals) = second else {
        Issue.record("the new site gave its whole rate away a second time")
        return
      }
      #expect(refusals.first.code == .noCapacity)
    }
  }
}
