/// Where events are sent to as signed messages.
package struct Webhook: Hashable, Sendable {
  package enum Ending: String, Hashable, Sendable {
    /// By a person.
    case deleted
    /// By the service, because nothing was taken for a day.
    case disabled
  }

  package let id: WebhookID
  /// Absolute, http or https.
  package let url: String
  package let eventTypes: [EventPattern]
  package let createdBy: PersonID
  package let createdAt: Timestamp
  /// Nil while messages are sent.
  package let ended: EndedWebhook?

  package init(
    id: WebhookID, url: String, eventTypes: [EventPattern], createdBy: PersonID,
    createdAt: Timestamp, ended: EndedWebhook?
  ) {
    self.id = id
    self.url = url
    self.eventTypes = eventTypes
    self.createdBy = createdBy
    self.createdAt = createdAt
    self.ended = ended
  }

  /// Who makes, deletes and replays webhooks: what leaves the house is theirs to answer for.
  package static let keepers: [Role] = [.administrator, .operator]
  /// Who sees them.
  package static let readers: [Role] = [.administrator, .operator, .auditor]
  package static let urlCharactersMax = 2_000
  /// Webhooks that are sent to at once.
  package static let activeMax: Int64 = 100
  /// The waits of Standard Webhooks: eight attempts in 27 hours and a half.
  package static let backOff = BackOff(
    waitSeconds: [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000])
  /// A webhook that has taken nothing for so long is disabled once a message is given up.
  package static let silenceSeconds: Int64 = 86_400

  /// `active`, `disabled` or `deleted`.
  package var status: String { ended?.ending.rawValue ?? "active" }

  package static func created(
    url: String, host: String, eventTypes: [EventPattern], person: PersonID, role: Role,
    by actor: Actor, at now: Timestamp
  ) -> Ruling<Webhook> {
    let webhook = Webhook(
      id: WebhookID.make(at: now), url: url, eventTypes: eventTypes, createdBy: person,
      createdAt: now, ended: nil)
    // The whole URL may hold a secret of the receiver.
    return Ruling(
      webhook,
      webhook.entry(
        .webhookCreated, by: actor, at: now, role: role,
        detail: [
          "host": .string(host),
          "event_types": .array(eventTypes.map { .string($0.text) }),
        ]))
  }

  /// Ends it: nothing more is sent, and what waits is dropped.
  package func ended(
    as ending: Ending, role: Role?, by actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<EndedWebhook> {
    guard ended == nil else { throw Refusals(.webhookEnded(as: status)) }
    return Ruling(
      EndedWebhook(webhook: id, ending: ending, at: now),
      entry(
        ending == .deleted ? .webhookDeleted : .webhookDisabled, by: actor, at: now, role: role,
        detail: [:]))
  }

  /// Sends again what was sent or given up.
  package func replayed(
    count: Int64, role: Role, by actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<WebhookReplay> {
    guard ended == nil else { throw Refusals(.webhookEnded(as: status)) }
    return Ruling(
      WebhookReplay(webhook: id, count: count),
      entry(
        .webhookReplayed, by: actor, at: now, role: role, detail: ["deliveries": JSON(count)]))
  }

  private func entry(
    _ type: EventType, by actor: Actor, at now: Timestamp, role: Role?, detail: JSONObject
  ) -> LogEntry {
    LogEntry(
      type, stream: StreamID(id), object: EventObject("webhook", id.text), by: actor, at: now,
      role: role, detail: detail)
  }
}

/// That nothing more is sent.
package struct EndedWebhook: Hashable, Sendable {
  package let webhook: WebhookID
  package let ending: Webhook.Ending
  package let at: Timestamp

  package init(webhook: WebhookID, ending: Webhook.Ending, at: Timestamp) {
    self.webhook = webhook
    self.ending = ending
    self.at = at
  }
}

/// That messages are sent again.
package struct WebhookReplay: Hashable, Sendable {
  package let webhook: WebhookID
  package let count: Int64
}
