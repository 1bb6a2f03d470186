package import Domain
package import Postgres
import Store

/// An administrator or operator deletes a webhook: nothing more is sent.
package struct DeleteWebhook: Command {
  private let webhook: WebhookID

  package init(webhook: WebhookID) {
    self.webhook = webhook
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    guard let found = try await WebhookStore.lock(webhook, in: tx),
      found.ended?.ending != .deleted
    else { throw Refusals(.notFound(kind: "webhook", id: webhook.text)) }
    let (_, role) = try act.webhookKeeper()
    try await WebhookStore.record(
      try found.ended(as: .deleted, role: role, by: act.actor, at: act.now), in: tx)
  }
}
