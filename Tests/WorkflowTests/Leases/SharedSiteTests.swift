import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("Budgets that share a site")
struct SharedSiteTests {
  @Test("who finds a site full is made room for by another budget's holder, by granted rate")
  func makesRoom() async throws {
    try await TestService.with { service, clock in
      // The implicit site of a T0 grant bears 10 requests a second.
      let first = try await service.makeGrant { $0.rate = Rate(microRPS: 10_000_000) }
      let second = try await service.makeGrant(beside: first) {
        $0.rate = Rate(microRPS: 30_000_000)
      }
      let held = try await first.grantLease(service, worker: "a", wish: nil)
      #expect(held.lease.term.portion.rate.microRPS == 10_000_000)
      let input = GrantLease.Input(
        proposal: second.proposal.text, worker: "b", hosts: [try Host("www.example.com")],
        wish: nil, enforcementPoint: nil, buildDigest: nil)
      guard
        case .failure(let refusals) = try await outcome({
          try await service.act(as: second.poolCalls(), GrantLease(input: .success(input)))
        }), case .noCapacity(let scope, _) = refusals.first
      else {
        Issue.record("the site's rate was given twice")
        return
      }
      #expect(scope == "site example.com")
      try await service.remember(refusals, of: .success(input), for: second.poolCalls())
      let renewed = try await first.renew(service, held.lease)
      #expect(renewed.lease.term.portion.rate.microRPS == 2_500_000)
      clock.runAhead(seconds: 40)
      let again = try await first.renew(service, renewed.lease)
      clock.runAhead(seconds: 65)
      let other = try await service.act(as: second.poolCalls(), GrantLease(input: .success(input)))
      #expect(other.lease.term.portion.rate.microRPS == 7_500_000)
      // Nobody waits any more; the other budget's lease is seen as what it was granted.
      #expect(
        try await first.renew(service, again.lease).lease.term.portion.rate.microRPS == 2_500_000)
    }
  }
}
