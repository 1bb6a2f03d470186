package import Domain
package import Postgres

/// Epoch events: from each of them on older tokens are void where it covers them.
package enum EpochStore {
  /// Queues an epoch event in the transaction of its cause. It is numbered, and replicas are
  /// told, when the transaction commits.
  ///
  /// - Parameter event: the entry of the log that says why; queued before.
  package static func bump(
    _ scope: EpochScope, for cause: EpochCause, because event: EventID, at now: Timestamp,
    in tx: borrowing Transaction
  ) {
    tx.write(
      insert,
      [
        .text(scope.kind.rawValue), .optional(text: scope.id), .optional(text: scope.host?.text),
        .text(cause.rawValue), .id(event), .instant(now),
      ])
  }

  /// Part of the events, in their order.
  package struct Page: Sendable {
    /// The number of the last event that there is.
    package let current: Int64
    /// At most `eventsMax`; there may be more behind that many.
    package let events: [EpochEvent]

    package static let eventsMax = 1_000

    package init(current: Int64, events: [EpochEvent]) {
      self.current = current
      self.events = events
    }
  }

  /// The events after a number. Whoever has been given a number has been given all before it.
  package static func page(
    after epoch: Int64, in tx: borrowing Transaction
  ) async throws -> Page {
    try page(
      try await tx.query([
        Lookup(selectCurrent),
        Lookup(selectAfter, [.int64(epoch), .int64(Int64(Page.eventsMax))]),
      ]))
  }

  /// The newest events, for whoever knows none: those from an instant on.
  package static func page(
    since start: Timestamp, in tx: borrowing Transaction
  ) async throws -> Page {
    try page(
      try await tx.query([
        Lookup(selectCurrent),
        Lookup(selectSince, [.instant(start), .int64(Int64(Page.eventsMax))]),
      ]))
  }

  /// Queues that the session is told of new events from the end of the transaction on.
  package static func listen(in tx: borrowing Transaction) {
    tx.write(listen)
  }

  private static func page(_ answers: [Rows]) throws -> Page {
    let events = try answers[1].map(event)
    // An event may have come between the two statements.
    let current = max(try answers[0].map { try $0.int64(0) }.first ?? 0, events.last?.epoch ?? 0)
    return Page(current: current, events: events)
  }

  private static func event(_ row: Row) throws -> EpochEvent {
    EpochEvent(
      epoch: try row.int64(0),
      kind: try row.decoded(1, EpochScope.Kind(rawValue: try row.text(1))),
      id: try row.textOrNil(2),
      covers: TokenCover(
        proposals: try row.textArrayOrNil(3), grants: try row.textArrayOrNil(4),
        workers: try row.textArrayOrNil(5), hosts: try row.textArrayOrNil(6)),
      cause: try row.decoded(7, EpochCause(rawValue: try row.text(7))),
      event: try row.identifier(8, of: EventKind.self), at: try row.instant(9))
  }

  /// A site covers the aliases of every site at it or under it, as a lock on it does.
  static let insert = Statement(
    """
    INSERT INTO epoch_events (scope_kind, scope_id, proposals, grants, workers, hosts, cause,
      event, at)
    SELECT s.kind, s.id,
      CASE s.kind WHEN 'proposal' THEN ARRAY[s.id] END,
      CASE s.kind WHEN 'grant' THEN ARRAY[s.id]
        WHEN 'budget' THEN array(SELECT b.grant_id::text FROM budgets b WHERE b.id = s.id)
        WHEN 'pool' THEN array(
          SELECT g.grant_id::text FROM grant_pools g
          JOIN grant_standings h ON h.grant_id = g.grant_id AND h.closed_at IS NULL
          WHERE g.pool = s.id ORDER BY g.grant_id) END,
      CASE s.kind WHEN 'worker' THEN ARRAY[s.id] END,
      CASE s.kind WHEN 'site' THEN s.host || array(
          SELECT a.host::text FROM site_aliases a JOIN sites t ON t.id = a.site
          WHERE t.host = s.host OR right(t.host, length(s.host) + 1) = '.' || s.host
          ORDER BY a.host)
        WHEN 'budget' THEN CASE WHEN s.host IS NULL
          THEN (SELECT array(SELECT CASE WHEN h LIKE '*.%' THEN substr(h, 3) ELSE h END
            FROM unnest(b.hosts) h) FROM budgets b WHERE b.id = s.id)
          ELSE ARRAY[s.host] END END,
      $4, $5, $6
    FROM (SELECT $1::text AS kind, $2::text AS id, $3::text AS host) s
    """)

  static let selectCurrent = Statement("SELECT epoch FROM current_epoch")

  static let selectAfter = Statement(
    """
    SELECT epoch, scope_kind, scope_id, proposals, grants, workers, hosts, cause, event, at
    FROM epoch_events WHERE epoch > $1 ORDER BY epoch LIMIT $2
    """)

  static let selectSince = Statement(
    """
    SELECT epoch, scope_kind, scope_id, proposals, grants, workers, hosts, cause, event, at
    FROM epoch_events
    WHERE epoch > coalesce((
      SELECT e.epoch FROM epoch_events e WHERE e.at < $1 ORDER BY e.epoch DESC LIMIT 1), 0)
    ORDER BY epoch LIMIT $2
    """)

  static let listen = Statement("LISTEN countersign_epochs")
}
