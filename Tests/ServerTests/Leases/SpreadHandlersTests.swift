import CountersignTesting
import Domain
import HTTPTypes
import Testing
import Workflow

@Suite("when refused workers are told to come back")
struct SpreadHandlersTests {
  private func ask(
    _ client: RouterClient, _ grant: TestGrant, _ worker: String, key: String? = nil
  ) async throws -> RouterClient.Reply {
    try await client.call(
      .post, "/v1/leases", as: grant.poolKey,
      [
        "proposal": .string(grant.proposal.text), "worker": .string(worker),
        "hosts": ["www.example.com"],
      ], key: key)
  }

  private func wait(_ reply: RouterClient.Reply) throws -> Int64 {
    let header = try #require(reply.fields["retry-after"].flatMap { Int64($0) })
    #expect(reply["retry_after_seconds"] == .number(JSONNumber(trustedLiteral: "\(header)")))
    return header
  }

  @Test("not all come at the minute at which hours begin, and none before it")
  func openings() async throws {
    try await TestService.with { service, clock in
      // A Monday.
      clock.set(to: try #require(Timestamp("2026-11-23T17:59:00Z")))
      let grant = try await service.makeGrant {
        $0.windows = #"[{"days":"all","start":"18:00","end":"22:00"}]"#
      }
      let client = RouterClient(service)
      var waits: [Int64: Int] = [:]
      for number in 0..<300 {
        let reply = try await ask(client, grant, "worker-\(number)")
        #expect(reply.status == 409 && reply["code"] == "outside_window")
        #expect(reply["blocking"][0]["until"] == "2026-11-23T18:00:00Z")
        waits[try wait(reply) - 60, default: 0] += 1
      }
      #expect(waits.keys.allSatisfy { (0...Spread.secondsMax).contains($0) }, "\(waits)")
      #expect(waits.count > 25)
      #expect(waits.values.max() ?? 0 < 30, "\(waits)")
    }
  }

  @Test("one worker is told the same again, by another replica and by a stored answer too")
  func steady() async throws {
    try await TestService.with { service, clock in
      clock.set(to: try #require(Timestamp("2026-11-23T17:59:00Z")))
      let grant = try await service.makeGrant {
        $0.windows = #"[{"days":"all","start":"18:00","end":"22:00"}]"#
      }
      let (one, two) = (RouterClient(service), RouterClient(service))
      for number in 0..<10 {
        let worker = "worker-\(number)"
        let first = try wait(try await ask(one, grant, worker, key: "k\(number)"))
        #expect(try wait(try await ask(two, grant, worker)) == first)
        let replayed = try await ask(two, grant, worker, key: "k\(number)")
        #expect(replayed.fields["idempotency-replayed"] == "true")
        #expect(try wait(replayed) == first)
      }
    }
  }

  @Test("leases of a held site are told to come back at different times, not before it is free")
  func holds() async throws {
    try await TestService.with { service, clock in
      clock.set(to: try #require(Timestamp("2026-11-23T12:00:00Z")))
      let grant = try await service.makeGrant {
        ($0.workers, $0.concurrency, $0.burst) = (8, 8, 8)
      }
      let client = RouterClient(service)
      var leases: [String] = []
      for number in 0..<8 {
        let held = try await client.call(
          .post, "/v1/leases", as: grant.poolKey,
          [
            "proposal": .string(grant.proposal.text), "worker": .string("w\(number)"),
            "hosts": ["www.example.com"],
            "wants_rps": .number(JSONNumber(trustedLiteral: "0.1")),
          ])
        leases.append(try #require(held.text("lease", "id")))
      }
      clock.set(to: try #require(Timestamp("2026-11-23T12:00:20Z")))
      var waits: Set<Int64> = []
      for lease in leases {
        let reply = try await client.call(
          .post, "/v1/leases/\(lease)/renewals", as: grant.poolKey,
          [
            "term": 1,
            "usage": [
              "from": "2026-11-23T12:00:00Z", "to": "2026-11-23T12:00:20Z", "requests": 1,
              "status": ["503": 1], "retry_after_seconds": 120,
            ],
          ])
        #expect(reply["code"] == "breaker_open", "\(reply.json)")
        waits.insert(try wait(reply))
      }
      #expect(waits.count > 3, "\(waits)")
    }
  }
}
