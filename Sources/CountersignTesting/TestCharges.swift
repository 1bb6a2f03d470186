package import Domain
import Postgres
package import Workflow

/// What leases were charged to, as the rows have it.
private enum TestCharges {
  static let ofLease = Statement("SELECT scope FROM lease_charges WHERE lease = $1 ORDER BY scope")

  static let reserved = Statement(
    "SELECT coalesce(sum(used + reserved), 0)::bigint FROM scope_days WHERE scope = $1")
}

extension Service {
  /// The scopes that count a lease, in order.
  package func chargedScopes(of lease: LeaseID) async throws -> [String] {
    try await database.read { (tx: borrowing Transaction) async throws -> [String] in
      try await tx.query(TestCharges.ofLease, [.text(lease.text)]).map { try $0.text(0) }
    }
  }

  /// Requests used and reserved in a scope, of all days.
  package func requestsSpent(in scope: String) async throws -> Int64 {
    try await database.read { (tx: borrowing Transaction) async throws -> Int64 in
      try await tx.one(TestCharges.reserved, [.text(scope)]).int64(0)
    }
  }
}
