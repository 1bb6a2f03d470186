import CountersignTesting
import Domain
import HTTPTypes
import Testing
import Tokens
import Workflow

@Suite("Introspection")
struct IntrospectionTests {
  private func newToken(
    _ client: RouterClient, _ grant: TestGrant, as key: Secret? = nil
  ) async throws -> (text: String, lease: String) {
    let granted = try await client.call(
      .post, "/v1/leases", as: key ?? grant.poolKey,
      [
        "proposal": .string(grant.proposal.text), "worker": "w", "hosts": ["www.example.com"],
        "wants_rps": .number(JSONNumber(trustedLiteral: "0.25")),
      ])
    #expect(granted.status == 201, "\(granted.json)")
    return (
      try #require(granted.text("token")), try #require(granted.text("lease", "id"))
    )
  }

  private func introspect(
    _ client: RouterClient, _ grant: TestGrant, _ token: String
  ) async throws -> JSON {
    try await client.post(
      "/v1/introspections", as: grant.gatewayKey, form: "token=\(token)"
    ).json
  }

  @Test("who asks comes before how: 401, then 415 and 400, then 403")
  func order() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let client = RouterClient(service)
      let nobody = try await client.call(.post, "/v1/introspections", ["token": "x"])
      #expect(nobody.status == 401 && nobody.fields["www-authenticate"] != nil)
      let body = try await client.call(.post, "/v1/introspections")
      #expect(body.status == 401)
      let unknown = try await client.post(
        "/v1/introspections", as: Secret.make(.gateway), form: "token=x")
      #expect(unknown.status == 401)
      let json = try await client.call(
        .post, "/v1/introspections", as: grant.gatewayKey, ["token": "x"])
      #expect(json.status == 415)
      let empty = try await client.post("/v1/introspections", as: grant.gatewayKey, form: "a=b")
      #expect(empty.status == 400)
      let person = try await client.post(
        "/v1/introspections", as: grant.requester.secret, form: "token=x")
      #expect(person.status == 403)
    }
  }

  @Test("whatever is wrong with a token, the answer is the same three words")
  func inactive() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let client = RouterClient(service)
      let (good, _) = try await newToken(client, grant)
      let foreign = SigningKey.make(.es256)
      guard case .object(let claims) = try await introspect(client, grant, good),
        let genuine = LeaseClaims(
          payload: JSON.object(JSONObject(members: Array(claims.members.dropFirst()))).bytes())
      else {
        Issue.record("the token is not active")
        return
      }
      let parts = good.split(separator: ".")
      for text in [
        "x", "a.b.c", good + "x", "\(parts[0]).\(parts[1]).", String(good.dropLast()),
        try LeaseToken.signed(genuine, with: foreign),
        "eyJhbGciOiJub25lIn0.\(parts[1]).", String(repeating: "a", count: 5_000),
      ] {
        let answer = try await client.post(
          "/v1/introspections", as: grant.gatewayKey, form: "token=\(text)")
        #expect(answer.status == 200 && answer.json == ["active": false], "\(text)")
      }
      let other = try await service.bootstrap(CreateGateway(name: "other"))
      let elsewhere = try await client.post(
        "/v1/introspections", as: other.secret, form: "token=\(good)")
      #expect(elsewhere.status == 200 && elsewhere.json == ["active": false])
    }
  }

  @Test("a deleted pool key's token is inactive at once, one renewed with another key is not")
  func deletedKey() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let admin = try await service.makePerson("admin", .administrator)
      let client = RouterClient(service)
      func newKey() async throws -> (id: String, secret: Secret) {
        let made = try await client.call(
          .post, "/v1/pools/\(grant.pool.id)/keys", as: admin.secret, [:])
        #expect(made.status == 201, "\(made.json)")
        return (
          try #require(made.text("id")),
          try #require(made.text("secret").flatMap { Secret(parsing: $0) })
        )
      }
      let (first, second) = (try await newKey(), try await newKey())
      let (token, lease) = try await newToken(client, grant, as: first.secret)
      guard case .object(let active) = try await introspect(client, grant, token) else { return }
      #expect(active["active"] == true)
      let renewed = try await client.call(
        .post, "/v1/leases/\(lease)/renewals", as: second.secret,
        ["term": 1, "usage": LeaseHandlersTests.usage])
      let next = try #require(renewed.text("token"))

      // The key that the term was granted with first does not matter any more.
      #expect(
        try await client.call(.delete, "/v1/keys/\(first.id)", as: admin.secret).status == 204)
      guard case .object(let still) = try await introspect(client, grant, next) else { return }
      #expect(still["active"] == true)
      // The key that it was renewed with does, at once, and to a repeat under the other too.
      #expect(
        try await client.call(.delete, "/v1/keys/\(second.id)", as: admin.secret).status == 204)
      #expect(try await introspect(client, grant, next) == ["active": false])
      #expect(try await introspect(client, grant, token) == ["active": false])
    }
  }
}
