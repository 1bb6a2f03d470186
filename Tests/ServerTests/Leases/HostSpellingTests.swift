import CountersignTesting
import Domain
import HTTPTypes
import Testing
import Workflow

@Suite("Spellings of hosts")
struct HostSpellingTests {
  private static let name = [
    "www.example.com", "WWW.EXAMPLE.COM", "Www.Example.Com", "wWw.eXaMpLe.CoM", "www.example.com.",
    "WWW.EXAMPLE.COM.", "%77ww.example.com", "w%77w.example.com", "ww%77.example.com",
    "%57ww.example.com", "www%2Eexample%2Ecom", "www%2eexample.com", "www.example%2Ecom",
    "www.example.com%2E", "www.example.com%2e", "%77%77%77.example.com", "www.%65xample.com",
    "www.%45XAMPLE.com", "www.exampl%65.com", "www.example.%63om", "www.example.c%6Fm",
    "www.example.co%6d", "%57%57%57.EXAMPLE.COM.", "www.%65%78%61%6d%70%6c%65.com",
    "%77%77%77%2e%65%78%61%6d%70%6c%65%2e%63%6f%6d",
  ]
  private static let address = [
    "192.0.2.7", "192.0.2.7.", "192.0.519", "192.519", "3221225991", "0xc0.0.2.7", "0XC0.0.2.7",
    "0xC0.0x0.0x2.0x7", "0xc0.0x00.0x02.0x07", "0300.0.2.7", "0300.00.02.07",
    "0300.0000.0002.0007", "00300.0.2.7", "0xc0.00.2.0x7", "192.0x0.02.7", "192.0.0x207",
    "192.0.01007", "192.0x207", "192.01007", "0xc0000207", "0XC0000207", "030000001007",
    "0xc0.519", "0300.519", "%31%39%32.0.2.7", "192%2e0%2e2%2e7", "[::ffff:192.0.2.7]",
    "[::FFFF:192.0.2.7]", "[::ffff:c000:207]", "[::ffff:C000:0207]", "[0:0:0:0:0:ffff:192.0.2.7]",
    "[0000:0000:0000:0000:0000:ffff:c000:0207]", "[0:0:0:0:0:FFFF:C000:207]", "3221225991.",
    "0xc0000207.",
  ]

  @Test("P14: sixty spellings of a host charge one scope", arguments: [name, address])
  func oneScope(spellings: [String]) async throws {
    #expect(Set(Self.name + Self.address).count == 60)
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant {
        $0.hosts = ["www.example.com", "192.0.2.7"]
        $0.rate = Rate(microRPS: 100_000_000)
        ($0.burst, $0.concurrency, $0.workers) = (100, 100, 100)
      }
      let client = RouterClient(service)
      var charged: Set<[String]> = []
      for (number, host) in spellings.enumerated() {
        let granted = try await ask(client, grant, worker: "w\(number)", host)
        #expect(granted.status == 201, "\(host): \(granted.json)")
        let id = try #require(granted.text("lease", "id").flatMap { LeaseID($0) })
        charged.insert(try await service.chargedScopes(of: id))
        // The enforcement point frees the share at once: the site bears eight at a time.
        let returned = try await client.call(
          .post, "/v1/leases/\(id)/returns", as: grant.gatewayKey,
          ["term": 1, "usage": LeaseHandlersTests.usage])
        #expect(returned.status == 200, "\(host)")
      }
      #expect(charged.count == 1 && charged.first?.count == 2, "\(charged)")
      var spent: Set<Int64> = []
      for scope in charged.first ?? [] {
        spent.insert(try await service.requestsSpent(in: scope))
      }
      #expect(spent.count == 1 && (spent.first ?? 0) >= Int64(spellings.count))
    }
  }

  @Test("P14: workers with sixty spellings have no more at once than one with one")
  func oneCeiling() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant {
        $0.hosts = ["www.example.com"]
        $0.rate = Rate(microRPS: 100_000_000)
        ($0.burst, $0.concurrency, $0.workers) = (100, 100, 100)
      }
      let client = RouterClient(service)
      var statuses: [Int] = []
      for (number, host) in Self.name.enumerated() {
        statuses.append(try await ask(client, grant, worker: "w\(number)", host).status)
      }
      // What an implicit site of one's own bears: 8 at once.
      #expect((1...8).contains(statuses.count { $0 == 201 }), "\(statuses)")
      #expect(statuses.allSatisfy { [201, 429].contains($0) }, "\(statuses)")
    }
  }

  private func ask(
    _ client: RouterClient, _ grant: TestGrant, worker: String, _ host: String
  ) async throws -> RouterClient.Reply {
    try await client.call(
      .post, "/v1/leases", as: grant.poolKey,
      [
        "proposal": .string(grant.proposal.text), "worker": .string(worker),
        "hosts": [.string(host)],
        "wants_rps": .number(JSONNumber(trustedLiteral: "0.25")),
      ])
  }
}
