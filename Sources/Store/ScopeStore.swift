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
    var clocks: [String: Timestamp] = [:]
    for row in days {
      let scope = try row.text(0)
      spent[scope, default: [:]][try row.localDate(1)] = try row.int64(2)
      let clock = try row.instant(3)
      clocks[scope] = max(clocks[scope] ?? clock, clock)
    }
    return try locked.map { row in
      let id = try row.text(0)
      return try scope(row, spent: spent[id] ?? [:], clock: clocks[id])
    }
  }

  /// Queues a stricter rate for an implicit site; its row is locked.
  package static func lower(
    _ site: ScopeID, to rate: Rate, in tx: borrowing Transaction
  ) {
    tx.write(lowerRate, [.text(site.text), .int64(rate.microRPS)])
  }

  /// Queues what an issued term reserves, and how far the scopes' clock has come.
  ///
  /// - Parameter new: the scopes that did not count the lease before.
  static func charge(_ issued: IssuedTerm, new: [ScopeID], in tx: borrowing Transaction) {
    let (lease, reservations) = (issued.lease, issued.reservations)
    let scopes = Parameter.textArray(reservations.map(\.scope.text))
    tx.write(
      addReserved,
      [
        scopes, .int64Array(reservations.map { Int64($0.day.daysSince1970) }),
        .int64Array(reservations.map(\.requests)), .instant(lease.term.issuedAt),
      ])
    if !new.isEmpty {
      tx.write(insertCharges, [.textArray(new.map(\.text)), .id(lease.id)])
    }
    tx.write(addTotal, [.id(lease.budget), .int64(lease.term.quota)])
  }

  private static func scope(
    _ row: Row, spent: [LocalDate: Int64], clock: Timestamp?
  ) throws -> LockedScope {
    let made = try row.instant(11)
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
      lastClock: max(made, clock ?? made), spent: spent)
  }

  /// The plans of this transaction do not depend on the values: planning `= ANY ($1)` anew for
  /// each call would cost as much as running it.
  static let prepare = Statement(
    """
    SELECT set_config('lock_timeout', $1, true),
      set_config('plan_cache_mode', 'force_generic_plan', true),
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
    SELECT scope, day, used + reserved, last_clock
    FROM scope_days WHERE scope = ANY ($1) AND day >= $2
    """)

  static let lowerRate = Statement(
    "UPDATE scopes SET max_urps = $2 WHERE id = $1 AND max_urps > $2")

  static let addReserved = Statement(
    """
    INSERT INTO scope_days (scope, day, used, reserved, last_clock)
    SELECT r.scope, date '1970-01-01' + r.day::integer, 0, r.requests, $4
    FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS r (scope, day, requests)
    ON CONFLICT (scope, day) DO UPDATE SET reserved = scope_days.reserved + excluded.reserved,
      last_clock = greatest(scope_days.last_clock, excluded.last_clock)
    """)

  static let insertCharges = Statement(
    """
    INSERT INTO lease_charges (scope, lease) SELECT s, $2 FROM unnest($1::text[]) AS s
    ON CONFLICT (scope, lease) DO NOTHING
    """)

  static let addTotal = Statement(
    "UPDATE budgets SET total_used = total_used + $2 WHERE id = $1")
}
