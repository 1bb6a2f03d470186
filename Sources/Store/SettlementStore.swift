package import Domain
package import Postgres

/// Chains that are over: their ends and their final accounts.
package enum SettlementStore {
  /// Chains of one grant that are settled together, in order of id.
  package struct Batch: Hashable, Sendable, CustomStringConvertible {
    package let grant: GrantID
    package let leases: [LeaseID]

    package var description: String {
      "\(grant) \(leases.first?.text ?? "") \(leases.count)"
    }
  }

  /// How many are settled in one transaction: what holds the locks of their scopes.
  package static let batchMax: Int64 = 50

  /// Chains over which nothing passes any more, in order of grant.
  package static func due(
    batches limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [Batch] {
    let rows = try await tx.query(
      selectDue,
      [
        .instant(now), .instant(now.adding(seconds: -Lease.reportGraceSeconds)),
        .int64(limit * batchMax),
      ])
    var found: [(grant: GrantID, leases: [LeaseID])] = []
    for row in rows {
      let grant = try row.identifier(0, of: GrantKind.self)
      let lease = try row.identifier(1, of: LeaseKind.self)
      if let last = found.last, last.grant == grant, last.leases.count < batchMax {
        found[found.count - 1].leases.append(lease)
      } else {
        found.append((grant, [lease]))
      }
    }
    return found.prefix(Int(limit)).map { Batch(grant: $0.grant, leases: $0.leases) }
  }

  /// Locks the stream of their grant, every scope that they charge and then those of
  /// them that are not settled and that nobody else is writing to; in the order of all lease
  /// calls, so that nobody waits for each other.
  package static func lock(
    _ batch: Batch, in tx: borrowing Transaction
  ) async throws -> (head: LogHead, leases: [(lease: Lease, account: LeaseAccount)]) {
    ScopeStore.prepareToLock(in: tx)
    let head = try await LogStore.lock(StreamID(batch.grant), in: tx)
    let ids = Parameter.textArray(batch.leases.map(\.text))
    let answers = try await tx.query([Lookup(lockScopes, [ids]), Lookup(lockLeases, [ids])])
    return (
      head,
      try answers[1].map { row in
        (try LeaseStore.view(row).lease, try LeaseStore.account(row, from: 29))
      }
    )
  }

  /// Queues the ends and the final accounts, behind the head of the grant's stream.
  package static func record(
    _ settled: [Lease.SettledLease], behind head: LogHead, at now: Timestamp,
    in tx: borrowing Transaction
  ) throws {
    let ids = Parameter.textArray(settled.map(\.lease.id.text))
    tx.write(
      updateSettled, [ids, .int64Array(settled.map(\.account.used)), .instant(now)])
    tx.write(
      moveDays,
      [
        ids, .int64Array(settled.map { $0.account.used - $0.before.used }),
        .int64Array(settled.map { -$0.before.reserved }),
      ])
    tx.write(addTotals, [ids, .int64Array(settled.map { $0.account.bound - $0.before.bound })])
    try LogStore.append(settled.compactMap(\.entry), behind: head, in: tx)
  }

  static let selectDue = Statement(
    """
    SELECT grant_id, id FROM leases
    WHERE settled_at IS NULL AND frees_at <= $1 AND (ended_at IS NOT NULL OR expires_at <= $2)
    ORDER BY grant_id, id LIMIT $3
    """)

  static let lockScopes = Statement(
    """
    SELECT c.id FROM scopes c
    WHERE c.id IN (SELECT scope FROM lease_charges WHERE lease = ANY ($1))
    ORDER BY c.id FOR UPDATE OF c
    """)

  static let lockLeases = Statement(
    """
    SELECT l.id, l.grant_id, l.budget, l.pool, l.worker, l.enforcement_point, l.credential,
      l.hosts, l.build_digest, l.started_at, l.term, l.urps, l.burst, l.concurrency, l.quota,
      l.day, l.wants_urps, l.issued_at, l.expires_at, l.previous_urps, l.previous_burst,
      l.previous_concurrency, l.previous_expires_at, l.ended_at, l.ended_as, l.frees_at,
      g.name, w.name, r.proposal, l.used_requests, l.bound_requests, l.covered_until,
      l.open_quotas, l.open_until,
      CASE WHEN l.acknowledged_term = l.term THEN l.acknowledged_at END
    FROM leases l
    JOIN workers w ON w.id = l.worker
    JOIN grants r ON r.id = l.grant_id
    LEFT JOIN gateways g ON g.id = l.enforcement_point
    WHERE l.id = ANY ($1) AND l.settled_at IS NULL
    ORDER BY l.id FOR UPDATE OF l SKIP LOCKED
    """)

  static let updateSettled = Statement(
    """
    UPDATE leases l SET ended_at = coalesce(l.ended_at, l.expires_at),
      ended_as = coalesce(l.ended_as, 'expired'), settled_at = $3, used_requests = s.used,
      bound_requests = s.used, open_quotas = '{}', open_until = '{}'
    FROM unnest($1::text[], $2::bigint[]) AS s (id, used) WHERE l.id = s.id
    """)

  static let moveDays = Statement(
    """
    UPDATE scope_days d SET used = d.used + m.used, reserved = d.reserved + m.reserved
    FROM (
      SELECT c.scope, c.day, sum(s.used)::bigint AS used, sum(s.reserved)::bigint AS reserved
      FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS s (lease, used, reserved)
      JOIN lease_charges c ON c.lease = s.lease AND c.day IS NOT NULL
      GROUP BY c.scope, c.day) m
    WHERE d.scope = m.scope AND d.day = m.day
    """)

  static let addTotals = Statement(
    """
    UPDATE budgets b SET total_used = b.total_used + m.requests
    FROM (
      SELECT l.budget, sum(s.requests)::bigint AS requests
      FROM unnest($1::text[], $2::bigint[]) AS s (lease, requests)
      JOIN leases l ON l.id = s.lease GROUP BY l.budget) m
    WHERE b.id = m.budget AND m.requests <> 0
    """)
}
