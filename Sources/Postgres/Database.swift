package import Logging
package import Reactor
internal import Synchronization

/// The database: one pool of connections per loop. Call `shutdown` before letting it go.
package final class Database: Sendable {
  /// How long running transactions may go on after `shutdown` was called.
  private static let shutdownGraceMilliseconds = 5_000

  /// Told of the channel of every notification that a session hears; called on the loops.
  package typealias Hearer = @Sendable (_ channel: String) -> Void

  let pools: [ConnectionPool]
  private let nextPool = Atomic<Int>(0)

  /// Checks the connection string; connects only when the first transaction comes.
  ///
  /// - Parameter hear: for sessions that listen. A session listens as long as it lives: whoever
  ///   needs to hear says LISTEN again from time to time, on a database of one connection, and
  ///   reads after it what it may have missed.
  package init(
    _ configuration: DatabaseConfiguration, loops: [EventLoop], logger: Logger,
    hear: @escaping Hearer = { _ in }
  ) throws(DatabaseError) {
    precondition(!loops.isEmpty, "a database lives on at least one loop")
    let options = try ConnectionOptions(configuration)
    pools = loops.map {
      ConnectionPool(
        loop: $0, configuration: configuration, options: options, logger: logger, hear: hear)
    }
  }

  /// Runs the body in a READ COMMITTED transaction: commits when it returns, rolls back when it
  /// throws. Never run twice; `commitUnknown` when the connection breaks during COMMIT.
  package func transaction<R: Sendable>(
    lane: PoolLane = .interactive,
    _ body: (borrowing Transaction) async throws -> R
  ) async throws -> R {
    try await run(.readWrite, lane, body)
  }

  /// Runs the body in a READ ONLY transaction.
  package func read<R: Sendable>(
    lane: PoolLane = .interactive,
    _ body: (borrowing Transaction) async throws -> R
  ) async throws -> R {
    try await run(.readOnly, lane, body)
  }

  /// Starts what outlives the call that it follows: on the caller's loop, or on any.
  package func spawn(_ operation: @escaping @Sendable () async -> Void) {
    (poolOfCurrentLoop() ?? nextOfPools()).loop.spawn(operation)
  }

  /// Refuses new transactions, lets the running ones end for a while, closes all connections.
  package func shutdown() async {
    for pool in pools {
      await pool.close(graceMilliseconds: Self.shutdownGraceMilliseconds)
    }
  }

  private func run<R: Sendable>(
    _ mode: TransactionState.Mode, _ lane: PoolLane,
    _ body: (borrowing Transaction) async throws -> R
  ) async throws -> R {
    if let pool = poolOfCurrentLoop() { return try await run(mode, lane, on: pool, body) }
    let pool = nextOfPools()
    return try await withTaskExecutorPreference(pool.loop) {
      try await run(mode, lane, on: pool, body)
    }
  }

  private func run<R: Sendable>(
    _ mode: TransactionState.Mode, _ lane: PoolLane, on pool: ConnectionPool,
    _ body: (borrowing Transaction) async throws -> R
  ) async throws -> R {
    let connection = try await pool.lease(lane)
    let state = TransactionState(pool: pool, connection: connection, mode: mode)
    do {
      let result = try await body(Transaction(state: state))
      try await state.commit()
      pool.transactions.committed()
      return result
    } catch {
      state.rollBack()
      pool.transactions.failed(error)
      throw error
    }
  }

  private func nextOfPools() -> ConnectionPool {
    let turn = nextPool.wrappingAdd(1, ordering: .relaxed).oldValue
    return pools[Int(UInt(bitPattern: turn) % UInt(pools.count))]
  }

  private func poolOfCurrentLoop() -> ConnectionPool? {
    guard let loop = EventLoop.current else { return nil }
    if loop.index < pools.count, pools[loop.index].loop === loop { return pools[loop.index] }
    return pools.first { $0.loop === loop }
  }
}
