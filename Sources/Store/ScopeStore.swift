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
    package let holdUntil: Timestamp?
    package let lastClock: Timestamp
    /// Used and reserved, by local day.
    package let spent: [LocalDate: Int64]
  }

  /// Queues the limit on how long any lock of this transaction is waited for, and keeps sites
  /// from changing until it ends: a lease given meanwhile would not charge the new one.
  package static func prepareToLock(in tx: borrowing Transaction) {
    tx.writeOnce(prepare, [.text(lockTimeout)])
  }

  /// Queues that the plans of this transaction do not depend on the values, where it locks nothing.
  package static func planOnce(in tx: borrowing Transaction) {
    tx.writeOnce(preparePlans)
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

  /// Queues what issued terms of one budget take up in the days of their scopes, and how far the
  /// scopes' clock has come.
  static func charge(_ issued: [IssuedTerm], in tx: borrowing Transaction) {
    guard let first = issued.first?.lease else { return }
    let all = issued.flatMap(\.reservations)
    let known = all.filter { $0.base == nil }.addedUp
    if !known.isEmpty {
      tx.write(
        moveDays,
        [
          .textArray(known.map(\.scope.text)), .days(known.map(\.day)),
          .int64Array(known.map(\.used)), .int64Array(known.map(\.reserved)),
          .instant(first.term.issuedAt),
        ])
    }
    let new = all.filter { $0.base != nil }.addedUp
    if !new.isEmpty {
      tx.write(
        addReserved,
        [
          .textArray(new.map(\.scope.text)), .days(new.map(\.day)),
          .int64Array(new.map(\.reserved)), .instant(first.term.issuedAt),
        ])
      begin(issued, in: tx)
    }
    tx.write(addTotal, [.id(first.budget), .int64(issued.reduce(0) { $0 + $1.total })])
  }

  /// Queues that scopes count leases from now on.
  private static func begin(_ issued: [IssuedTerm], in tx: borrowing Transaction) {
    let new = issued.flatMap { one in
      one.reservations.filter { $0.base != nil }.map { (lease: one.lease.id, reservation: $0) }
    }
    tx.write(
      insertCharges,
      [
        .textArray(new.map(\.reservation.scope.text)), .ids(new.map(\.lease)),
        .days(new.map(\.reservation.day)), .int64Array(new.map { $0.reservation.base ?? 0 }),
      ])
  }

  /// Queues what became of a lease's account where no next term comes with it.
  package static func settle(
    _ budget: BudgetID, _ standing: LeaseGround.Standing, as account: LeaseAccount,
    in tx: borrowing Transaction
  ) {
    let before = standing.account
    guard account.bound != before.bound || account.used != before.used else { return }
    let counted = standing.days.sorted { $0.key < $1.key }
    let count = counted.count
    tx.write(
      moveDays,
      [
        .textArray(counted.map(\.key.text)), .days(counted.map(\.value)),
        .int64Array(Array(repeating: account.used - before.used, count: count)),
        .int64Array(Array(repeating: account.reserved - before.reserved, count: count)), .null,
      ])
    tx.write(addTotal, [.id(budget), .int64(account.bound - before.bound)])
  }

  private static func scope(
    _ row: Row, spent: [LocalDate: Int64], clock: Timestamp?
  ) throws -> LockedScope {
    let made = try row.instant(10)
    let id = try row.decoded(0, ScopeID(try row.text(0)))
    return LockedScope(
      id: id,
      label: try row.textOrNil(1).map { "site \($0)" } ?? "budget \(id)",
      capacity: Capacity(
        rate: Rate(microRPS: try row.int64(2)), burst: try row.int64(3),
        concurrency: try row.int64(4), workers: try row.int64OrNil(5),
        dailyRequests: try row.int64(6)),
      timeZone: try row.text(7), windows: try SiteStore.windows(row, 8),
      holdUntil: try row.instantOrNil(9),
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

  static let preparePlans = Statement(
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', true)")

  static let lockAll = Statement(
    """
    SELECT c.id, s.host, c.max_urps, c.burst, c.max_concurrency, c.max_workers,
      c.daily_requests, c.time_zone, c.windows, c.hold_until, c.last_clock
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

  /// Fails (division by zero) unless every one of the days is there.
  static let moveDays = Statement(
    """
    WITH moved AS (
      UPDATE scope_days d SET used = d.used + m.used, reserved = d.reserved + m.reserved,
        last_clock = greatest(d.last_clock, $5)
      FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
        AS m (scope, day, used, reserved)
      WHERE d.scope = m.scope AND d.day = date '1970-01-01' + m.day::integer RETURNING 1)
    SELECT 1 / (count(*) = cardinality($1::text[]))::integer FROM moved
    """)

  /// A scope that counted what the lease takes up, and no requests, counts them from now on.
  static let insertCharges = Statement(
    """
    INSERT INTO lease_charges (scope, lease, day, base)
    SELECT c.scope, c.lease, date '1970-01-01' + c.day::integer, c.base
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS c (scope, lease, day, base)
    ON CONFLICT (scope, lease) DO UPDATE SET day = excluded.day, base = excluded.base
    """)

  /// Counts what a lease takes up, and none of its requests.
  static let insertOccupants = Statement(
    """
    INSERT INTO lease_charges (scope, lease) SELECT s, $2 FROM unnest($1::text[]) AS s
    ON CONFLICT (scope, lease) DO NOTHING
    """)

  static let addTotal = Statement(
    "UPDATE budgets SET total_used = total_used + $2 WHERE id = $1")
}

extension [IssuedTerm.Reservation] {
  /// One for each scope and day, in the order in which they come first.
  fileprivate var addedUp: [IssuedTerm.Reservation] {
    var sums: [IssuedTerm.Reservation] = []
    for one in self {
      if let place = sums.firstIndex(where: { $0.scope == one.scope && $0.day == one.day }) {
        sums[place] = sums[place].with(one)
      } else {
        sums.append(one)
      }
    }
    return sums
  }
}
