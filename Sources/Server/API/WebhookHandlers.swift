import Domain
import HTTP
import HTTPTypes
import Tokens
import Workflow

/// Where events are sent to.
enum WebhookHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.post, "/v1/webhooks", create),
    Endpoint(.get, "/v1/webhooks", list),
    Endpoint(.get, "/v1/webhooks/{id}", show),
    Endpoint(.delete, "/v1/webhooks/{id}", delete),
    Endpoint(.get, "/v1/webhooks/{id}/deliveries", deliveries),
    Endpoint(.post, "/v1/webhooks/{id}/replays", replay),
  ]

  private static let eventTypesMax = 100

  static func create(_ call: Call) async throws -> Answer {
    let body = try call.body { body -> (url: String, eventTypes: [EventPattern])? in
      let url = body.required("url", .webURL(Webhook.urlCharactersMax))
      let types = body.required("event_types", .set(1...eventTypesMax, of: .eventPattern))
      guard let url, let types else { return nil }
      return (url, types)
    }
    // Who may not make webhooks makes us resolve no names either.
    _ = try await call.service.look(for: try call.caller()) { _ in KeepsWebhooks() }
    var (host, refusal) = ("", Refusal?.none)
    if case .success(let asked) = body {
      switch await call.service.reach.look(asked.url) {
      case .host(let found): host = found
      case .refused(let reason): refusal = .addressRefused(reason: reason)
      }
    }
    let input = body.map { [host] in
      CreateWebhook.Input(url: $0.url, host: host, eventTypes: $0.eventTypes)
    }
    return try await call.perform({ [refusal] _ in
      CreateWebhook(input: input, refusal: refusal)
    }) { output in
      guard case .object(var members) = output.webhook.json else { return .noContent }
      members["secret"] = .string(output.secret.text)
      return .created(.object(members)).with(
        .location, "/v1/webhooks/\(output.webhook.id)")
    }
  }

  static func list(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> Page in try Page(call.request) }
    return try await call.look({ _ in
      let page = try page.get()
      return ListWebhooks(after: page.after, limit: page.limit + 1)
    }) { webhooks in
      try page.get().answer(webhooks, of: call.request, key: { $0.id.text }, \.json)
    }
  }

  static func show(_ call: Call) async throws -> Answer {
    try await call.look({ _ in ShowWebhook(webhook: try id(call)) }) { .ok($0.json) }
  }

  static func delete(_ call: Call) async throws -> Answer {
    try await call.perform({ _ in DeleteWebhook(webhook: try id(call)) }) { _ in .noContent }
  }

  static func deliveries(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> Page in try Page(call.request) }
    let status = Result { () throws(InvalidBody) -> String? in
      try call.query("status", "waiting, delivered or failed") {
        ListDeliveries.statuses.contains($0) ? $0 : nil
      }
    }
    return try await call.look({ _ in
      let webhook = try id(call)
      let page = try page.get()
      return ListDeliveries(
        webhook: webhook, status: try status.get(), before: page.after, limit: page.limit + 1)
    }) { deliveries in
      try page.get().answer(deliveries, of: call.request, key: { $0.event.text }, \.json)
    }
  }

  static func replay(_ call: Call) async throws -> Answer {
    let body = try call.body { body -> ReplayWebhook.Choice? in
      let event = body.optional("event", .identifier(EventKind.self))
      let since = body.optional("failed_since", .parsed("an instant") { Timestamp($0) })
      let names = body.names
      if names.contains("event"), names.contains("failed_since") {
        body.record(.invalidFormat, at: "failed_since", "event or failed_since, not both")
        return nil
      }
      if !names.contains("event"), !names.contains("failed_since") {
        body.record(.required, at: "event", "event or failed_since is required")
        return nil
      }
      return event.map { .event($0) } ?? since.map { .failedSince($0) }
    }
    return try await call.perform({ _ in
      ReplayWebhook(webhook: try id(call), choice: body)
    }) { replay in
      Answer(202, ["webhook": JSON(replay.webhook), "deliveries": JSON(replay.count)])
    }
  }

  private static func id(_ call: Call) throws(Refusals) -> WebhookID {
    try call.identifier("id", of: WebhookKind.self, called: "webhook")
  }
}

extension JSONField where Value == String {
  /// An absolute http or https URL in ASCII, its scheme in lower case (RFC 3986 §3.1).
  fileprivate static func webURL(_ charactersMax: Int) -> JSONField {
    .parsed("an http or https URL of at most \(charactersMax) characters") { text in
      guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"),
        ["http", "https"].contains(text[..<colon].lowercased()),
        text.utf8.count <= charactersMax, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
      else { return nil }
      return text[..<colon].lowercased() + text[colon...]
    }
  }
}

extension Webhook {
  /// Everything but the secret.
  fileprivate var json: JSON {
    [
      "id": JSON(id), "url": .string(url),
      "event_types": .array(eventTypes.map { .string($0.text) }), "status": .string(status),
      "created_by": JSON(createdBy), "created_at": JSON(createdAt),
      "ended_at": JSON(orNull: ended?.at),
    ]
  }
}

extension Delivery {
  fileprivate var json: JSON {
    [
      "event": JSON(event), "type": .string(type), "status": .string(status),
      "attempts": JSON(attempts), "last_attempt": last?.json ?? .null,
      "next_attempt_at": JSON(orNull: nextAttemptAt), "created_at": JSON(createdAt),
    ]
  }
}

extension DeliveryAttempt {
  fileprivate var json: JSON {
    [
      "at": JSON(at), "milliseconds": JSON(milliseconds),
      "status": status.map { JSON($0) } ?? .null, "error": JSON(orNull: error),
    ]
  }
}
