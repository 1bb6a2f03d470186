package import Domain
package import Postgres

/// What is known of whoever enforces leases, from what it asks and says.
package enum EnforcementPointStore {
  /// That a point asked for epoch events.
  package struct Sighting: Hashable, Sendable {
    /// The id of a gateway, or of a pool that enforces itself.
    package let point: String
    package let at: Timestamp
    /// The last event that it had taken in.
    package let epoch: Int64

    package init(point: String, at: Timestamp, epoch: Int64) {
      self.point = point
      self.at = at
      self.epoch = epoch
    }
  }

  /// Queues sightings, in any order. The first at which a point shows that it has taken in more
  /// is its acknowledgement of what there was.
  package static func record(_ sightings: [Sighting], in tx: borrowing Transaction) {
    let points = Parameter.textArray(sightings.map(\.point))
    let instants = Parameter.int64Array(sightings.map(\.at.microseconds))
    let epochs = Parameter.int64Array(sightings.map(\.epoch))
    // In order of id, so that two replicas do not wait for each other.
    tx.write(ensure, [points])
    tx.write(acknowledge, [points, instants, epochs])
    tx.write(update, [points, instants, epochs])
    tx.write(forget, [points])
  }

  /// Queues what a point says of its clock.
  package static func record(
    _ clock: ClockReport?, of point: String, at now: Timestamp, in tx: borrowing Transaction
  ) {
    tx.write(ensure, [.textArray([point])])
    tx.write(
      updateClock,
      [
        .text(point), clock.map { .int64($0.offsetMilliseconds) } ?? .null,
        clock.map { .int64($0.uncertaintyMilliseconds) } ?? .null, .instant(now),
      ])
  }

  /// Queues what a point has seen of leases: the newest term frees what older ones took up, and
  /// the counts are added up. Leases that others enforce, that have ended or that are not there
  /// are left alone.
  ///
  /// - Returns: the leases whose newest term it was.
  package static func record(
    _ sightings: [EnforcementReport.Sighting], by point: String, at now: Timestamp,
    in tx: borrowing Transaction
  ) async throws -> [LeaseID] {
    guard !sightings.isEmpty else { return [] }
    let ids = Parameter.textArray(sightings.map(\.lease.text))
    let terms = Parameter.int64Array(sightings.map(\.term))
    let answers = try await tx.query([
      Lookup(
        acknowledgeTerms, [ids, terms, .text(point), .int64(guardMicroseconds), .instant(now)]),
      Lookup(
        countSightings,
        [
          ids, terms, .int64Array(sightings.map(\.requests)),
          .int64Array(sightings.map(\.refusals)),
          .int64Array(sightings.map(\.mostRPS.microRPS)), .text(point), .instant(now),
        ]),
    ])
    return try answers[0].map { row in try row.identifier(0, of: LeaseKind.self) }
  }

  /// The leases of the point's own of which too much was seen of the term that is named.
  package static func overLimit(
    _ sightings: [EnforcementReport.Sighting], by point: String, in tx: borrowing Transaction
  ) async throws -> Set<LeaseID> {
    guard !sightings.isEmpty else { return [] }
    let rows = try await tx.query(
      selectOverLimit,
      [
        .textArray(sightings.map(\.lease.text)), .int64Array(sightings.map(\.term)),
        .int64Array(sightings.map(\.mostRPS.microRPS)), .text(point),
        .int64(HeardReport.rateHundredths),
      ])
    return Set(try rows.map { row in try row.identifier(0, of: LeaseKind.self) })
  }

  /// How many gateways asked for epoch events since an instant, before it only, or never.
  package static func counts(
    since start: Timestamp, in tx: borrowing Transaction
  ) async throws -> (fresh: Int64, stale: Int64, silent: Int64) {
    let row = try await tx.one(countByAge, [.instant(start)])
    return (try row.int64(0), try row.int64(1), try row.int64(2))
  }

  /// From the end of a term to the first instant at which it takes up nothing.
  private static let guardMicroseconds: Int64 = {
    let end = Timestamp(microseconds: 0)
    return LeaseTerm.freesAt(endingAt: end).microseconds(since: end)
  }()

  /// A standing in the columns from `first` on; nothing is known where they are NULL.
  static func standing(_ row: Row, from first: Int) throws -> PointStanding {
    let clock: ClockReport? = try row.int64OrNil(first + 2).map { offset in
      ClockReport(
        offsetMilliseconds: offset, uncertaintyMilliseconds: try row.int64(first + 3))
    }
    return PointStanding(
      seenAt: try row.instantOrNil(first), epoch: try row.int64OrNil(first + 1) ?? 0,
      clock: clock)
  }

  static let countByAge = Statement(
    """
    SELECT count(*) FILTER (WHERE p.seen_at >= $1), count(*) FILTER (WHERE p.seen_at < $1),
      count(*) FILTER (WHERE p.seen_at IS NULL)
    FROM gateways g LEFT JOIN enforcement_points p ON p.id = g.id
    """)

  static let ensure = Statement(
    """
    INSERT INTO enforcement_points (id) SELECT DISTINCT p FROM unnest($1::text[]) p ORDER BY p
    ON CONFLICT (id) DO NOTHING
    """)

  static let acknowledge = Statement(
    """
    INSERT INTO epoch_acknowledgements (point, epoch, at)
    SELECT s.point, s.epoch,
      min(timestamptz '1970-01-01 00:00:00+00' + s.at * interval '1 microsecond')
    FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS s (point, at, epoch)
    JOIN enforcement_points p ON p.id = s.point
    WHERE s.epoch > p.epoch
    GROUP BY s.point, s.epoch ORDER BY s.point, s.epoch
    ON CONFLICT (point, epoch) DO NOTHING
    """)

  static let update = Statement(
    """
    WITH seen AS (
      SELECT s.point, max(s.epoch) AS epoch,
        max(timestamptz '1970-01-01 00:00:00+00' + s.at * interval '1 microsecond') AS at
      FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS s (point, at, epoch)
      GROUP BY s.point
    ), locked AS (
      SELECT p.id FROM enforcement_points p WHERE p.id IN (SELECT point FROM seen)
      ORDER BY p.id FOR UPDATE
    )
    UPDATE enforcement_points p SET seen_at = greatest(p.seen_at, s.at),
      epoch = greatest(p.epoch, s.epoch)
    FROM seen s JOIN locked k ON k.id = s.point WHERE p.id = s.point
    """)

  static let forget = Statement(
    """
    DELETE FROM epoch_acknowledgements
    WHERE point = ANY ($1) AND at < clock_timestamp() - interval '7 days'
    """)

  static let updateClock = Statement(
    """
    UPDATE enforcement_points SET reported_at = $4,
      clock_offset_ms = coalesce($2, clock_offset_ms),
      clock_uncertainty_ms = coalesce($3, clock_uncertainty_ms)
    WHERE id = $1
    """)

  static let acknowledgeTerms = Statement(
    """
    WITH locked AS (
      SELECT l.id, s.term FROM unnest($1::text[], $2::bigint[]) AS s (lease, term)
      JOIN leases l ON l.id = s.lease
      WHERE l.term = s.term AND l.ended_at IS NULL AND l.enforcement_point = $3
      ORDER BY l.id FOR UPDATE OF l
    )
    UPDATE leases l SET acknowledged_at = CASE WHEN l.acknowledged_term = l.term
        THEN coalesce(l.acknowledged_at, $5) ELSE $5 END,
      acknowledged_term = l.term, previous_urps = 0, previous_burst = 0,
      previous_concurrency = 0, previous_expires_at = NULL,
      frees_at = least(l.frees_at, l.expires_at + $4 * interval '1 microsecond')
    FROM locked k WHERE l.id = k.id AND l.term = k.term AND l.ended_at IS NULL
    RETURNING l.id
    """)

  static let countSightings = Statement(
    """
    INSERT INTO lease_sightings AS c (lease, term, requests, refusals, most_urps, reported_at)
    SELECT l.id, s.term, s.requests, s.refusals, s.most, $7
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
      AS s (lease, term, requests, refusals, most)
    JOIN leases l ON l.id = s.lease AND l.enforcement_point = $6
    JOIN lease_terms t ON t.lease = l.id AND t.term = s.term
    ORDER BY l.id
    ON CONFLICT (lease) DO UPDATE SET term = greatest(c.term, excluded.term),
      requests = c.requests + excluded.requests, refusals = c.refusals + excluded.refusals,
      most_urps = greatest(c.most_urps, excluded.most_urps), reported_at = excluded.reported_at
    """)

  // What a second may carry: the rate, and the burst at once.
  static let selectOverLimit = Statement(
    """
    SELECT l.id FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS s (lease, term, most)
    JOIN leases l ON l.id = s.lease AND l.enforcement_point = $4
    JOIN lease_terms t ON t.lease = l.id AND t.term = s.term
    WHERE s.most::numeric * 100 > (t.urps + t.burst::numeric * 1000000) * $5
    """)
}
