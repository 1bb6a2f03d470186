import ArgumentParser
import Domain

/// `countersign webhooks`: where events are sent to.
struct WebhooksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "webhooks", abstract: "Where events are sent to.",
    subcommands: [
      CreateWebhookCommand.self, ListWebhooksCommand.self, DeliveriesCommand.self,
      ReplayCommand.self, DeleteWebhookCommand.self,
    ])
}

/// `webhooks create`.
struct CreateWebhookCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Send events to a URL; by an administrator or operator.",
    discussion: """
      countersign webhooks create https://hooks.example.com/countersign "decision.*" reminder.*
      """)

  @Argument(help: "http or https; not at a private address.") var url: String
  @Argument(help: "Types of events, families such as decision.*, or * for all.")
  var types: [String]
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.post(
      Path("v1", "webhooks"),
      ["url": .string(url), "event_types": .array(types.map { .string($0) })])
    try session.show(reply) { webhook in
      Printout([
        "id": webhook["id"].text, "url": webhook["url"].text,
        "events": WebhookText.types(webhook), "secret": webhook["secret"].text,
      ])
    }
    session.remark("The secret verifies the messages; it is not shown again.")
  }
}

/// `webhooks list`.
struct ListWebhooksCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Where events are sent to.")

  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("v1", "webhooks"), page.query)
    try session.showList(reply) { webhooks in
      Table(
        [.text("ID"), .text("STATUS"), .prose("EVENTS"), .prose("URL")], empty: "no webhooks",
        rows: webhooks.map { webhook in
          [
            webhook["id"].cell, webhook["status"].cell, WebhookText.types(webhook),
            webhook["url"].cell,
          ]
        })
    }
  }
}

/// `webhooks deliveries`.
struct DeliveriesCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "deliveries", abstract: "What was sent, newest first, and what came of it.")

  @Argument(help: "The webhook's id.") var webhook: String
  @Option(help: "waiting, delivered or failed.") var status: String?
  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "webhooks", webhook, "deliveries"), [("status", status)] + page.query)
    try session.showList(reply) { deliveries in
      Table(
        [
          .text("EVENT"), .text("TYPE"), .text("STATUS"), .number("TRIES"), .text("NEXT"),
          .prose("ANSWER"),
        ],
        empty: "nothing was sent",
        rows: deliveries.map { delivery in
          let last = delivery["last_attempt"]
          return [
            delivery["event"].cell, delivery["type"].cell, delivery["status"].cell,
            delivery["attempts"].cell, delivery["next_attempt_at"].timeCell,
            last["status"].text ?? last["error"].text ?? "-",
          ]
        })
    }
  }
}

/// `webhooks replay`.
struct ReplayCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Send one event again, or all that failed since a time.")

  @Argument(help: "The webhook's id.") var webhook: String
  @Option(help: "One event's id.") var event: String?
  @Option(help: "All that failed since, such as 2026-12-01T00:00:00Z.") var failedSince: String?
  @OptionGroup var client: ClientOptions

  func validate() throws {
    guard (event == nil) != (failedSince == nil) else {
      throw ValidationError("Say --event or --failed-since.")
    }
  }

  func perform(_ session: Session) async throws {
    var body = JSONObject()
    body["event"] = event.map { .string($0) }
    body["failed_since"] = failedSince.map { .string($0) }
    let reply = try await session.api.post(
      Path("v1", "webhooks", webhook, "replays"), .object(body))
    try session.show(reply) { Printout("to be sent again: \($0["deliveries"].text ?? "0")") }
  }
}

/// `webhooks delete`.
struct DeleteWebhookCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Send nothing more; what waits is dropped.")

  @Argument(help: "The webhook's id.") var webhook: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.delete(Path("v1", "webhooks", webhook))
    try session.show(reply) { _ in Printout("\(webhook) is deleted") }
  }
}

/// Parts of a webhook in words.
enum WebhookText {
  static func types(_ webhook: JSON) -> String {
    webhook["event_types"].elements.compactMap(\.string).joined(separator: " ")
  }
}
