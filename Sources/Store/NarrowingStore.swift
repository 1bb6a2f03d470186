package import Domain
package import Postgres

/// The numbers of a grant under their locks, and what narrows them.
package enum NarrowingStore {
  /// A budget's row under its lock, with what takes it up.
  package struct LockedBudget: Sendable {
    package let id: BudgetID
    package let target: Int
    package let hosts: [String]
    package let capacity: Capacity
    package let timeZone: String
    package let windows: WindowSet
    package let startsAt: Timestamp
    package let endsAt: Timestamp
    package let occupants: [Occupant]
  }

  /// The budgets of a grant in order of target, locked until the transaction ends: no term is
  /// issued meanwhile that does not know of what is done to them.
  package static func lock(
    _ grant: GrantID, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [LockedBudget] {
    let rows = try await tx.query(lockBudgets, [.id(grant)])
    let ids = try rows.map { try $0.text(0) }
    let occupants = try LeaseStore.occupants(
      try await tx.query(LeaseStore.selectOccupants, [.textArray(ids), .instant(now)]))
    return try rows.map { row in
      let id = try row.identifier(0, of: BudgetKind.self)
      return LockedBudget(
        id: id, target: Int(try row.int64(1)), hosts: try row.textArray(2),
        capacity: Capacity(
          rate: Rate(microRPS: try row.int64(5)), burst: try row.int64(6),
          concurrency: try row.int64(7), workers: try row.int64(8),
          dailyRequests: try row.int64(9)),
        timeZone: try row.text(10), windows: try SiteStore.windows(row, 11),
        startsAt: try row.instant(3), endsAt: try row.instant(4),
        occupants: occupants[.budget(id)] ?? [])
    }.sorted { $0.target < $1.target }
  }

  /// How often a grant was narrowed.
  package static func count(
    of grant: GrantID, in tx: borrowing Transaction
  ) async throws -> Int64 {
    try await tx.one(selectCount, [.id(grant)]).int64(0)
  }

  /// - Parameters:
  ///   - terms: of the grant, with the smaller numbers.
  ///   - isImmediate: whether tokens with the wider ones are void from now on.
  package static func record(
    _ ruling: Ruling<Narrowing>, terms: JSON, because reason: String, isImmediate: Bool,
    in tx: borrowing Transaction
  ) async throws {
    let narrowing = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    LogStore.insertReason(reason, of: event, in: tx)
    if isImmediate {
      EpochStore.bump(
        .grant(narrowing.grant), for: .narrowing, because: event, at: narrowing.at, in: tx)
    }
    tx.write(
      insert,
      [
        .id(event), .id(narrowing.grant), .int64(narrowing.n), .id(narrowing.by),
        .bytes(try terms.canonicalBytes()), .instant(narrowing.at),
        .instant(narrowing.effectiveAt),
      ])
    for budget in narrowing.budgets where !budget.changed.isEmpty {
      tx.write(
        updateScope,
        [
          .id(budget.id), .int64(budget.capacity.rate.microRPS), .int64(budget.capacity.burst),
          .int64(budget.capacity.concurrency), .int64(budget.capacity.workers ?? 0),
          .int64(budget.capacity.dailyRequests),
          .text(SiteStore.windowsText(budget.windows)),
        ])
      tx.write(updateEnd, [.id(budget.id), .instant(budget.endsAt)])
    }
    tx.write(updateGrantEnd, [.id(narrowing.grant), .instant(narrowing.endsAt)])
  }

  /// Oldest first.
  package static func list(
    of grant: GrantID, in tx: borrowing Transaction
  ) async throws -> [NarrowingRecord] {
    try await tx.query(selectAll, [.id(grant)]).map { row in
      NarrowingRecord(
        n: try row.int64(0), by: try row.identifier(1, of: PersonKind.self),
        at: try row.instant(2), effectiveAt: try row.instant(3), reason: try row.textOrNil(4))
    }
  }

  static let lockBudgets = Statement(
    """
    SELECT b.id, b.target, b.hosts, b.starts_at, b.ends_at, c.max_urps, c.burst,
      c.max_concurrency, c.max_workers, c.daily_requests, c.time_zone, c.windows
    FROM budgets b JOIN scopes c ON c.id = b.id
    WHERE b.grant_id = $1 ORDER BY c.id FOR UPDATE OF c
    """)

  static let selectCount = Statement("SELECT count(*) FROM narrowings WHERE grant_id = $1")

  static let insert = Statement(
    """
    INSERT INTO narrowings (event, grant_id, n, narrowed_by, terms, narrowed_at, effective_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    """)

  static let updateScope = Statement(
    """
    UPDATE scopes SET max_urps = $2, burst = $3, max_concurrency = $4, max_workers = $5,
      daily_requests = $6, windows = $7
    WHERE id = $1
    """)

  static let updateEnd = Statement("UPDATE budgets SET ends_at = $2 WHERE id = $1")

  static let updateGrantEnd = Statement(
    "UPDATE grant_standings SET ends_at = least(ends_at, $2) WHERE grant_id = $1")

  static let selectAll = Statement(
    """
    SELECT n.n, n.narrowed_by, n.narrowed_at, n.effective_at, r.reason
    FROM narrowings n LEFT JOIN event_reasons r ON r.event = n.event
    WHERE n.grant_id = $1 ORDER BY n.n
    """)
}
