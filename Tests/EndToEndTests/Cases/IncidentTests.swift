import Domain
import Foundation
import Testing

@Suite("incidents, at three in the morning and for counsel", .inTurn)
struct IncidentTests {
  private func run(
    _ stage: Stage, _ words: [String], as name: String
  ) async throws -> String {
    let end = try await stage.dev.commandLine(words, as: name)
    #expect(end.code == 0, "\(words.joined(separator: " ")): \(end.errors)")
    return end.output
  }

  @Test("the command line: open, stop, write down, meet the clocks, close, read it all afterwards")
  func commandLine() async throws {
    try await Stage.with(.one) { stage in
      let proposal = try await stage.approved(Content.polite())
      let opened = try JSONParser.parse(
        Array(
          try await run(
            stage,
            [
              "incidents", "open", "complaint", "their desk is down", "--site", proposal.host,
              "--json",
            ], as: "operator"
          ).utf8))
      let number = "\(try opened["number"].requiredInteger)"
      #expect(opened["grants"][0]["id"].text == proposal.grant)
      let lock = try JSONParser.parse(
        Array(
          try await run(
            stage,
            [
              "locks", "place", "site", proposal.host, "--reason", "complaint", "--incident",
              number, "--json",
            ], as: "operator"
          ).utf8))
      #expect(lock["incident"] == opened["id"])
      try await stage.lease(proposal, worker: "w1").problem(423, "locked")
      let early = try await stage.dev.commandLine(
        ["incidents", "close", number, "--reason", "over"], as: "legal")
      #expect(early.code == 1 && early.errors.contains("recovery_missing"))
      _ = try await run(
        stage,
        [
          "incidents", "add", number, "impact", "their letter", "--site", proposal.host, "--from",
          "2026-01-01T01:00:00Z", "--to", "2026-01-01T01:05:00Z", "--unavailable", "--users",
          "151",
        ], as: "operator")
      let clocks = ["notify_operator", "report_authority", "fix_flaw"].flatMap { ["--meets", $0] }
      _ = try await run(
        stage, ["incidents", "add", number, "recovery", "quiet for an hour"] + clocks,
        as: "operator")
      _ = try await run(stage, ["incidents", "give", number, "legal@demo.example"], as: "operator")
      let list = try await run(
        stage, ["incidents", "list", "--site", proposal.host], as: "auditor")
      #expect(list.contains("their desk is down") && list.contains("recovery"))
      let closed = try await run(
        stage, ["incidents", "close", number, "--reason", "over"], as: "legal")
      let lockID = try lock["id"].requiredText
      #expect(closed.contains("is closed") && closed.contains(lockID))
      let english = try await run(stage, ["incidents", "show", number], as: "counsel")
      // Long lines are broken between words.
      let words = english.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      for part in [
        "their letter", "151 users", "quiet for an hour", "[meets notify_operator",
        "Cybersecurity Law", "300", "To be signed before it goes on", lockID,
      ] {
        #expect(words.contains(part), "\(part) in:\n\(english)")
      }
      let chinese = try await run(
        stage, ["incidents", "show", number, "--lang", "zh"], as: "counsel")
      #expect(chinese.contains("网络安全法") && chinese.contains("第二十七条"))
      let again = try await stage.dev.commandLine(
        ["locks", "place", "grant", proposal.grant, "--reason", "x", "--incident", number],
        as: "pm2")
      #expect(again.code == 0 && again.errors.contains("answers no incident"), "\(again)")
      // It stays stopped.
      try await stage.lease(proposal, worker: "w2").problem(423, "locked")
      #expect(try await run(stage, ["incidents", "list"], as: "auditor").contains("no incident"))
    }
  }

  @Test("a webhook tells of an incident, its entries and its end")
  func webhook() async throws {
    try await WebhookReceiver.with { receiver in
      try await RunningDev.with(extra: ["COUNTERSIGN_WEBHOOK_HOSTS": receiver.authority]) { dev in
        let stage = Stage(dev: dev)
        let people = stage.person("operator")
        _ = try await people.post(
          "/v1/webhooks", ["url": .string(receiver.url), "event_types": ["incident.*"]]
        ).json(201)
        let id = try await people.post(
          "/v1/incidents", ["source": "own_finding", "summary": "a captcha was answered"]
        ).json(201)["id"].requiredText
        _ = try await people.post(
          "/v1/incidents/\(id)/entries", ["stage": "containment", "note": "stopped"]
        ).json(201)
        let messages = try await receiver.messages(2).map {
          try JSONParser.parse(Array($0.body.utf8))
        }
        #expect(
          Set(messages.compactMap { $0["type"].text })
            == ["incident.opened", "incident.entry_added"])
        for message in messages {
          #expect(message["data"]["link"].text == "/v1/incidents/\(id)")
          #expect(!"\(message)".contains("captcha"))
        }
      }
    }
  }
}
