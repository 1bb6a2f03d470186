import CountersignTesting
import Domain
import HTTPTypes
import Postgres
import Testing
import Workflow

@Suite("what goes on now")
struct ServiceLoadHandlersTests {
  private func ask(
    _ client: RouterClient, _ grant: TestGrant, _ worker: String, _ host: String,
    wants: String = "0.25"
  ) async throws -> RouterClient.Reply {
    try await client.call(
      .post, "/v1/leases", as: grant.poolKey,
      [
        "proposal": .string(grant.proposal.text), "worker": .string(worker),
        "hosts": [.string(host)], "wants_rps": .number(JSONNumber(trustedLiteral: wants)),
      ])
  }

  @Test("the busiest budget comes first, with its leases, refusals and who waits")
  func busy() async throws {
    try await TestService.with { service, _ in
      let quiet = try await service.makeGrant { $0.hosts = ["www.example.org"] }
      let busy = try await service.makeGrant(beside: quiet) { $0.workers = 2 }
      let client = RouterClient(service)
      #expect(try await ask(client, quiet, "q", "www.example.org", wants: "0.1").status == 201)
      for worker in ["a", "b"] {
        #expect(try await ask(client, busy, worker, "www.example.com").status == 201)
      }
      for _ in 0..<3 {
        #expect(try await ask(client, busy, "c", "www.example.com").status == 429)
      }
      #expect(try await ask(client, busy, "d", "api.example.com").status == 403)
      await service.writeRefusals()

      let person = busy.requester.secret
      let load = try await client.call(.get, "/v1/load", as: person)
      #expect(load.status == 200)
      #expect(
        load["totals"] == [
          "budgets": 2, "leases": 3, "rps": .number(JSONNumber(trustedLiteral: "0.6")),
          "waiting": 1,
        ])
      let first = load["budgets"][0]
      #expect(first["grant"] == .string(busy.grant.text))
      #expect(first["leases"] == 2 && first["max_workers"] == 2 && first["refused"] == 3)
      #expect(first["waiting"] == 1 && first["open"] == true && first["next_opens_at"] == .null)
      #expect(first["status"] == "active")
      #expect(first["rps"] == .number(JSONNumber(trustedLiteral: "0.5")))
      #expect(load["budgets"][1]["grant"] == .string(quiet.grant.text))
      #expect(load["leases"][0]["worker"] == "a" && load["leases"][2]["worker"] == "q")
      #expect(load["refused"][0]["code"] == "no_capacity" && load["refused"][0]["calls"] == 3)
      #expect(load["refused"][0]["scope"] == .string(busy.budget.text))
      // Nobody else says of the call for which there was no budget.
      #expect(load["refused"][1]["code"] == "host_not_granted")
      #expect(load["refused"][1]["host"] == "example.com" && load["refused"][2] == .null)
      #expect(load["holds"] == [])

      let narrow = try await client.call(.get, "/v1/load?limit=1", as: person)
      #expect(narrow["totals"] == load["totals"])
      #expect(narrow["budgets"][1] == .null && narrow["leases"][1] == .null)
      for filter in ["grant=\(quiet.grant)", "site=example.org", "site=www.example.org"] {
        let part = try await client.call(.get, "/v1/load?\(filter)", as: person)
        #expect(part["totals"]["budgets"] == 1 && part["leases"][0]["worker"] == "q", "\(filter)")
        #expect(part["refused"] == [], "\(filter)")
      }
      let nothing = try await client.call(.get, "/v1/load?site=example.net", as: person)
      #expect(nothing["totals"]["budgets"] == 0 && nothing["budgets"] == [])
    }
  }

  @Test("locks, held sites, breakers and closed hours stand among the holds, the widest first")
  func holds() async throws {
    try await TestService.with { service, clock in
      // A Sunday.
      clock.set(to: try #require(Timestamp("2026-11-22T12:00:00Z")))
      let grant = try await service.makeGrant {
        $0.windows = #"[{"days":["mon"],"start":"08:00","end":"18:00"}]"#
      }
      let other = try await service.makeGrant(beside: grant)
      let client = RouterClient(service)
      let held = try await ask(client, other, "w", "www.example.com")
      let report: JSON = [
        "from": "2026-11-22T11:59:00Z", "to": "2026-11-22T12:00:00Z", "requests": 1,
        "status": ["429": 1], "retry_after_seconds": 120,
      ]
      let lease = try #require(held.text("lease", "id"))
      #expect(
        try await client.call(
          .post, "/v1/leases/\(lease)/renewals", as: other.poolKey,
          ["term": 1, "usage": report]
        ).status == 409)
      let person = grant.requester.secret
      #expect(
        try await client.call(
          .post, "/v1/locks", as: person,
          [
            "scope": ["kind": "grant", "id": .string(grant.grant.text)], "reason": "wrong host",
          ]
        ).status == 201)
      let load = try await client.call(.get, "/v1/load", as: person)
      let kinds = (0..<5).map { load["holds"][$0]["kind"] }
      #expect(kinds == ["lock", "site_hold", "breaker", "window", .null])
      #expect(load["holds"][0]["detail"] == "wrong host" && load["holds"][0]["until"] == .null)
      #expect(load["holds"][1]["subject"] == "site example.com")
      #expect(load["holds"][2]["subject"] == "www.example.com")
      #expect(load["holds"][3]["until"] == "2026-11-23T08:00:00Z")
      let own = try await client.call(.get, "/v1/load?grant=\(other.grant)", as: person)
      #expect(own["holds"][0]["kind"] == "site_hold" && own["holds"][1]["kind"] == "breaker")
      #expect(own["holds"][2] == .null)
      let ours = try await client.call(.get, "/v1/load?site=example.com", as: person)
      #expect(ours["holds"][0]["kind"] == "lock")
    }
  }

  @Test("what is no filter is refused, and so is a pool")
  func refused() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let client = RouterClient(service)
      for query in ["grant=x", "site=a%20b", "limit=0", "limit=201"] {
        let answer = try await client.call(
          .get, "/v1/load?\(query)", as: grant.requester.secret)
        #expect(answer.status == 400 && answer["code"] == "invalid_query", "\(query)")
      }
      #expect(try await client.call(.get, "/v1/load", as: grant.poolKey).status == 403)
      #expect(try await client.call(.get, "/v1/load").status == 401)
    }
  }
}
