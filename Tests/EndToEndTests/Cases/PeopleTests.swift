import Domain
import Testing

@Suite("people over HTTP", .inTurn)
struct PeopleTests {
  @Test("a person is made, enrols once, and gets a deciding role from two administrators")
  func newReviewer() async throws {
    let stage = try await Stage.shared()
    let (admin, admin2) = (stage.person("admin"), stage.person("admin2"))
    let email = "eve\(UInt32.random(in: .min ... .max))@demo.example"
    let made = try await admin.post(
      "/v1/people", ["name": "Eve", "email": .string(email)]
    ).json(201)
    let id = try made["id"].requiredText
    expectMembers(made["enrolment"], ["secret", "expires_at"])
    try await admin.post("/v1/people", ["name": "Eve", "email": .string(email)]).problem(
      409, "already_exists")
    try await stage.person("pm").post(
      "/v1/people", ["name": "Eve", "email": "other@demo.example"]
    ).problem(403, "role_missing")

    let secret = made["enrolment"]["secret"]
    let enrolled = try await stage.nobody.post("/v1/enrolments", ["secret": secret]).json(201)
    expectMembers(enrolled, ["person", "token"])
    expectMembers(enrolled["token"], ["id", "secret", "expires_at"])
    try await stage.nobody.post("/v1/enrolments", ["secret": secret]).problem(404, "not_found")
    let eve = stage.holding(try enrolled["token"]["secret"].requiredText)
    #expect(try await eve.get("/v1/me").json(200)["roles"] == [])

    let proposal = try await stage.submitted(Content.polite())
    let role = "/v1/people/\(id)/roles/legal_reviewer"
    let asked = try await admin.send("PUT", role).json(202)
    #expect(asked["status"] == "awaiting_second")
    // The same administrator again is still one.
    _ = try await admin.send("PUT", role).json(202)
    try await decide(proposal, eve).problem(403, "role_not_held")
    _ = try await admin2.send("PUT", role).json(200)
    #expect(try await eve.get("/v1/me").json(200)["roles"] == ["legal_reviewer"])
    try await admin.send("PUT", "/v1/people/\(id)/roles/administrator").problem(
      409, "role_excluded")
    _ = try await decide(proposal, eve).json(201)

    // A role taken away is gone at once, and with it the signature that has not counted yet.
    _ = try await admin.send("DELETE", role).json(200)
    _ = try await stage.decide(proposal, as: "risk", "risk_reviewer").json(201)
    let view = try await stage.view(proposal)
    #expect(view["status"] == "in_review")
    #expect(view["seats"][0]["filled_by"] == .null)
  }

  @Test("a person is changed only by who saw the newest version; a deactivated one is out")
  func versions() async throws {
    let stage = try await Stage.shared()
    let admin = stage.person("admin")
    let email = "mallory\(UInt32.random(in: .min ... .max))@demo.example"
    let made = try await admin.post(
      "/v1/people", ["name": "Mallory", "email": .string(email)]
    ).json(201)
    let path = "/v1/people/\(try made["id"].requiredText)"
    let token = try await stage.nobody.post(
      "/v1/enrolments", ["secret": made["enrolment"]["secret"]]
    ).json(201)["token"]["secret"].requiredText
    let tag = try #require(try await admin.get(path).field("ETag"))
    let body: JSON = ["name": "M."]
    try await admin.send("PATCH", path, json: body).problem(428, "precondition_required")
    try await admin.send("PATCH", path, json: body, fields: [("If-Match", "\"77\"")]).problem(
      412, "precondition_failed")
    let changed = try await admin.send(
      "PATCH", path, json: body, fields: [("If-Match", tag)])
    #expect(try changed.json(200)["name"] == "M.")
    try await admin.send("PATCH", path, json: body, fields: [("If-Match", tag)]).problem(
      412, "precondition_failed")
    let next = try #require(changed.field("ETag"))
    _ = try await admin.send(
      "PATCH", path, json: ["active": false], fields: [("If-Match", next)]
    ).json(200)
    try await stage.holding(token).get("/v1/me").problem(401, "unauthenticated")
  }

  @Test(
    "a second account of one human being never makes two of them", arguments: Replicas.allCases)
  func secondAccount(on replicas: Replicas) async throws {
    let stage = try await Stage.shared(replicas)
    let second = try await stage.newcomer(
      "PM too", roles: ["legal_reviewer"], samePersonAs: stage.id(of: "pm"))
    let proposal = try await stage.submitted(Content.polite())
    // At the same instant as those who may sign.
    let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
      for replica in stage.replicas + stage.replicas {
        group.addTask {
          try await replica.decide(
            proposal, by: replica.holding(second.secret), "legal_reviewer")
        }
      }
      async let risk = stage.decide(proposal, as: "risk", "risk_reviewer")
      let replies = try await group.reduce(into: [Reply]()) { $0.append($1) }
      _ = try await risk.json(201)
      return replies
    }
    for reply in replies { try reply.problem(403, "self_decision") }
    #expect(try await stage.view(proposal)["status"] == "in_review")
    _ = try await stage.decide(proposal, as: "legal", "legal_reviewer").json(201)
    #expect(try await stage.view(proposal)["status"] == "approved")
  }

  private func decide(_ proposal: Stage.Proposal, _ client: Client) async throws -> Reply {
    try await client.post(
      "/v1/proposals/\(proposal.id)/decisions",
      [
        "revision_digest": .string(proposal.digest), "role": "legal_reviewer",
        "verdict": "approve",
      ])
  }
}
