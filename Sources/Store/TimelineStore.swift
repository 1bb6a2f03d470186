package import Domain
package import Postgres

/// What the log tells of one proposal: its own stream, those of its grants, and every stop that
/// covers it; not the traffic of leases.
package enum TimelineStore {
  /// One event in its place.
  package struct Entry: Sendable {
    package let place: TimelinePlace
    /// The exact bytes.
    package let bytes: [UInt8]
    /// Of the person, pool or gateway; nil for the service.
    package let actorName: String?
    /// The words beside the event.
    package let reason: String?
  }

  /// Hosts and patterns of all revisions.
  package static func hosts(
    of proposal: ProposalID, in tx: borrowing Transaction
  ) async throws -> [String] {
    try await tx.query(selectHosts, [.id(proposal)]).map { row in try row.text(0) }
  }

  /// Events after a place, in their order.
  ///
  /// - Parameter names: the hosts of the proposal with every name above them.
  package static func events(
    of proposal: ProposalID, names: [String], after place: TimelinePlace, limit: Int64,
    in tx: borrowing Transaction
  ) async throws -> [Entry] {
    let rows = try await tx.query(
      selectStory,
      [
        .id(proposal), .textArray(names), .instant(place.at), .int64(place.rank),
        .text(place.stream), .int64(place.seq), .int64(limit),
      ])
    return try rows.map { row in
      Entry(
        place: TimelinePlace(
          at: try row.instant(0), rank: try row.int64(1), stream: try row.text(2),
          seq: try row.int64(3)),
        bytes: try row.bytes(4), actorName: try row.textOrNil(5), reason: try row.textOrNil(6))
    }
  }

  static let selectHosts = Statement(
    "SELECT DISTINCT unnest(hosts) FROM revisions WHERE proposal = $1")

  static let selectStory = Statement(
    """
    WITH own AS (
      SELECT e.id, e.stream, e.seq, e.actor, e.bytes, e.object_id, e.type,
        max(e.recorded_at) OVER (PARTITION BY e.stream ORDER BY e.seq) AS at
      FROM events e
      WHERE e.object_type <> 'lease' AND (e.stream = $1::text
        OR e.stream IN (SELECT g.id FROM grants g WHERE g.proposal = $1::text))
    ), stops AS (
      SELECT e.id, e.stream, e.seq, e.actor, e.bytes, e.object_id, e.type, e.recorded_at AS at
      FROM locks l JOIN events e ON e.object_id = l.id
      WHERE (l.scope_kind = 'everything' OR (l.scope_kind = 'site' AND l.scope_id = ANY ($2))
          OR (l.scope_kind = 'pool' AND l.scope_id IN (
            SELECT p.pool FROM grants g JOIN grant_pools p ON p.grant_id = g.id
            WHERE g.proposal = $1::text)))
        AND NOT EXISTS (SELECT FROM lock_releases r JOIN proposals o ON o.id = $1::text
          WHERE r.lock = l.id AND r.n = 2 AND r.released_at < o.created_at)
    ), cases AS (
      SELECT e.id, e.stream, e.seq, e.actor, e.bytes, e.object_id, e.type, e.recorded_at AS at
      FROM events e WHERE e.stream IN (
        SELECT k.incident FROM incident_links k LEFT JOIN locks l ON l.id = k.lock
        WHERE l.scope_id = $1::text OR coalesce(k.grant_id, l.scope_id) IN (
          SELECT g.id FROM grants g WHERE g.proposal = $1::text))
    ), story AS (
      SELECT id, stream, seq, actor, bytes, object_id, type, at,
        (CASE WHEN stream = $1::text THEN 0 ELSE 1 END)::bigint AS rank FROM own
      UNION ALL SELECT id, stream, seq, actor, bytes, object_id, type, at, 1 FROM stops
      UNION ALL SELECT id, stream, seq, actor, bytes, object_id, type, at, 1 FROM cases
    )
    SELECT s.at, s.rank, s.stream, s.seq, s.bytes,
      coalesce(p.name, f.name, w.name), coalesce(r.reason, l.reason, n.note)
    FROM story s
    LEFT JOIN people p ON p.id = s.actor
    LEFT JOIN pools f ON f.id = s.actor
    LEFT JOIN gateways w ON w.id = s.actor
    LEFT JOIN event_reasons r ON r.event = s.id
    LEFT JOIN locks l ON l.id = s.object_id AND s.type = 'lock.placed'
    LEFT JOIN incident_entries n ON n.event = s.id
    WHERE (s.at, s.rank, s.stream, s.seq) > ($3, $4, $5::text COLLATE "C", $6)
    ORDER BY s.at, s.rank, s.stream, s.seq LIMIT $7
    """)
}
