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

  @Test("P15: leases under a pattern over many subdomains stay within the site's ceiling")
  func pattern() async throws {
    try await TestService.with { service, _ in
      // The implicit site of a T0 grant bears 10 requests a second.
      let grant = try await service.makeGrant {
        $0.hosts = ["*.example.com"]
        $0.rate = Rate(microRPS: 30_000_000)
        ($0.burst, $0.concurrency, $0.workers) = (20, 20, 20)
      }
      let outcomes = try await withThrowingTaskGroup(of: Result<LeaseAnswer, Refusals>.self) {
        group in
        for index in 0..<12 {
          group.addTask {
            try await outcome {
              try await grant.grantLease(
                service, worker: "w\(index)", wish: 2_500_000, host: "h\(index).example.com")
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let rates = outcomes.compactMap { outcome -> Int64? in
        guard case .success(let answer) = outcome else { return nil }
        return answer.lease.term.portion.rate.microRPS
      }
      #expect(rates.reduce(0, +) <= 10_000_000 && rates.reduce(0, +) > 9_000_000, "\(rates)")
      for case .failure(let refusals) in outcomes {
        #expect(refusals.first.code == .noCapacity && refusals.first.subject == "site example.com")
      }
      #expect(rates.count < 12)
    }
  }
}
