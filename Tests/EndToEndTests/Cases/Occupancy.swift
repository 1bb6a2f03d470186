import Foundation
import Glibc
import Synchronization

/// Looks at every scope again and again from a second connection: what its leases take up by
/// the rule of I8, reckoned here anew, must never be more than its ceiling.
final class Occupancy: Sendable {
  /// One look at one scope that broke its ceiling, as the database printed it.
  private struct State: Sendable {
    var looks = 0
    var violations: [String] = []
    var most: [String: Int64] = [:]
    var isOver = false
  }

  private static let microsecondsBetweenLooks: UInt32 = 1_000
  private let connection: SecondConnection
  private let sql: String
  private let state = Mutex(State())

  /// - Parameter grants: whose budgets are looked at, with the sites that they charge; nil is
  ///   all that anything was leased from lately.
  init(_ connection: SecondConnection, grants: [String]? = nil) {
    self.connection = connection
    let list = grants?.map { "'\($0)'" }.joined(separator: ", ")
    sql = Occupancy.sql.replacing(
      ":chosen",
      with: list.map { "l.grant_id IN (\($0))" } ?? "l.frees_at > now() - interval '5 s'")
  }

  /// What the body does, watched all the time. How often was looked, what was seen.
  func watching(
    _ body: () async throws -> Void
  ) async throws -> (looks: Int, violations: [String], mostMicroRPS: [String: Int64]) {
    async let watch: Void = offPool { [self] in
      while !state.withLock({ $0.isOver }) {
        try look()
        // The others need the machine too.
        usleep(Occupancy.microsecondsBetweenLooks)
      }
    }
    let result: Result<Void, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    state.withLock { $0.isOver = true }
    try await watch
    try result.get()
    return state.withLock { ($0.looks, $0.violations, $0.most) }
  }

  private func look() throws {
    let rows = try connection.rows(sql)
    state.withLock { state in
      state.looks += 1
      for row in rows {
        if row[1] == "t" { state.violations.append(row.joined(separator: " ")) }
        state.most[row[0]] = max(state.most[row[0]] ?? 0, Int64(row[2]) ?? 0)
      }
    }
  }

  /// A term is taken up until its end and three seconds more; when the enforcement point gave
  /// the lease back, until then. The term before counts beside it where it is larger.
  private static let sql = """
    WITH moment AS MATERIALIZED (SELECT clock_timestamp() AS now),
    looked AS MATERIALIZED (
      SELECT DISTINCT c.scope FROM leases l JOIN lease_charges c ON c.lease = l.id
      WHERE :chosen
    ), parts AS (
      SELECT c.scope, l.*,
        CASE WHEN ended_at IS NULL THEN expires_at + interval '3.000001 s'
          ELSE frees_at END AS until,
        CASE WHEN ended_at IS NOT NULL AND frees_at = ended_at THEN frees_at
          ELSE previous_expires_at + interval '3.000001 s' END AS previous_until
      FROM looked JOIN lease_charges c USING (scope) JOIN leases l ON l.id = c.lease
    ), taken AS (
      SELECT scope,
        greatest(CASE WHEN now < until THEN urps ELSE 0 END,
          CASE WHEN now < previous_until THEN previous_urps ELSE 0 END) AS urps,
        greatest(CASE WHEN now < until THEN burst ELSE 0 END,
          CASE WHEN now < previous_until THEN previous_burst ELSE 0 END) AS burst,
        greatest(CASE WHEN now < until THEN concurrency ELSE 0 END,
          CASE WHEN now < previous_until THEN previous_concurrency ELSE 0 END)
          AS concurrency,
        now < greatest(until, previous_until) AS occupied
      FROM parts CROSS JOIN moment
    ), sums AS (
      SELECT scope, sum(urps) AS urps, sum(burst) AS burst, sum(concurrency) AS concurrency,
        count(*) FILTER (WHERE occupied) AS workers
      FROM taken GROUP BY scope
    ), days AS (
      SELECT scope, max(used + reserved) AS requests FROM looked JOIN scope_days USING (scope)
      GROUP BY scope
    )
    SELECT s.id,
      coalesce(u.urps, 0) > s.max_urps OR coalesce(u.burst, 0) > s.burst
        OR coalesce(u.concurrency, 0) > s.max_concurrency
        OR coalesce(u.workers, 0) > coalesce(s.max_workers, s.max_concurrency)
        OR coalesce(d.requests, 0) > s.daily_requests,
      coalesce(u.urps, 0), u.burst, u.concurrency, u.workers, d.requests
    FROM scopes s JOIN looked ON looked.scope = s.id LEFT JOIN sums u ON u.scope = s.id
      LEFT JOIN days d ON d.scope = s.id
    """
}
