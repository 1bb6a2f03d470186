/// One event for one webhook, and what came of sending it.
package struct Delivery: Hashable, Sendable {
  package let webhook: WebhookID
  package let event: EventID
  package let type: String
  package let createdAt: Timestamp
  /// `waiting`, `delivered` or `failed`.
  package let status: String
  package let attempts: Int64
  package let last: DeliveryAttempt?
  /// Nil once it is over.
  package let nextAttemptAt: Timestamp?

  package init(
    webhook: WebhookID, event: EventID, type: String, createdAt: Timestamp, status: String,
    attempts: Int64, last: DeliveryAttempt?, nextAttemptAt: Timestamp?
  ) {
    self.webhook = webhook
    self.event = event
    self.type = type
    self.createdAt = createdAt
    self.status = status
    self.attempts = attempts
    self.last = last
    self.nextAttemptAt = nextAttemptAt
  }
}

/// One attempt to deliver.
package struct DeliveryAttempt: Hashable, Sendable {
  package let at: Timestamp
  package let milliseconds: Int64
  /// Of the answer; nil without one.
  package let status: Int?
  /// Why there was no answer.
  package let error: String?

  package init(at: Timestamp, milliseconds: Int64, status: Int?, error: String?) {
    self.at = at
    self.milliseconds = milliseconds
    self.status = status
    self.error = error
  }

  /// Whether the receiver has taken the message (Standard Webhooks: any 2xx).
  package var isTaken: Bool { status.map { (200...299).contains($0) } ?? false }

  /// Whether the receiver wants no message ever again (Standard Webhooks: 410).
  package var isUnwanted: Bool { status == 410 }

  /// The attempt in words.
  package var words: String { status.map { "status \($0)" } ?? error ?? "no answer" }
}
