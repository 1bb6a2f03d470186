package import Domain
package import Postgres

/// Webhooks and their secrets; nothing of them changes, they only end.
package enum WebhookStore {
  /// A secret as it is kept.
  package struct KeptSecret: Sendable {
    package let bytes: [UInt8]
    /// The name of the key that sealed it; nil for the bytes themselves.
    package let sealedBy: String?

    package init(bytes: [UInt8], sealedBy: String?) {
      self.bytes = bytes
      self.sealedBy = sealedBy
    }
  }

  package static func find(
    _ id: WebhookID, in tx: borrowing Transaction
  ) async throws -> Webhook? {
    try await tx.oneOrNil(selectOne, [.id(id)]).map(webhook)
  }

  /// The same, with its row locked until the transaction ends.
  package static func lock(
    _ id: WebhookID, in tx: borrowing Transaction
  ) async throws -> Webhook? {
    guard try await tx.oneOrNil(lockOne, [.id(id)]) != nil else { return nil }
    return try await find(id, in: tx)
  }

  /// Webhooks that were not deleted, after `id` in order of id.
  package static func list(
    after id: String, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [Webhook] {
    try await tx.query(selectPage, [.text(id), .int64(limit)]).map(webhook)
  }

  package static func countActive(in tx: borrowing Transaction) async throws -> Int64 {
    try await tx.one(countActive).int64(0)
  }

  package static func secret(
    of id: WebhookID, in tx: borrowing Transaction
  ) async throws -> KeptSecret? {
    try await tx.oneOrNil(selectSecret, [.id(id)]).map {
      KeptSecret(bytes: try $0.bytes(0), sealedBy: try $0.textOrNil(1))
    }
  }

  package static func record(
    _ ruling: Ruling<Webhook>, _ secret: (WebhookID) throws -> KeptSecret,
    in tx: borrowing Transaction
  ) async throws {
    let webhook = ruling.subject
    let kept = try secret(webhook.id)
    tx.write(
      insert,
      [
        .id(webhook.id), .text(webhook.url), .textArray(webhook.eventTypes.map(\.text)),
        .id(webhook.createdBy), .instant(webhook.createdAt),
      ])
    tx.write(
      insertSecret, [.id(webhook.id), .bytes(kept.bytes), .optional(text: kept.sealedBy)])
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  /// Ends it, forgets its secret and drops what waits for it.
  package static func record(
    _ ruling: Ruling<EndedWebhook>, in tx: borrowing Transaction
  ) async throws {
    let ended = ruling.subject
    tx.write(
      insertEnding, [.id(ended.webhook), .text(ended.ending.rawValue), .instant(ended.at)])
    tx.write(deleteSecret, [.id(ended.webhook)])
    tx.write(
      dropJobs,
      [
        .id(ended.webhook), .instant(ended.at), .text("the webhook is \(ended.ending.rawValue)"),
      ])
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  private static func webhook(_ row: Row) throws -> Webhook {
    let id = try row.identifier(0, of: WebhookKind.self)
    let ended = try row.instantOrNil(6).map { at in
      EndedWebhook(
        webhook: id, ending: try row.decoded(5, Webhook.Ending(rawValue: try row.text(5))), at: at)
    }
    return Webhook(
      id: id, url: try row.text(1),
      eventTypes: try row.textArray(2).map { try row.decoded(2, EventPattern($0)) },
      createdBy: try row.identifier(3, of: PersonKind.self), createdAt: try row.instant(4),
      ended: ended)
  }

  static let selectOne = Statement(
    """
    SELECT w.id, w.url, w.event_types, w.created_by, w.created_at, e.ended_as, e.ended_at
    FROM webhooks w LEFT JOIN webhook_endings e ON e.webhook = w.id WHERE w.id = $1
    """)

  static let lockOne = Statement("SELECT id FROM webhooks WHERE id = $1 FOR NO KEY UPDATE")

  static let selectPage = Statement(
    """
    SELECT w.id, w.url, w.event_types, w.created_by, w.created_at, e.ended_as, e.ended_at
    FROM webhooks w LEFT JOIN webhook_endings e ON e.webhook = w.id
    WHERE w.id > $1 AND e.ended_as IS DISTINCT FROM 'deleted' ORDER BY w.id LIMIT $2
    """)

  static let countActive = Statement(
    """
    SELECT count(*) FROM webhooks w
    WHERE NOT EXISTS (SELECT FROM webhook_endings e WHERE e.webhook = w.id)
    """)

  static let selectSecret = Statement(
    "SELECT secret, sealed_by FROM webhook_secrets WHERE webhook = $1")

  static let insert = Statement(
    """
    INSERT INTO webhooks (id, url, event_types, created_by, created_at)
    VALUES ($1, $2, $3, $4, $5)
    """)

  static let insertSecret = Statement(
    "INSERT INTO webhook_secrets (webhook, secret, sealed_by) VALUES ($1, $2, $3)")

  static let insertEnding = Statement(
    "INSERT INTO webhook_endings (webhook, ended_as, ended_at) VALUES ($1, $2, $3)")

  static let deleteSecret = Statement("DELETE FROM webhook_secrets WHERE webhook = $1")

  static let dropJobs = Statement(
    """
    UPDATE jobs SET ended_at = $2, ended_as = 'failed', last_error = $3, claimed_until = NULL
    WHERE kind = 'webhook_delivery' AND subject = $1 AND ended_at IS NULL
    """)
}
