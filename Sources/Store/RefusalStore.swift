package import Domain
package import Postgres

/// Refused lease calls by scope, minute and code.
package enum RefusalStore {
  /// Where a refusal counts.
  package enum Place: Hashable, Sendable {
    case scope(ScopeID)
    /// Every site that the host lies in, as far as there are any.
    case host(Host)

    package var isHost: Bool { if case .host = self { true } else { false } }
  }

  package struct Key: Hashable, Sendable {
    package let place: Place
    package let minute: Timestamp
    package let code: Refusal.Code

    package init(place: Place, minute: Timestamp, code: Refusal.Code) {
      self.place = place
      self.minute = minute
      self.code = code
    }
  }

  /// Queues counts that are added to those before.
  package static func add(_ counts: [Key: Int64], in tx: borrowing Transaction) {
    var (numbers, kinds, names) = ([Int64](), [String](), [String]())
    var (minutes, codes, calls) = ([Int64](), [String](), [Int64]())
    for (number, (key, count)) in counts.enumerated() {
      let places: [(kind: String, name: String)] =
        switch key.place {
        case .scope(let scope): [("scope", scope.text)]
        case .host(let host): host.selfAndParents.map { ("host", $0.text) }
        }
      for place in places {
        numbers.append(Int64(number))
        kinds.append(place.kind)
        names.append(place.name)
        minutes.append(key.minute.microseconds)
        codes.append(key.code.rawValue)
        calls.append(count)
      }
    }
    tx.write(
      upsert,
      [
        .int64Array(numbers), .textArray(kinds), .textArray(names), .int64Array(minutes),
        .textArray(codes), .int64Array(calls),
      ])
  }

  /// The oldest minute that is kept; nil where there is none.
  package static func oldest(in tx: borrowing Transaction) async throws -> Timestamp? {
    try await tx.one(selectOldest).instantOrNil(0)
  }

  /// Forgets what lies before an instant, the oldest first.
  ///
  /// - Returns: how many rows.
  package static func delete(
    before end: Timestamp, limit: Int64, in tx: borrowing Transaction
  ) async throws -> Int {
    try await tx.query(deleteOld, [.instant(end), .int64(limit)]).count
  }

  // A host counts once at each site that it lies in, by whichever of its names. In one order, so
  // that two replicas do not wait for each other.
  static let upsert = Statement(
    """
    INSERT INTO refusals AS r (scope, minute, code, calls)
    SELECT f.scope, timestamptz '1970-01-01 00:00:00+00' + f.minute * interval '1 microsecond',
      f.code, sum(f.calls)::bigint
    FROM (
      SELECT DISTINCT p.number, coalesce(c.id, s.id, a.site) AS scope, p.minute, p.code, p.calls
      FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[])
        AS p (number, kind, name, minute, code, calls)
      LEFT JOIN scopes c ON p.kind = 'scope' AND c.id = p.name
      LEFT JOIN sites s ON p.kind = 'host' AND s.host = p.name
      LEFT JOIN site_aliases a ON p.kind = 'host' AND a.host = p.name
    ) f WHERE f.scope IS NOT NULL
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (scope, minute, code) DO UPDATE SET calls = r.calls + excluded.calls
    """)

  static let selectOfScope = Statement(
    """
    SELECT minute, code, calls FROM (
      SELECT minute, code, calls FROM refusals WHERE scope = $1 AND minute >= $2
      ORDER BY minute DESC, code LIMIT $3) newest
    ORDER BY minute, code
    """)

  static let selectOldest = Statement("SELECT min(minute) FROM refusals")

  static let deleteOld = Statement(
    """
    DELETE FROM refusals WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM refusals WHERE minute < $1 ORDER BY minute LIMIT $2))
    RETURNING 1
    """)
}
