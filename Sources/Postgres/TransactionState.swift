internal import Reactor

/// One transaction on its connection: what is queued, what was sent, what went wrong.
///
/// `@unchecked Sendable`: its variables are touched only by the task that runs the transaction,
/// one step after the other. A `borrowing Transaction` cannot be captured by another task, and
/// the loop sees only copies of what is sent.
final class TransactionState: @unchecked Sendable {
  /// The most writes that may wait for the next query.
  static let writesMax = 1_000

  /// What the transaction may do.
  enum Mode { case readWrite, readOnly }

  private let pool: ConnectionPool
  private let connection: Connection
  private let mode: Mode
  private var queued: [Request] = []
  /// To be sent behind the next statement.
  private var foreseen: [Lookup] = []
  /// What the foreseen statements were answered; only the very next statement may take it.
  private var known: (statements: [Lookup], answers: ArraySlice<Rows>)?
  /// What `writeOnce` has queued; a few statements at most.
  private var doneOnce: [Statement] = []
  private var hasBegun = false
  private var isOver = false
  private var failure: DatabaseError?

  init(pool: ConnectionPool, connection: Connection, mode: Mode) {
    self.pool = pool
    self.connection = connection
    self.mode = mode
  }

  /// Sends what is queued and the statement; gives its rows.
  func query(
    _ statement: Statement, _ parameters: [Parameter]
  ) async throws(DatabaseError) -> Rows {
    try await query([Lookup(statement, parameters)])[0]
  }

  /// Sends what is queued and the statements together; gives the rows of each.
  func query(_ statements: [Lookup]) async throws(DatabaseError) -> [Rows] {
    try checkAlive()
    let known = self.known
    self.known = nil
    if let known, known.statements == statements { return Array(known.answers) }
    let ahead = foreseen
    foreseen = []
    for statement in statements { enqueue(Request(statement)) }
    for statement in ahead { enqueue(Request(statement)) }
    let answers = try await send().answers
    if !ahead.isEmpty { self.known = (ahead, answers.dropFirst(statements.count)) }
    return Array(answers.prefix(statements.count))
  }

  /// Sends these statements behind the next one, because they are asked after it.
  func foresee(_ statements: [Lookup]) {
    foreseen = statements
  }

  /// Sends what is queued and lets the server parse the statement without running it.
  func check(_ statement: Statement) async throws(DatabaseError) {
    try checkAlive()
    known = nil
    enqueue(Request(statement: statement, purpose: .check))
    _ = try await send()
  }

  /// Queues a statement whose rows nobody wants.
  func write(_ statement: Statement, _ parameters: [Parameter]) {
    known = nil
    guard queued.count < Self.writesMax else {
      failure = failure ?? .invalidParameter("more than \(Self.writesMax) writes are queued")
      return
    }
    enqueue(Request(statement: statement, parameters: parameters))
  }

  func writeOnce(_ statement: Statement, _ parameters: [Parameter]) {
    guard !doneOnce.contains(where: { $0.identity == statement.identity }) else { return }
    doneOnce.append(statement)
    write(statement, parameters)
  }

  /// Ends the transaction with what is queued; throws when it did not happen.
  func commit() async throws(DatabaseError) {
    if !hasBegun, queued.isEmpty, failure == nil { return release() }
    try checkAlive()
    if mode == .readOnly {
      if !queued.isEmpty {
        let reply = await exchange(takeQueued())
        if let failure = reply.failure { throw fail(failure, reply) }
      }
      // Nothing depends on how it ends, so nobody waits for it.
      return conclude(with: .commit)
    }
    enqueue(Request(statement: .commit, purpose: .commit))
    let batch = takeQueued()
    let reply = await withUnsafeContinuation { continuation in
      // Nearly always on the loop, where no closure has to be made.
      guard connection.loop.isCurrent else {
        return connection.perform { $0.commit(batch, reply: continuation) }
      }
      connection.commit(batch, reply: continuation)
    }
    if let failure = reply.failure { throw fail(failure, reply) }
    release()
  }

  /// Undoes everything without waiting for it. Idempotent.
  func rollBack() {
    if isOver { return }
    hasBegun ? conclude(with: .rollback) : release()
  }

  private func send() async throws(DatabaseError) -> Reply {
    let reply = await exchange(takeQueued())
    if let failure = reply.failure { throw fail(failure, reply) }
    return reply
  }

  private func checkAlive() throws(DatabaseError) {
    if failure == nil, Task.isCancelled { failure = .cancelled }
    if let failure { throw failure }
  }

  private func enqueue(_ request: Request) {
    if queued.isEmpty, !hasBegun {
      queued.reserveCapacity(4)
      queued.append(Request(statement: mode == .readOnly ? .beginReadOnly : .begin))
    }
    queued.append(request)
  }

  private func takeQueued() -> [Request] {
    hasBegun = true
    let batch = queued
    queued = []
    return batch
  }

  private func exchange(_ batch: [Request]) async -> Reply {
    let connection = connection
    return await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        guard connection.loop.isCurrent else {
          return connection.perform { $0.run(batch, of: self, reply: continuation) }
        }
        connection.run(batch, of: self, reply: continuation)
      }
    } onCancel: {
      // Also when it comes late: the task is cancelled, so no later statement may go on either.
      connection.loop.submit { connection.abandon(self) }
    }
  }

  private func fail(_ error: DatabaseError, _ reply: Reply) -> DatabaseError {
    isOver = isOver || reply.isDetached
    // In a transaction that may write, it is the server that cannot: a standby, or an operator.
    let isServerReadOnly = mode == .readWrite && error.state == .readOnlyTransaction
    let failure = isServerReadOnly ? .unavailable("the server takes no writes") : error
    self.failure = failure
    return failure
  }

  private func conclude(with statement: Statement) {
    isOver = true
    guard connection.loop.isCurrent else {
      return connection.perform { $0.conclude(with: statement) }
    }
    connection.conclude(with: statement)
  }

  private func release() {
    isOver = true
    let pool = pool
    guard connection.loop.isCurrent else {
      return connection.perform { pool.release($0) }
    }
    pool.release(connection)
  }
}
