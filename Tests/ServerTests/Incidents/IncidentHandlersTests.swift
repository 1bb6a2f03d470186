import CountersignTesting
import Domain
import HTTPTypes
import Testing
import Tokens
import Workflow

@Suite("calls on incidents")
struct IncidentHandlersTests {
  @Test("open, stop, write down, give, close: every answer as openapi.yaml says")
  func life() async throws {
    try await ReviewScene.with { scene, _ in
      let client = RouterClient(scene.service)
      let (legal, person) = (scene.legal.secret, scene.maintainer.secret)
      let made = try await client.call(
        .post, "/v1/incidents", as: person,
        [
          "source": "provider_notice", "summary": "their address was locked",
          "sites": ["WWW.example.com."],
        ])
      #expect(made.status == 201 && made.text("status") == "open")
      #expect(made["number"] == 1 && made["policy"] == 1)
      let id = try #require(made.text("id"))
      #expect(id.hasPrefix("inc_") && made.fields["location"] == "/v1/incidents/\(id)")
      #expect(made.text("owner") == scene.maintainer.id.text)
      #expect(made["sites"].elements[0]["host"] == "www.example.com")
      let deadline = made["deadlines"].elements[0]
      #expect(deadline["status"] == "running" && deadline["met_at"] == .null)
      let law = try #require(deadline["basis"].elements.first)
      #expect(law["instrument_en"] != .null && law["text_zh"] != .null)

      let lock = try await client.call(
        .post, "/v1/locks", as: person,
        [
          "scope": ["kind": "site", "id": "www.example.com"], "reason": "notice",
          "incident": .string(id),
        ])
      #expect(lock.status == 201 && lock.text("incident") == id)
      let entry = try await client.call(
        .post, "/v1/incidents/1/entries", as: person,
        ["stage": "containment", "note": "stopped", "meets": ["notify_operator"]])
      #expect(entry.status == 201 && entry["n"] == 2 && entry.text("stage") == "containment")
      let given = try await client.call(
        .post, "/v1/incidents/\(id)/owners", as: person,
        ["person": .string(scene.legal.id.text)])
      #expect(given.status == 201 && given.text("owner") == scene.legal.id.text)
      let early = try await client.call(
        .post, "/v1/incidents/\(id)/closures", as: legal, ["reason": "over"])
      #expect(early.status == 409 && early.text("code") == "recovery_missing")
      #expect(early["blocking"].elements.count == 3)
      _ = try await client.call(
        .post, "/v1/incidents/\(id)/entries", as: legal,
        ["stage": "recovery", "note": "quiet", "meets": ["report_authority", "fix_flaw"]])
      let closed = try await client.call(
        .post, "/v1/incidents/\(id)/closures", as: legal, ["reason": "over"], key: "k")
      #expect(closed.status == 201 && closed.text("closure", "reason") == "over")
      let due = try #require(closed["signatures_due"].elements.first)
      #expect(due["object"] == "lock" && due["id"] == lock["id"] && due["signatures"] == 2)
      let again = try await client.call(
        .post, "/v1/incidents/\(id)/closures", as: legal, ["reason": "over"], key: "k")
      #expect(again.status == 201 && again.fields["idempotency-replayed"] == "true")
      let late = try await client.call(
        .post, "/v1/incidents/\(id)/entries", as: legal, ["stage": "impact", "note": "more"])
      #expect(late.status == 409 && late.text("code") == "incident_closed")
      let list = try await client.call(.get, "/v1/incidents?status=closed", as: legal)
      #expect(list["items"].elements.map { $0["id"] } == [.string(id)])
      #expect(list["items"].elements[0]["next_deadline"] == .null)
    }
  }

  @Test("who may not, what is not there, and what is wrong with a body")
  func refusals() async throws {
    try await ReviewScene.with { scene, _ in
      let client = RouterClient(scene.service)
      let key = try await scene.service.bootstrap(CreateKey(holder: .pool(scene.pool))).secret
      let good: JSON = ["source": "complaint", "summary": "they called"]
      let pool = try await client.call(.post, "/v1/incidents", as: key, good)
      #expect(pool.status == 403 && pool.text("code") == "non_human")
      #expect(try await client.call(.post, "/v1/incidents", good).status == 401)
      let made = try await client.call(.post, "/v1/incidents", as: scene.requester.secret, good)
      #expect(made.status == 201)
      for path in ["/v1/incidents/2", "/v1/incidents/0", "/v1/incidents/inc_x"] {
        #expect(try await client.call(.get, path, as: scene.legal.secret).status == 404)
      }
      let rows: [(path: String, body: JSON, pointer: String, code: String)] = [
        ("", ["source": "breaker", "summary": "x"], "/source", "invalid_format"),
        ("", ["source": "complaint", "summary": " "], "/summary", "invalid_format"),
        (
          "", ["source": "complaint", "summary": "x", "sites": ["a b"]], "/sites/0",
          "invalid_format"
        ),
        (
          "", ["source": "complaint", "summary": "x", "severity": 1], "/severity", "unknown_member"
        ),
        ("/1/entries", ["stage": "cleanup", "note": "x"], "/stage", "invalid_format"),
        ("/1/entries", ["stage": "impact"], "/note", "required"),
        ("/1/links", [:], "/sites", "required"),
        ("/1/owners", ["person": "pers_x"], "/person", "invalid_format"),
      ]
      for row in rows {
        let reply = try await client.call(
          .post, "/v1/incidents" + row.path, as: scene.legal.secret, row.body)
        #expect(reply.status == 400, "\(row)")
        let error = try #require(reply["errors"].elements.first)
        #expect(error["pointer"] == .string(row.pointer) && error["code"] == .string(row.code))
      }
      for query in ["status=ajar", "source=x", "site=a%20b", "grant=x", "owner=x", "cursor=x"] {
        let reply = try await client.call(
          .get, "/v1/incidents?\(query)", as: scene.legal.secret)
        #expect(reply.status == 400 && reply.text("code") == "invalid_query", "\(query)")
      }
    }
  }
}
