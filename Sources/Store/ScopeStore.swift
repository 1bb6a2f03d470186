package import Domain
package import Postgres

/// Budgets and sites as scopes: the rows whose locks order all arithmetic (budgets.md).
package enum ScopeStore {
  /// How long a lease call waits for the scopes of another one. Long enough for a whole fleet
  /// that starts at once on one budget; whoever waits longer is told to come back.
  static let lockTimeout = "3s"

  /// A scope's row under its lock, with its requests of the last days.
  package struct LockedScope: Sendable {
    package let id: ScopeID
    package let label: String
    package let capacity: Capacity
    package let timeZone: String
    package let windows: WindowSet
    package let epoch: Int64
    package let holdUntil: Timestamp?
    package let lastClock: Timestamp
    /// Used and reserved, by local day.
    package let spent: [LocalDate: Int64]
  }

  /// Queues the limit on how long any lock of this transaction is waited for, and keeps sites
  /// from changing until it ends: a lease given meanwhile would not charge the new one.
  package static func prepareToLock(in tx: borrowing Transaction) {
    tx.write(prepare, [.text(lockTimeout)])
  }

  /// Reads what `lockAll` and `selectDays` found.
  static func scopes(_ locked: Rows, days: Rows) throws -> [LockedScope] {
    var spent: [String: [LocalDate: Int64]] = [:]
    for row in days {
      spent[try row.text(0), default: [:]][try row.localDate(1)] = try row.int64(2)
    }
    return try locked.map { row in try scope(row, spent: spent[try row.text(0)] ?? [:]) }
  }

  /// Queues a stricter rate for an implicit site; its row is locked.
  package static func lower(
    _ site: ScopeID, to rate: Rate, in tx: borrowing Transaction
  ) {
    tx.write(lowerRate, [.text(site.text), .int64(rate.microRPS)])
  }

  /// Queues what an issued term reserves, and how far the scopes' clock has come.
  static func charge(_ issued: IssuedTerm, at now: Timestamp, in tx: borrowing Transaction) {
    let (lease, reservations) = (issued.lease, issued.reservations)
    let scopes = Parameter.textArray(reservations.map(\.scope.text))
    tx.write(
      addReserved,
      [
        scopes, .int64Array(reservations.map { Int64($0.day.daysSince1970) }),
        .int64Array(reservations.map(\.requests)),
      ])
    tx.write(insertCharges, [scopes, .id(lease.id)])
    tx.write(moveClock, [scopes, .instant(now)])
    tx.write(addTotal, [.id(lease.budget), .int64(lease.term.quota)])
  }

  private static func scope(
    _ row: Row, spent: [LocalDate: Int64]
  ) throws -> LockedScope {
    let id = try row.decoded(0, ScopeID(try row.text(0)))
    return LockedScope(
      id: id,
      label: try row.textOrNil(1).map { "site \($0)" } ?? "budget \(id)",
      capacity: Capacity(
        rate: Rate(microRPS: try row.int64(2)), burst: try row.int64(3),
        concurrency: try row.int64(4), workers: try row.int64OrNil(5),
        dailyRequests: try row.int64(6)),
      timeZone: try row.text(7), windows: try SiteStore.windows(row, 8),
      epoch: try row.int64(9), holdUntil: try row.instantOrNil(10),
      lastClock: try row.instant(11), spent: spent)
  }

  static let prepare = Statement(
    """
    SELECT set_config('lock_timeout', $1, true),
      pg_advisory_xact_lock_shared(hashtextextended('countersign sites', 0))
    """)

  static let lockAll = Statement(
    """
    SELECT c.id, s.host, c.max_urps, c.burst, c.max_concurrency, c.max_workers,
      c.daily_requests, c.time_zone, c.windows, c.epoch, c.hold_until, c.last_clock
    FROM scopes c LEFT JOIN sites s ON s.id = c.id
    WHERE c.id = ANY ($1) ORDER BY c.id FOR UPDATE OF c
    """)

  static let selectDays = Statement(
    """
    SELECT scope, day, used + reserved FROM scope_days WHERE scope = ANY ($1) AND day >= $2
    """)

  static let lowerRate = Statement(
    "UPDATE scopes SET max_urps = $2 WHERE id = $1 AND max_urps > $2")

  static let addReserved = Statement(
    """
    INSERT INTO scope_days (scope, day, used, reserved)
    SELECT r.scope, date '1970-01-01' + r.day::integer, 0, r.requests
    FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS r (scope, day, requests)
    ON CONFLICT (scope, day) DO UPDATE SET reserved = scope_days.reserved + excluded.reserved
    """)

  static let insertCharges = Statement(
    """
    INSERT INTO lease_charges (scope, lease) SELECT s, $2 FROM unnest($1::text[]) AS s
    ON CONFLICT (scope, lease) DO NOTHING
    """)

  static let moveClock = Statement(
    "UPDATE scopes SET last_clock = greatest(last_clock, $2) WHERE id = ANY ($1)")

  static let addTotal = Statement(
    "UPDATE budgets SET total_used = total_used + $2 WHERE id = $1")
}
