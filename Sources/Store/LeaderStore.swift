package import Postgres

/// Who leads: the session that holds one advisory lock.
package enum LeaderStore {
  /// Whether this session holds the lock; it takes it when it is free. A session that ends,
  /// however it ends, gives it back.
  package static func hold(in tx: borrowing Transaction) async throws -> Bool {
    try await tx.one(hold).bool(0)
  }

  /// The numbers are a name of our own: `COSG`, 1.
  static let hold = Statement(
    """
    SELECT CASE WHEN EXISTS (
      SELECT FROM pg_locks
      WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND classid = 1129272135
        AND objid = 1 AND objsubid = 2 AND granted
    ) THEN true ELSE pg_try_advisory_lock(1129272135, 1) END
    """)
}
