package import Domain
package import Postgres
import Store

/// An administrator or operator has messages sent again.
package struct ReplayWebhook: Command {
  package enum Choice: Hashable, Sendable {
    case event(EventID)
    /// All that were given up and made since.
    case failedSince(Timestamp)
  }

  /// How many messages one replay sends.
  package static let limit: Int64 = 10_000

  private let webhook: WebhookID
  private let choice: Result<Choice, InvalidBody>

  package init(webhook: WebhookID, choice: Result<Choice, InvalidBody>) {
    self.webhook = webhook
    self.choice = choice
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> WebhookReplay {
    guard let found = try await WebhookStore.lock(webhook, in: tx),
      found.ended?.ending != .deleted
    else { throw Refusals(.notFound(kind: "webhook", id: webhook.text)) }
    let choice = try choice.get()
    let (_, role) = try act.webhookKeeper()
    if found.ended != nil { throw Refusals(.webhookEnded(as: found.status)) }
    var count: Int64 = 1
    switch choice {
    case .event(let event):
      guard try await DeliveryStore.replay(event, to: webhook, at: act.now, in: tx) else {
        throw Refusals(.notFound(kind: "event", id: event.text))
      }
    case .failedSince(let since):
      count = try await DeliveryStore.replayFailed(
        since: since, to: webhook, at: act.now, limit: ReplayWebhook.limit, in: tx)
    }
    let ruling = try found.replayed(count: count, role: role, by: act.actor, at: act.now)
    _ = try await LogStore.append(ruling.entry, in: tx)
    return ruling.subject
  }
}
