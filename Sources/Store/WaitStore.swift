package import Domain
package import Postgres

/// Workers that wait for a place in a budget.
package enum WaitStore {
  /// Queues that a worker waits; who waits already keeps its place in the line.
  ///
  /// - Parameters:
  ///   - label: what the refusal called the scope that had no room.
  ///   - wish: nil: the granted rate.
  package static func wait(
    _ worker: WorkerID, for budget: BudgetID, behind label: String, wish: Rate?,
    at now: Timestamp, until: Timestamp, in tx: borrowing Transaction
  ) {
    tx.write(
      upsert,
      [
        .id(budget), .id(worker), wish.map { .int64($0.microRPS) } ?? .null, .instant(now),
        .instant(until), .text(label),
      ])
  }

  /// Queues that a worker waits no longer.
  static func leave(_ worker: WorkerID, _ budget: BudgetID, in tx: borrowing Transaction) {
    tx.write(delete, [.id(budget), .id(worker)])
  }

  static let upsert = Statement(
    """
    INSERT INTO lease_waits (budget, worker, wants_urps, since, until, scope)
    SELECT $1::text, $2, coalesce($3::bigint, c.max_urps), $4, $5,
      coalesce((SELECT s.id FROM sites s WHERE 'site ' || s.host = $6), $1)
    FROM scopes c WHERE c.id = $1
    ON CONFLICT (budget, worker) DO UPDATE SET wants_urps = excluded.wants_urps,
      scope = excluded.scope,
      since = CASE WHEN lease_waits.until < excluded.since THEN excluded.since
        ELSE lease_waits.since END,
      until = excluded.until
    """)

  static let delete = Statement("DELETE FROM lease_waits WHERE budget = $1 AND worker = $2")
}
