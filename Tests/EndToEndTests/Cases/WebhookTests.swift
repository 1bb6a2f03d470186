import Domain
import Foundation
import Testing

@Suite("webhooks, jobs and who does them", .inTurn)
struct WebhookTests {
  private func hook(
    _ stage: Stage, _ receiver: WebhookReceiver, _ types: JSON
  ) async throws -> JSON {
    try await stage.person("operator").post(
      "/v1/webhooks", ["url": .string(receiver.url), "event_types": types]
    ).json(201)
  }

  @Test("the whole way: made, signed, received, listed, sent again, deleted")
  func wholeWay() async throws {
    try await WebhookReceiver.with { receiver in
      try await RunningDev.with(extra: ["COUNTERSIGN_WEBHOOK_HOSTS": receiver.authority]) { dev in
        let stage = Stage(dev: dev, isBusyMachine: true)
        let made = try await hook(stage, receiver, ["proposal.submitted"])
        #expect(made["secret"].text?.hasPrefix("whsec_") == true)
        let id = try made["id"].requiredText
        _ = try await stage.submitted(Content.own())
        let message = try #require(try await receiver.messages(1).first)
        let json = try JSONParser.parse(Array(message.body.utf8))
        #expect(json["type"].text == "proposal.submitted")
        #expect(json["data"]["actor"]["id"].text == stage.id(of: "pm"))
        let list = "/v1/webhooks/\(id)/deliveries"
        try await until {
          try await stage.person("auditor").get(list).json(200)["items"].elements.first?["status"]
            .text == "delivered"
        }
        let shown = try await stage.person("auditor").get("/v1/webhooks/\(id)").json(200)
        #expect(shown["secret"].text == nil && shown["status"].text == "active")
        _ = try await stage.person("operator").post(
          "/v1/webhooks/\(id)/replays", ["event": .string(message.id)]
        ).json(202)
        #expect(try await receiver.messages(2).map(\.id) == [message.id, message.id])
        #expect(
          try await stage.person("operator").send("DELETE", "/v1/webhooks/\(id)").status == 204)
        try await stage.person("operator").get("/v1/webhooks/\(id)").problem(404, "not_found")
      }
    }
  }

  @Test(
    "the published package verifies our messages, and no changed one",
    .enabled(if: WebhookReceiver.python != nil, "the PyPI package standardwebhooks is not there"))
  func package() async throws {
    try await WebhookReceiver.with { receiver in
      try await RunningDev.with(extra: ["COUNTERSIGN_WEBHOOK_HOSTS": receiver.authority]) { dev in
        let stage = Stage(dev: dev, isBusyMachine: true)
        let secret = try await hook(stage, receiver, ["*"])["secret"].requiredText
        let message = try #require(try await receiver.messages(1).first)
        #expect(try await receiver.verdict(of: message, secret: secret) == "verified")
        guard case .object(var members) = message.json else { return }
        members["body"] = .string(message.body.replacing("webhook.created", with: "webhook.made"))
        let changed = WebhookReceiver.Message(json: .object(members))
        #expect(try await receiver.verdict(of: changed, secret: secret) != "verified")
      }
    }
  }

  @Test("an address that is not public is refused when a webhook is made, and so is every spelling")
  func refused() async throws {
    let stage = try await Stage.shared()
    for url in [
      "http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/",
      "http://169.254.169.254/latest", "http://localhost/", "http://[::ffff:10.0.0.1]/",
      "http://user:secret@192.0.2.1/",
    ] {
      try await stage.person("operator").post(
        "/v1/webhooks", ["url": .string(url), "event_types": ["*"]]
      ).problem(422, "address_refused")
    }
    for url in ["ftp://example.com/", "javascript:alert(1)", "https://exa mple.com/", ""] {
      try await stage.person("operator").post(
        "/v1/webhooks", ["url": .string(url), "event_types": ["*"]]
      ).problem(400, "invalid_body")
    }
    let body: JSON = ["url": "https://example.com/", "event_types": ["no.such"]]
    try await stage.person("operator").post("/v1/webhooks", body).problem(400, "invalid_body")
    try await stage.person("legal").post("/v1/webhooks", body).problem(403, "role_missing")
    try await stage.pool.get("/v1/webhooks").problem(403, "non_human")
  }

  @Test("of two replicas one leads; killed in the middle of its work the other goes on")
  func killed() async throws {
    try await WebhookReceiver.with { receiver in
      let shared = try await RunningDev.shared.value
      try await RunningDev.withDatabase(on: shared, extra: ["COUNTERSIGN_JOBS": "off"]) { dev in
        let extra = ["COUNTERSIGN_WEBHOOK_HOSTS": receiver.authority]
        try await RunningServe.with(
          2, on: dev.credentials.databaseURL, extra: extra
        ) { replicas in
          try await until { try await leaders(replicas) == 1 }
          let leader = try await leads(replicas[0]) ? replicas[0] : replicas[1]
          let other = replicas.first { $0 !== leader } ?? replicas[1]
          let onOther = Stage(dev: dev) { [other.baseURL] }
          let proposal = try await onOther.drafted(Content.own())
          _ = try await hook(onOther, receiver, ["note.added"])
          var ids: Set<String> = []
          for number in 0..<40 {
            let note = try await onOther.person("legal").post(
              "/v1/proposals/\(proposal.id)/notes", ["text": .string("note \(number)")]
            ).json(201)
            ids.insert(try note["id"].requiredText)
            if number == 20 { try await leader.kill9() }
          }
          try await until { try await leads(other) }
          // Everything arrives, at least once; the same event always under the same id.
          try await until {
            let all = try await receiver.messages(ids.count)
            return Set(all.map(\.id)).count == ids.count
          }
          let all = try await receiver.messages(ids.count)
          let objects = try Dictionary(grouping: all, by: \.id).mapValues { messages in
            try Set(
              messages.map { message in
                try JSONParser.parse(Array(message.body.utf8))["data"]["object"]["id"].text
              })
          }
          #expect(objects.values.allSatisfy { $0.count == 1 })
          #expect(Set(objects.values.flatMap { $0 }) == Set(ids.map { Optional($0) }))
        }
      }
    }
  }

  private func leaders(_ replicas: [RunningServe]) async throws -> Int {
    var count = 0
    for replica in replicas where try await leads(replica) { count += 1 }
    return count
  }

  private func leads(_ replica: RunningServe) async throws -> Bool {
    let stage = Stage(dev: try await RunningDev.shared.value) { [replica.baseURL] }
    let page = try MetricsPage(try await stage.nobody.get("/metrics").text)
    return page.value("countersign_jobs_leader", [:]) == 1
  }

  /// Looks again and again, for at most a minute.
  private func until(_ isSo: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(60))
    while try await !isSo() {
      guard ContinuousClock.now < deadline else {
        Issue.record("it did not come about")
        return
      }
      await Client.pause(milliseconds: 50)
    }
  }
}
