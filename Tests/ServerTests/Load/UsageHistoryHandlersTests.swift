import CountersignTesting
import Domain
import HTTPTypes
import Testing

@Suite("a grant's use over time")
struct UsageHistoryHandlersTests {
  private static func usage(
    until end: String, _ requests: Int, failed: Int, _ mostRPS: String
  ) -> JSON {
    [
      "from": "2026-11-22T10:00:00Z", "to": .string(end),
      "requests": .number(JSONNumber(trustedLiteral: "\(requests)")),
      "status": [
        "200": .number(JSONNumber(trustedLiteral: "\(requests - failed)")),
        "500": .number(JSONNumber(trustedLiteral: "\(failed)")),
      ],
      "max_rps_seen": .number(JSONNumber(trustedLiteral: mostRPS)),
    ]
  }

  /// A lease that reports at 10:00:20, 10:00:40 and, when it is given back, at 10:01:00.
  private func used(
    _ body: (RouterClient, TestGrant, String) async throws -> Void
  ) async throws {
    try await TestService.with { service, clock in
      clock.set(to: try #require(Timestamp("2026-11-22T10:00:00Z")))
      let grant = try await service.makeGrant { $0.timeZone = "Asia/Shanghai" }
      let client = RouterClient(service)
      let held = try await client.call(
        .post, "/v1/leases", as: grant.poolKey,
        [
          "proposal": .string(grant.proposal.text), "worker": "w", "hosts": ["www.example.com"],
        ])
      let lease = try #require(held.text("lease", "id"))
      for (term, instant, requests, failed, mostRPS) in [
        (1, "2026-11-22T10:00:20Z", 5, 0, "0.5"), (2, "2026-11-22T10:00:40Z", 7, 2, "0.75"),
      ] {
        let usage = Self.usage(until: instant, requests, failed: failed, mostRPS)
        clock.set(to: try #require(Timestamp(instant)))
        let renewed = try await client.call(
          .post, "/v1/leases/\(lease)/renewals", as: grant.poolKey,
          ["term": .number(JSONNumber(trustedLiteral: "\(term)")), "usage": usage])
        #expect(renewed.status == 200, "\(renewed.json)")
      }
      clock.set(to: try #require(Timestamp("2026-11-22T10:01:00Z")))
      let returned = try await client.call(
        .post, "/v1/leases/\(lease)/returns", as: grant.poolKey,
        [
          "term": 3, "usage": Self.usage(until: "2026-11-22T10:01:00Z", 3, failed: 0, "0.25"),
        ])
      #expect(returned.status == 200, "\(returned.json)")
      clock.set(to: try #require(Timestamp("2026-11-22T10:05:00Z")))
      try await body(client, grant, "/v1/grants/\(grant.grant)/usage")
    }
  }

  @Test("steps have what was sent in them; what was sent until an end belongs to the step before")
  func steps() async throws {
    try await used { client, grant, path in
      let person = grant.requester.secret
      let minutes = try await client.call(.get, "\(path)?step=minute", as: person)
      #expect(minutes.status == 200)
      #expect(minutes["history"]["step"] == "minute")
      #expect(
        minutes["history"]["rows"] == [
          [
            "target": 0, "from": "2026-11-22T10:00:00Z", "to": "2026-11-22T10:01:00Z",
            "requests": 15, "failures": 2,
            "max_rps_seen": .number(JSONNumber(trustedLiteral: "0.75")),
          ]
        ])
      // Given back at the end of the first minute: what was sent, was sent in it.
      // The whole use of the grant stands beside it.
      #expect(minutes["days"][0]["requests"] == 15)
      let days = try await client.call(
        .get, "\(path)?from=2026-11-22&to=2026-11-22", as: person)
      let rows = days["history"]["rows"]
      #expect(rows[0]["requests"] == 15 && rows[1] == .null)
      #expect(rows[0]["from"] == "2026-11-21T16:00:00Z")
      let before = try await client.call(
        .get, "\(path)?step=hour&to=2026-11-22T10:00:00Z", as: person)
      #expect(before["history"]["rows"] == [])
      let plain = try await client.call(.get, path, as: person)
      #expect(plain["history"] == .null && plain["days"][0]["requests"] == 15)
      #expect(plain.fields["vary"] == "Accept")
    }
  }

  @Test("the same as comma-separated values, where the caller prefers them")
  func csv() async throws {
    try await used { client, grant, path in
      let person = grant.requester.secret
      let answer = try await client.bytes(
        .get, "\(path)?step=hour", as: person, [(.accept, "text/csv, application/json;q=0.5")])
      #expect(answer.status == 200)
      #expect(answer.fields["content-type"] == "text/csv; charset=utf-8; header=present")
      #expect(
        answer.fields["content-disposition"]
          == "attachment; filename=\"usage-\(grant.grant).csv\"")
      #expect(
        String(decoding: answer.bytes, as: UTF8.self) == """
          target,hosts,time_zone,from,to,requests,failures,max_rps_seen\r
          0,www.example.com *.shop.example.com,Asia/Shanghai,2026-11-22T10:00:00Z,\
          2026-11-22T11:00:00Z,15,2,0.75\r

          """)
      let json = try await client.bytes(
        .get, path, as: person, [(.accept, "application/json, text/csv;q=0.5")])
      #expect(json.fields["content-type"] == "application/json")
    }
  }

  @Test("what is no period is refused, a pool may not look, and there has to be a grant")
  func refused() async throws {
    try await used { client, grant, path in
      let person = grant.requester.secret
      for query in [
        "step=week", "step=", "from=yesterday", "to=2026-02-30", "from=2026-11-23",
        "step=minute&from=2026-11-01", "step=minute&from=2026-11-22&to=2026-11-21",
      ] {
        let answer = try await client.call(.get, "\(path)?\(query)", as: person)
        #expect(answer.status == 400 && answer["code"] == "invalid_query", "\(query)")
      }
      #expect(try await client.call(.get, "\(path)?step=day", as: grant.poolKey).status == 403)
      let other = GrantID.make(at: Timestamp(microseconds: 0))
      #expect(
        try await client.call(.get, "/v1/grants/\(other)/usage?step=day", as: person).status
          == 404)
    }
  }
}
