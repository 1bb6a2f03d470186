package import Domain
package import Postgres

/// The hours and numbers of a grant's targets.
package enum ScheduleStore {
  package struct Target: Sendable {
    package let index: Int64
    package let hosts: [String]
    package let life: Range<Timestamp>
    package let rate: Rate
    package let dailyRequests: Int64
    package let timeZone: String
    package let windows: WindowSet
  }

  /// In order of target.
  package static func targets(
    of grant: GrantID, in tx: borrowing Transaction
  ) async throws -> [Target] {
    try await tx.query(select, [.id(grant)]).map { row in
      let starts = try row.instant(2)
      return Target(
        index: try row.int64(0), hosts: try row.textArray(1),
        life: starts..<max(starts, try row.instant(3)),
        rate: Rate(microRPS: try row.int64(4)), dailyRequests: try row.int64(5),
        timeZone: try row.text(6), windows: try SiteStore.windows(row, 7))
    }
  }

  // What is over has no hours left.
  static let select = Statement(
    """
    SELECT b.target, b.hosts, b.starts_at,
      least(b.ends_at, h.ends_at, h.replaced_at, h.closed_at), c.max_urps, c.daily_requests,
      c.time_zone, c.windows
    FROM budgets b JOIN scopes c ON c.id = b.id
    JOIN grant_standings h ON h.grant_id = b.grant_id
    WHERE b.grant_id = $1 ORDER BY b.target
    """)
}
