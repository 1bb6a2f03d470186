import CountersignTesting
import Domain
import HTTPTypes
import Testing
import Workflow

@Suite("Revocation handlers")
struct RevocationHandlersTests {
  private func lock(
    _ client: RouterClient, _ grant: TestGrant, as person: TestPerson
  ) async throws -> String {
    let placed = try await client.call(
      .post, "/v1/locks", as: person.secret,
      ["scope": ["kind": "grant", "id": .string(grant.grant.text)], "reason": "stop"])
    #expect(placed.status == 201)
    return try #require(placed.text("id"))
  }

  @Test("epoch events are told with the number to go on with, and an entity tag")
  func feed() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let legal = try await service.makePerson("legal", .legalReviewer)
      let client = RouterClient(service)
      let none = try await client.call(.get, "/v1/revocations", as: grant.gatewayKey)
      #expect(none.status == 200 && none.json == ["epoch_events": [], "next": 0])
      #expect(none.fields["etag"] == "W/\"0\"" && none.fields["cache-control"] == nil)
      _ = try await lock(client, grant, as: legal)

      for secret in [grant.gatewayKey, grant.poolKey, legal.secret] {
        let told = try await client.call(
          .get, "/v1/revocations?since=0&wait_seconds=60", as: secret)
        #expect(told.status == 200 && told["next"] == 1)
        #expect(told.fields["etag"] == "W/\"1\"")
        guard case .array(let events) = told["epoch_events"], events.count == 1,
          case .object(let event) = events[0]
        else {
          Issue.record("\(told.json)")
          continue
        }
        #expect(
          event.members.map(\.name) == ["epoch", "at", "cause", "scope", "covers", "event"])
        let id = JSON.string(grant.grant.text)
        let (scope, covers): (JSON, JSON) = (["kind": "grant", "id": id], ["grants": [id]])
        #expect(event["epoch"] == JSON(Int64(1)) && event["cause"] == JSON.string("lock"))
        #expect(event["scope"] == scope && event["covers"] == covers)
      }
      for tag in ["W/\"1\"", "\"1\"", "\"0\", W/\"1\""] {
        let same = try await client.call(
          .get, "/v1/revocations", as: grant.gatewayKey, fields: [(.ifNoneMatch, tag)])
        #expect(same.status == 304 && same.json == .null && same.fields["etag"] == "W/\"1\"")
      }
      for tag in ["\"0\"", "*", "1", "\"\"", "\"+1\""] {
        let other = try await client.call(
          .get, "/v1/revocations", as: grant.gatewayKey, fields: [(.ifNoneMatch, tag)])
        #expect(other.status == 200, "\(tag)")
      }
    }
  }

  @Test("who is not signed in is told nothing; a query that says nothing is refused")
  func refusals() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let client = RouterClient(service)
      #expect(try await client.call(.get, "/v1/revocations").status == 401)
      #expect(try await client.call(.get, "/v1/revocations?since=x").status == 401)
      for query in [
        "since=x", "since=-1", "since=1.0", "since=", "since=9007199254740993",
        "wait_seconds=61", "wait_seconds=-1", "wait_seconds=1s",
      ] {
        let bad = try await client.call(
          .get, "/v1/revocations?\(query)", as: grant.gatewayKey)
        #expect(bad.status == 400 && bad["code"] == "invalid_query", "\(query)")
      }
      let both = try await client.call(
        .get, "/v1/revocations?since=x&wait_seconds=y", as: grant.gatewayKey)
      guard case .array(let errors) = both["errors"] else { return }
      #expect(errors.count == 2)
    }
  }

  @Test("an enforcement point acknowledges terms and is listed with what is known of it")
  func report() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let admin = try await service.makePerson("admin", .administrator)
      let client = RouterClient(service)
      let granted = try await client.call(
        .post, "/v1/leases", as: grant.poolKey,
        [
          "proposal": .string(grant.proposal.text), "worker": "a", "hosts": ["www.example.com"],
          "wants_rps": .number(JSONNumber(trustedLiteral: "0.25")),
        ])
      let lease = try #require(granted.text("lease", "id"))
      let told = try await client.call(
        .post, "/v1/enforcement-reports", as: grant.gatewayKey,
        [
          "leases": [
            [
              "lease": .string(lease), "term": 1, "requests": 10, "refusals": 2,
              "max_rps_seen": 9,
            ]
          ],
          "clock": ["offset_ms": -12, "uncertainty_ms": 8],
        ])
      #expect(told.status == 200)
      #expect(told.json == ["acknowledged": [.string(lease)], "over_limit": [.string(lease)]])
      let empty = try await client.call(
        .post, "/v1/enforcement-reports", as: grant.gatewayKey, ["leases": []])
      #expect(empty.json == ["acknowledged": [], "over_limit": []])

      let list = try await client.call(.get, "/v1/gateways", as: admin.secret)
      guard case .array(let items) = list["items"], case .object(let gateway)? = items.first
      else { return }
      #expect(
        gateway.members.map(\.name)
          == ["id", "name", "created_at", "seen_at", "epoch", "stale", "clock"])
      let clock: JSON = ["offset_ms": -12, "uncertainty_ms": 8]
      #expect(gateway["clock"] == clock)
      #expect(gateway["seen_at"] == JSON.null && gateway["stale"] == JSON.bool(true))

      let bad = try await client.call(
        .post, "/v1/enforcement-reports", as: grant.gatewayKey,
        [
          "leases": [
            ["lease": .string(lease), "term": 0], ["lease": .string(lease), "term": 1],
            ["lease": "lease_1", "term": 1], ["term": 1, "requests": -1],
          ],
          "clock": ["offset_ms": "0"],
        ])
      #expect(bad.status == 400)
      let again = try await client.call(
        .post, "/v1/enforcement-reports", as: grant.gatewayKey,
        ["leases": [["lease": .string(lease), "term": 1], ["lease": .string(lease), "term": 1]]])
      #expect(again.status == 400 && again["code"] == "invalid_body")
      for secret in [grant.poolKey, admin.secret] {
        let refused = try await client.call(
          .post, "/v1/enforcement-reports", as: secret, ["leases": []])
        #expect(refused.status == 403 && refused["code"] == "not_allowed")
      }
    }
  }
}
