import CountersignTesting
import Domain
import HTTPTypes
import Testing
import Workflow

@Suite("what people see of load and hours")
struct SiteLoadHandlersTests {
  private func lease(
    _ client: RouterClient, _ grant: TestGrant, _ worker: String
  ) async throws -> RouterClient.Reply {
    try await client.call(
      .post, "/v1/leases", as: grant.poolKey,
      [
        "proposal": .string(grant.proposal.text), "worker": .string(worker),
        "hosts": ["www.example.com"], "wants_rps": .number(JSONNumber(trustedLiteral: "0.25")),
      ])
  }

  @Test("a site's load: who may send, who holds a share, who waits, what was sent")
  func load() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant { $0.workers = 1 }
      let client = RouterClient(service)
      let person = grant.requester.secret
      let nothing = try await client.call(.get, "/v1/sites/example.com/load", as: person)
      #expect(nothing.status == 404)
      let held = try await lease(client, grant, "spider-1")
      let id = try #require(held.text("lease", "id"))
      #expect(try await lease(client, grant, "spider-2").status == 429)
      let report: JSON = [
        "from": "2026-11-21T22:00:00Z", "to": "2026-11-21T22:00:20Z", "requests": 12,
        "status": ["200": 7, "404": 1, "500": 1, "502": 1], "timeouts": 1, "connection_errors": 1,
      ]
      let renewed = try await client.call(
        .post, "/v1/leases/\(id)/renewals", as: grant.poolKey, ["term": 1, "usage": report])
      #expect(renewed.status == 200)

      #expect(try await lease(client, grant, "spider-2").status == 429)
      await service.writeRefusals()

      let load = try await client.call(.get, "/v1/sites/EXAMPLE.com/load", as: person)
      #expect(load.status == 200)
      #expect(load["registered"] == false && load["open"] == true && load["hold_until"] == .null)
      #expect(load["occupied"]["rps"] == .number(JSONNumber(trustedLiteral: "0.25")))
      #expect(load["ceiling"]["max_rps"] == 10)
      #expect(load["leases"][0]["id"] == .string(id))
      #expect(load["leases"][0]["worker"] == "spider-1" && load["leases"][1] == .null)
      #expect(load["budgets"][0]["grant"] == .string(grant.grant.text))
      #expect(load["waiting"][0]["worker"] == "spider-2")
      #expect(load["minutes"][0]["requests"] == 12 && load["minutes"][0]["failures"] == 4)
      #expect(load["refused"][0]["code"] == "no_capacity" && load["refused"][0]["calls"] == 2)
      #expect(load["refused"][1] == .null)
      #expect(
        try await client.call(.get, "/v1/sites/example.com/load", as: grant.poolKey).status == 403)
      #expect(
        try await client.call(.get, "/v1/sites/www.example.com/load", as: person).status == 404)
    }
  }

  @Test("a grant's schedule: its days with the hours of the sites above, and bad queries refused")
  func schedule() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant {
        $0.timeZone = "Asia/Shanghai"
        $0.windows = #"[{"days":["mon","tue","wed","thu","fri"],"start":"22:00","end":"06:00"}]"#
      }
      let client = RouterClient(service)
      let person = grant.requester.secret
      let path = "/v1/grants/\(grant.grant)/schedule"
      let week = try await client.call(.get, "\(path)?days=14", as: person)
      #expect(week.status == 200)
      let target = week["targets"][0]
      #expect(target["time_zone"] == "Asia/Shanghai")
      guard case .array(let days) = target["days"] else {
        Issue.record("\(week.json)")
        return
      }
      #expect(days.count == 14)
      // Ten nights of eight hours, at both ends perhaps cut by the days that are shown.
      let seconds = days.compactMap { day -> Int64? in
        guard case .number(let number) = day["open_seconds"] else { return nil }
        return Int64(number.literal)
      }.reduce(0, +)
      #expect((9 * 28_800...10 * 28_800).contains(seconds))
      for (query, name) in [
        ("days=0", "days"), ("days=93", "days"), ("days=x", "days"), ("from=2026-13-01", "from"),
      ] {
        let refused = try await client.call(.get, "\(path)?\(query)", as: person)
        #expect(refused.status == 400 && refused.text("code") == "invalid_query", "\(query)")
        #expect(refused["errors"][0]["pointer"] == .string("/\(name)"))
      }
      let later = try await client.call(.get, "\(path)?from=2031-01-01&days=1", as: person)
      #expect(later["targets"][0]["days"][0]["open_seconds"] == 0)
      #expect(later["targets"][0]["next_opens_at"] == .null)
    }
  }
}
