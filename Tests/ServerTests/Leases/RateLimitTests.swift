import CountersignTesting
import Domain
import HTTPTypes
import Testing
import Wire

@Suite("RateLimit fields of answers")
struct RateLimitTests {
  private func ask(
    _ client: RouterClient, _ grant: TestGrant, _ worker: String
  ) async throws -> RouterClient.Reply {
    try await client.call(
      .post, "/v1/leases", as: grant.poolKey,
      [
        "proposal": .string(grant.proposal.text), "worker": .string(worker),
        "hosts": ["www.example.com"],
        "wants_rps": .number(JSONNumber(trustedLiteral: "0.25")),
      ])
  }

  private func integer(_ json: JSON, _ path: String...) -> Int64? {
    var here = json
    for name in path {
      guard case .object(let members) = here, let next = members[name] else { return nil }
      here = next
    }
    if case .number(let number) = here { return number.int64 }
    return nil
  }

  @Test("a lease and its renewal tell the quota of the term and what the day leaves")
  func leases() async throws {
    try await TestService.with { service, clock in
      clock.set(to: try #require(Timestamp("2026-11-21T12:00:00Z")))
      let grant = try await service.makeGrant { $0.dailyRequests = 1_000 }
      let client = RouterClient(service)
      let granted = try await ask(client, grant, "a")
      #expect(granted.status == 201)
      let quota = try #require(integer(granted.json, "lease", "quota"))
      let policies = try #require(granted.fields["ratelimit-policy"].flatMap(QuotaPolicy.read))
      #expect(
        policies == [
          QuotaPolicy("lease", quota: quota, windowSeconds: 60),
          QuotaPolicy("day", quota: 1_000, windowSeconds: 86_400),
        ])
      let limits = try #require(granted.fields["ratelimit"].flatMap(ServiceLimit.read))
      #expect(
        limits == [
          ServiceLimit("lease", remaining: quota, resetsInSeconds: 60),
          ServiceLimit("day", remaining: 1_000 - quota, resetsInSeconds: 12 * 3_600),
        ])

      clock.set(to: try #require(Timestamp("2026-11-21T12:00:20.5Z")))
      let id = try #require(granted.text("lease", "id"))
      let renewed = try await client.call(
        .post, "/v1/leases/\(id)/renewals", as: grant.poolKey,
        ["term": 1, "usage": LeaseHandlersTests.usage])
      #expect(renewed.status == 200)
      let next = try #require(renewed.fields["ratelimit"].flatMap(ServiceLimit.read))
      #expect(next.map(\.name) == ["lease", "day"])
      #expect(next[1].remaining < 1_000 && next[1].resetsInSeconds == 12 * 3_600 - 20)
      #expect(renewed.fields["ratelimit-policy"].flatMap(QuotaPolicy.read)?.count == 2)
    }
  }

  @Test("429 says what is spent, and no reset lies after Retry-After")
  func refusals() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant { $0.workers = 1 }
      let client = RouterClient(service)
      #expect(try await ask(client, grant, "a").status == 201)
      let full = try await ask(client, grant, "b")
      #expect(full.status == 429 && full.fields["ratelimit-policy"] == nil)
      let limits = try #require(full.fields["ratelimit"].flatMap(ServiceLimit.read))
      let wait = try #require(full.fields["retry-after"].flatMap { Int64($0) })
      #expect(limits.map(\.name) == ["lease"] && limits[0].remaining == 0)
      #expect(try #require(limits[0].resetsInSeconds) <= wait)
      #expect(integer(full.json, "retry_after_seconds") == wait)
    }
  }

  @Test("a spent day resets at its end, spent requests in total never")
  func spent() async throws {
    try await TestService.with { service, clock in
      clock.set(to: try #require(Timestamp("2026-11-21T23:50:00Z")))
      let grant = try await service.makeGrant {
        ($0.dailyRequests, $0.totalRequests) = (1, 1)
      }
      let client = RouterClient(service)
      #expect(try await ask(client, grant, "a").status == 201)
      let refused = try await ask(client, grant, "b")
      #expect(refused.status == 429)
      let limits = try #require(refused.fields["ratelimit"].flatMap(ServiceLimit.read))
      let wait = try #require(refused.fields["retry-after"].flatMap { Int64($0) })
      let day = try #require(limits.first { $0.name == "day" })
      #expect(day.remaining == 0 && (day.resetsInSeconds ?? .max) <= wait)
      #expect((590...630).contains(wait))
      let total = try #require(limits.first { $0.name == "total" })
      #expect(total.remaining == 0 && total.resetsInSeconds == nil)
    }
  }

  @Test("what is refused for another reason carries no such field")
  func others() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let client = RouterClient(service)
      #expect(try await ask(client, grant, "a").status == 201)
      let again = try await ask(client, grant, "a")
      #expect(again.status == 409)
      #expect(again.fields["ratelimit"] == nil && again.fields["retry-after"] != nil)
      let list = try await client.call(.get, "/v1/leases", as: grant.poolKey)
      #expect(list.status == 200 && list.fields["ratelimit"] == nil)
    }
  }
}
