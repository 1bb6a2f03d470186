package import Domain
package import Postgres

/// Workers: names within a pool, known from the first lease they ask for.
package enum WorkerStore {
  /// The worker of that name, made when the pool has none.
  package static func ensure(
    named name: String, of pool: PoolID, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> WorkerID {
    if let row = try await tx.oneOrNil(selectNamed, [.id(pool), .text(name)]) {
      return try row.identifier(0, of: WorkerKind.self)
    }
    tx.write(
      insert, [.id(WorkerID.make(at: now)), .id(pool), .text(name), .instant(now)])
    let row = try await tx.one(selectNamed, [.id(pool), .text(name)])
    return try row.identifier(0, of: WorkerKind.self)
  }

  static let selectNamed = Statement("SELECT id FROM workers WHERE pool = $1 AND name = $2")

  static let insert = Statement(
    """
    INSERT INTO workers (id, pool, name, created_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (pool, name) DO NOTHING
    """)
}
