package import Domain
package import Postgres
import Store

/// What one attempt to deliver means: taken, once more, or given up.
package enum SettleDelivery {
  /// Keeps the attempt. A receiver that wants no messages ever, or took none for a day when a
  /// message is given up, is sent nothing more.
  ///
  /// - Parameter next: when another attempt would be made; nil behind the last one.
  package static func settle(
    _ attempt: DeliveryAttempt, to webhook: WebhookID, of event: EventID, next: Timestamp?,
    by act: Act, in tx: borrowing Transaction
  ) async throws -> JobEnding {
    DeliveryStore.insert(attempt, to: webhook, of: event, in: tx)
    if attempt.isTaken { return .done }
    if let next, !attempt.isUnwanted { return .again(at: next, error: attempt.words) }
    let since = act.now.adding(seconds: -Webhook.silenceSeconds)
    let isSilent = try await !DeliveryStore.hasTaken(webhook, since: since, in: tx)
    if attempt.isUnwanted || isSilent, let found = try await WebhookStore.lock(webhook, in: tx),
      found.ended == nil
    {
      let ruling = try found.ended(as: .disabled, role: nil, by: act.actor, at: act.now)
      try await WebhookStore.record(ruling, in: tx)
    }
    return .failed(error: attempt.words)
  }
}
