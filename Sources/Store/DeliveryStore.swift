package import Domain
package import Postgres

/// What is sent to webhooks: made with the event, sent by a job, every attempt kept.
package enum DeliveryStore {
  /// What a message is made of.
  package struct Scene: Sendable {
    package let webhook: Webhook
    /// The exact bytes of the event.
    package let event: [UInt8]
    /// Of the person who acted, if one did.
    package let actorName: String?
    /// The roles that the person held then.
    package let actorRoles: [Role]
    package let proposal: Proposal?
  }

  /// What a message says of the proposal that an event is about.
  package struct Proposal: Sendable {
    package let id: ProposalID
    package let number: Int64
    package let title: String
  }

  /// Queues the deliveries of an event that was just queued, with their jobs: they commit with it
  /// or not at all, in whatever order transactions commit.
  static func enqueue(
    _ event: EventID, _ type: EventType, at now: Timestamp, in tx: borrowing Transaction
  ) {
    let family = type.rawValue.prefix { $0 != "." } + ".*"
    tx.write(
      insertAll,
      [.id(event), .instant(now), .textArray([type.rawValue, String(family), "*"])])
  }

  /// Nil where there is no such delivery.
  package static func scene(
    _ webhook: WebhookID, _ event: EventID, in tx: borrowing Transaction
  ) async throws -> Scene? {
    guard let found = try await WebhookStore.find(webhook, in: tx),
      let row = try await tx.oneOrNil(selectScene, [.id(webhook), .id(event)])
    else { return nil }
    var proposal: Proposal?
    if let id = try row.identifierOrNil(3, of: ProposalKind.self) {
      proposal = Proposal(id: id, number: try row.int64(4), title: try row.text(5))
    }
    return Scene(
      webhook: found, event: try row.bytes(0), actorName: try row.textOrNil(1),
      actorRoles: try row.roles(2), proposal: proposal)
  }

  /// Queues what came of one attempt.
  package static func insert(
    _ attempt: DeliveryAttempt, to webhook: WebhookID, of event: EventID,
    in tx: borrowing Transaction
  ) {
    tx.write(
      insertAttempt,
      [
        .id(webhook), .id(event), .instant(attempt.at), .int64(attempt.milliseconds),
        attempt.status.map { .int32(Int32($0)) } ?? .null,
        .optional(text: attempt.error.map { String($0.prefix(Job.errorCharactersMax)) }),
      ])
  }

  /// Whether the webhook has taken anything since.
  package static func hasTaken(
    _ webhook: WebhookID, since: Timestamp, in tx: borrowing Transaction
  ) async throws -> Bool {
    try await tx.one(selectTaken, [.id(webhook), .instant(since)]).bool(0)
  }

  /// Deliveries before an event, newest first; `status` nil for all.
  package static func list(
    of webhook: WebhookID, before event: String?, status: String?, limit: Int64,
    in tx: borrowing Transaction
  ) async throws -> [Delivery] {
    try await tx.query(
      selectPage,
      [.id(webhook), .optional(text: event), .optional(text: status), .int64(limit)]
    ).map { row in
      var last: DeliveryAttempt?
      if let at = try row.instantOrNil(5) {
        last = DeliveryAttempt(
          at: at, milliseconds: try row.int64(6), status: try row.int32OrNil(7).map { Int($0) },
          error: try row.textOrNil(8))
      }
      return Delivery(
        webhook: webhook, event: try row.identifier(0, of: EventKind.self),
        type: try row.text(1), createdAt: try row.instant(2), status: try row.text(3),
        attempts: try row.int64(4), last: last, nextAttemptAt: try row.instantOrNil(9))
    }
  }

  /// Sends one event again, or for the first time; false when there is no such event.
  package static func replay(
    _ event: EventID, to webhook: WebhookID, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> Bool {
    let parameters: [Parameter] = [.id(webhook), .id(event), .instant(now)]
    return try await tx.query(replayOne, parameters).affected == 1
  }

  /// Sends again what was given up since; gives how many.
  package static func replayFailed(
    since: Timestamp, to webhook: WebhookID, at now: Timestamp, limit: Int64,
    in tx: borrowing Transaction
  ) async throws -> Int64 {
    Int64(
      try await tx.query(
        replayFailed, [.id(webhook), .instant(since), .instant(now), .int64(limit)]
      ).affected)
  }

  static let insertAll = Statement(
    """
    WITH made AS (
      INSERT INTO webhook_deliveries (webhook, event, created_at)
      SELECT w.id, $1, $2 FROM webhooks w
      WHERE w.event_types && $3::text[]
        AND NOT EXISTS (SELECT FROM webhook_endings e WHERE e.webhook = w.id)
      RETURNING webhook, event)
    INSERT INTO jobs (kind, subject, unique_key, created_at, due_at)
    SELECT 'webhook_delivery', webhook, webhook || ' ' || event, $2, $2 FROM made
    """)

  static let selectScene = Statement(
    """
    SELECT e.bytes, p.name,
      array(SELECT a.role FROM role_assignments a
        WHERE a.person = e.actor AND a.given_at <= e.recorded_at
          AND (a.taken_at IS NULL OR a.taken_at > e.recorded_at) ORDER BY a.role),
      r.id, r.number, v.title
    FROM webhook_deliveries d JOIN events e ON e.id = d.event
    LEFT JOIN people p ON p.id = e.actor
    LEFT JOIN proposals r ON r.id = CASE
      WHEN e.object_type = 'grant' THEN (SELECT g.proposal FROM grants g WHERE g.id = e.object_id)
      ELSE e.stream END
    LEFT JOIN LATERAL (
      SELECT title FROM revisions WHERE proposal = r.id ORDER BY n DESC LIMIT 1) v ON true
    WHERE d.webhook = $1 AND d.event = $2
    """)

  static let insertAttempt = Statement(
    """
    INSERT INTO webhook_attempts (webhook, event, n, at, milliseconds, status, error)
    SELECT $1::text, $2::text, coalesce(max(n), 0) + 1, $3, $4, $5, $6
    FROM webhook_attempts WHERE webhook = $1 AND event = $2
    """)

  static let selectTaken = Statement(
    """
    SELECT EXISTS (SELECT FROM webhook_attempts
      WHERE webhook = $1 AND at > $2 AND status BETWEEN 200 AND 299)
    """)

  static let selectPage = Statement(
    """
    SELECT d.event, e.type, d.created_at, s.status, t.count, a.at, a.milliseconds, a.status,
      a.error, CASE WHEN j.ended_at IS NULL THEN j.due_at END
    FROM webhook_deliveries d JOIN events e ON e.id = d.event
    LEFT JOIN jobs j ON j.kind = 'webhook_delivery'
      AND j.unique_key = d.webhook || ' ' || d.event
    LEFT JOIN LATERAL (SELECT x.at, x.milliseconds, x.status, x.error FROM webhook_attempts x
      WHERE x.webhook = d.webhook AND x.event = d.event ORDER BY x.n DESC LIMIT 1) a ON true
    CROSS JOIN LATERAL (SELECT count(*) FROM webhook_attempts y
      WHERE y.webhook = d.webhook AND y.event = d.event) t
    CROSS JOIN LATERAL (SELECT CASE
      WHEN j.id IS NOT NULL AND j.ended_at IS NULL THEN 'waiting'
      WHEN a.status BETWEEN 200 AND 299 THEN 'delivered' ELSE 'failed' END AS status) s
    WHERE d.webhook = $1 AND ($2::text IS NULL OR d.event < $2::text)
      AND ($3::text IS NULL OR s.status = $3::text)
    ORDER BY d.event DESC LIMIT $4
    """)

  static let replayOne = Statement(
    """
    WITH made AS (
      INSERT INTO webhook_deliveries (webhook, event, created_at)
      SELECT $1, e.id, $3 FROM events e WHERE e.id = $2
      ON CONFLICT (webhook, event) DO NOTHING)
    INSERT INTO jobs (kind, subject, unique_key, created_at, due_at)
    SELECT 'webhook_delivery', $1, $1::text || ' ' || e.id, $3, $3 FROM events e WHERE e.id = $2
    ON CONFLICT ON CONSTRAINT jobs_unique_key DO UPDATE
    SET due_at = $3, attempt = 0, ended_at = NULL, ended_as = NULL, last_error = NULL
    """)

  static let replayFailed = Statement(
    """
    INSERT INTO jobs (kind, subject, unique_key, created_at, due_at)
    SELECT 'webhook_delivery', d.webhook, d.webhook || ' ' || d.event, $3, $3
    FROM webhook_deliveries d
    LEFT JOIN jobs j ON j.kind = 'webhook_delivery'
      AND j.unique_key = d.webhook || ' ' || d.event
    WHERE d.webhook = $1 AND d.created_at >= $2 AND (j.id IS NULL OR j.ended_at IS NOT NULL)
      AND NOT EXISTS (SELECT FROM webhook_attempts a
        WHERE a.webhook = d.webhook AND a.event = d.event AND a.status BETWEEN 200 AND 299)
    ORDER BY d.event LIMIT $4
    ON CONFLICT ON CONSTRAINT jobs_unique_key DO UPDATE
    SET due_at = $3, attempt = 0, ended_at = NULL, ended_as = NULL, last_error = NULL
    """)
}
