package import Domain
package import Postgres
import Store

/// One webhook.
package struct ShowWebhook: Query {
  private let webhook: WebhookID

  package init(webhook: WebhookID) {
    self.webhook = webhook
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Webhook {
    try await act.find(webhook, in: tx)
  }
}

/// Webhooks in order of id.
package struct ListWebhooks: Query {
  private let after: String
  private let limit: Int

  package init(after: String?, limit: Int) {
    self.after = after ?? ""
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [Webhook] {
    try act.person(holding: Webhook.readers)
    return try await WebhookStore.list(after: after, limit: Int64(limit), in: tx)
  }
}

/// What was sent to a webhook, newest first.
package struct ListDeliveries: Query {
  package static let statuses: Set = ["waiting", "delivered", "failed"]

  private let webhook: WebhookID
  private let status: String?
  private let before: String?
  private let limit: Int

  package init(webhook: WebhookID, status: String?, before: String?, limit: Int) {
    self.webhook = webhook
    self.status = status
    self.before = before
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [Delivery] {
    _ = try await act.find(webhook, in: tx)
    return try await DeliveryStore.list(
      of: webhook, before: before, status: status, limit: Int64(limit), in: tx)
  }
}

extension Act {
  fileprivate func find(
    _ webhook: WebhookID, in tx: borrowing Transaction
  ) async throws -> Webhook {
    guard let found = try await WebhookStore.find(webhook, in: tx),
      found.ended?.ending != .deleted
    else { throw Refusals(.notFound(kind: "webhook", id: webhook.text)) }
    try person(holding: Webhook.readers)
    return found
  }
}

/// Whether the caller may make webhooks; refused where not.
package struct KeepsWebhooks: Query {
  package init() {}

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> PersonID {
    try act.webhookKeeper().person
  }
}
