import CountersignTesting
import Domain
import HTTPTypes
import Testing

@Suite("Lease handlers")
struct LeaseHandlersTests {
  static let usage: JSON = [
    "from": "2026-11-21T22:00:00Z", "to": "2026-11-21T22:00:20Z", "requests": 2,
    "status": ["200": 2],
  ]

  @Test("a worker fetches, renews, presents and gives back its token")
  func mainJob() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let client = RouterClient(service)
      let body: JSON = [
        "proposal": .string(grant.proposal.text), "worker": "spider-3",
        "hosts": ["WWW.example.com"], "wants_rps": .number(JSONNumber(trustedLiteral: "0.25")),
      ]
      let granted = try await client.call(.post, "/v1/leases", as: grant.poolKey, body, key: "1")
      #expect(granted.status == 201)
      #expect(
        names(granted["lease"]) == [
          "id", "term", "rps", "interval_ns", "burst", "max_concurrency", "quota", "hosts",
          "path_prefixes", "issued_at", "expires_at", "expires_in_ms", "renew_in_ms",
          "enforcement_point", "evidence",
        ])
      #expect(names(granted.json) == ["lease", "worker", "token", "server_time"])
      #expect(granted.text("worker", "name") == "spider-3")
      #expect(granted.text("lease", "enforcement_point") == "demo")
      let id = try #require(granted.text("lease", "id"))

      let again = try await client.call(.post, "/v1/leases", as: grant.poolKey, body, key: "1")
      #expect(again.status == 201 && again.text("lease", "id") == id)
      #expect(again.fields["idempotency-replayed"] == "true")
      #expect(again.text("token") != nil)

      let token = try #require(granted.text("token"))
      let active = try await client.post(
        "/v1/introspections", as: grant.gatewayKey, form: "token=\(token)")
      #expect(active["active"] == true && active.text("lease") == id)
      #expect(active.text("aud") == "demo")
      let forged = try await client.post(
        "/v1/introspections", as: grant.gatewayKey, form: "token=\(token)x")
      #expect(forged.json == ["active": false])

      let renewed = try await client.call(
        .post, "/v1/leases/\(id)/renewals", as: grant.poolKey,
        ["term": 1, "usage": Self.usage])
      #expect(renewed.status == 200)
      guard case .object(let lease) = renewed["lease"] else { return }
      #expect(lease["term"] == 2)

      let list = try await client.call(
        .get, "/v1/leases?live=true&site=example.com", as: grant.requester.secret)
      guard case .array(let items) = list["items"] else { return }
      #expect(items.count == 1)
      let shown = try await client.call(.get, "/v1/leases/\(id)", as: grant.poolKey)
      #expect(shown.text("status") == "live" && shown.text("worker", "name") == "spider-3")

      let returned = try await client.call(
        .post, "/v1/leases/\(id)/returns", as: grant.gatewayKey,
        ["term": 2, "usage": Self.usage])
      #expect(returned.status == 200 && returned.text("frees_at") != nil)
      let after = try await client.post(
        "/v1/introspections", as: grant.gatewayKey, form: "token=\(token)")
      #expect(after.json == ["active": false])
    }
  }

  @Test("a malformed call names every pointer and stores nothing")
  func malformed() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let client = RouterClient(service)
      let bad = try await client.call(
        .post, "/v1/leases", as: grant.poolKey,
        [
          "proposal": "nothing", "worker": "Spider 3", "hosts": ["https://example.com"],
          "wants_rps": 0, "extra": 1,
        ])
      #expect(bad.status == 400)
      guard case .array(let errors) = bad["errors"] else { return }
      let pointers = errors.compactMap { error -> String? in
        guard case .object(let members) = error, case .string(let pointer)? = members["pointer"]
        else { return nil }
        return pointer
      }
      #expect(
        Set(pointers) == ["/proposal", "/worker", "/hosts/0", "/wants_rps", "/extra"])
      let person = try await client.call(
        .post, "/v1/leases", as: grant.requester.secret,
        ["proposal": "1", "worker": "a", "hosts": ["a.example"]])
      #expect(person.status == 403)
      let nobody = try await client.call(.post, "/v1/leases", ["proposal": "1"])
      #expect(nobody.status == 401)
      let missing = try await client.call(
        .post, "/v1/leases/lease_0/renewals", as: grant.poolKey,
        ["term": 1, "usage": Self.usage])
      #expect(missing.status == 404)
      let form = try await client.call(.post, "/v1/introspections", as: grant.gatewayKey, [:])
      #expect(form.status == 415)
      let live = try await client.call(.get, "/v1/leases?live=yes", as: grant.poolKey)
      #expect(live.status == 400 && live.text("code") == "invalid_query")
      let unknown = try await client.call(.get, "/v1/leases?grant=rubbish", as: grant.poolKey)
      #expect(unknown.status == 400 && unknown.text("code") == "invalid_query")
    }
  }

  @Test("refusals carry status, blocking and Retry-After")
  func refusals() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant { $0.workers = 1 }
      let client = RouterClient(service)
      func ask(_ worker: String) async throws -> RouterClient.Reply {
        try await client.call(
          .post, "/v1/leases", as: grant.poolKey,
          [
            "proposal": .string(grant.proposal.text), "worker": .string(worker),
            "hosts": ["www.example.com"],
          ])
      }
      #expect(try await ask("a").status == 201)
      let full = try await ask("b")
      #expect(full.status == 429 && full.text("code") == "no_capacity")
      let wait = try #require(full.fields["retry-after"].flatMap { Int($0) })
      #expect((1...64).contains(wait))
      let again = try await ask("a")
      #expect(again.status == 409 && again.text("code") == "lease_exists")
      let operations = try await service.makePerson("op", .operator)
      let lock = try await client.call(
        .post, "/v1/locks", as: operations.secret,
        ["scope": ["kind": "site", "id": "Example.com"], "reason": "captcha"])
      #expect(lock.status == 201 && lock.text("status") == "active")
      #expect(lock.text("scope", "id") == "example.com")
      let locked = try await ask("c")
      #expect(locked.status == 423 && locked.text("code") == "locked")
    }
  }

  @Test("locks: bad scopes, releases by two, the list, and what still runs")
  func locks() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let client = RouterClient(service)
      let operations = try await service.makePerson("op", .operator)
      let legal = try await service.makePerson("legal", .legalReviewer)
      let table: [(JSON, String)] = [
        (["kind": "everything", "id": "x"], "/scope/id"), (["kind": "pool"], "/scope/id"),
        (["kind": "pool", "id": "x"], "/scope/id"), (["kind": "moon"], "/scope/kind"),
        (["kind": "grant", "id": JSON(GrantID.make(at: Timestamp(microseconds: 1)))], "/scope/id"),
      ]
      for (scope, pointer) in table {
        let bad = try await client.call(
          .post, "/v1/locks", as: operations.secret, ["scope": scope, "reason": "x"])
        #expect(bad.status == 400)
        #expect(String(decoding: bad.json.bytes(), as: UTF8.self).contains(pointer))
      }
      let lock = try await client.call(
        .post, "/v1/locks", as: grant.requester.secret,
        ["scope": ["kind": "grant", "id": JSON(grant.grant)], "reason": "x"])
      let id = try #require(lock.text("id"))
      let everything = try await client.call(
        .post, "/v1/locks", as: grant.requester.secret,
        ["scope": ["kind": "everything"], "reason": "x"])
      #expect(everything.status == 403 && everything.text("code") == "role_missing")
      let party = try await client.call(
        .post, "/v1/locks/\(id)/releases", as: grant.requester.secret, ["reason": "x"])
      #expect(party.status == 403)
      let half = try await client.call(
        .post, "/v1/locks/\(id)/releases", as: operations.secret, ["reason": "x"])
      #expect(half.status == 202 && half.text("status") == "awaiting_second")
      let same = try await client.call(
        .post, "/v1/locks/\(id)/releases", as: operations.secret, ["reason": "x"])
      #expect(same.status == 403 && same.text("code") == "same_person")
      let whole = try await client.call(
        .post, "/v1/locks/\(id)/releases", as: legal.secret, ["reason": "x"])
      #expect(whole.status == 200 && whole.text("status") == "released")
      let active = try await client.call(.get, "/v1/locks?active=true", as: legal.secret)
      #expect(active["items"] == [])
      let propagation = try await client.call(
        .get, "/v1/locks/\(id)/propagation", as: legal.secret)
      #expect(propagation["live_leases"] == 0 && propagation["last_expiry"] == .null)
    }
  }

  @Test("keys and time are told to anybody")
  func open() async throws {
    try await TestService.with { service, _ in
      let client = RouterClient(service)
      let keys = try await client.call(.get, "/.well-known/jwks.json")
      guard case .array(let list) = keys["keys"] else { return }
      #expect(list.count == 1)
      #expect(list.map(names) == [["crv", "kty", "x", "y", "kid", "alg", "use"]])
      #expect(keys.fields["cache-control"] == "public, max-age=60")
      let time = try await client.call(.get, "/v1/time")
      #expect(names(time.json) == ["now", "unix_ms", "uncertainty_ms"])
    }
  }

  private func names(_ json: JSON) -> [String] {
    if case .object(let object) = json { object.members.map(\.name) } else { [] }
  }
}
