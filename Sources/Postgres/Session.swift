internal import CPostgres

/// One libpq connection in pipeline mode: sends batches and reads their answers, never waits.
///
/// A batch is a list of requests and one sync. The server answers each request with a result and
/// a NULL, skips everything after the first error, and answers the sync last. Confined to its
/// connection, which owns and closes the handle.
final class Session {
  /// What the next results from the server belong to.
  private enum Expected {
    /// A position in `preparations`: cases without references keep the list cheap.
    case preparation(Int)
    case execution(Request.Purpose)
    case sync
  }

  /// What reading has brought about.
  enum Progress {
    /// The server has more to say about the batch, or there is none.
    case waiting
    /// The batch is complete.
    case completed(Reply)
    /// The connection is of no use any more.
    case broken
  }

  let handle: OpaquePointer
  private var prepared = PreparedStatements()
  private var preparations: [(statement: Statement, name: String)] = []
  private var expected: [Expected] = []
  private var nextExpected = 0
  private var reply = Reply()
  private var hasSentCommit = false
  private var isCommitAnswered = false
  /// The session works, but must not be used for another transaction.
  private(set) var isSpoiled = false

  /// Takes a connected handle, which the caller goes on to own.
  init?(connected handle: OpaquePointer) {
    guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else { return nil }
    self.handle = handle
  }

  /// Queues a batch with its sync; false when the connection is of no use any more.
  func send(_ requests: [Request], with buffer: inout ParameterBuffer) -> Bool {
    precondition(nextExpected == expected.count, "one batch at a time")
    expected.removeAll(keepingCapacity: true)
    if !preparations.isEmpty { preparations = [] }
    nextExpected = 0
    reply = Reply()
    hasSentCommit = false
    isCommitAnswered = false
    for request in requests {
      do throws(DatabaseError) {
        try buffer.encode(request.parameters)
      } catch {
        // What went before is undone by the rollback that every failure leads to.
        reply.failure = error
        break
      }
      guard send(request, with: buffer) else { return false }
    }
    expected.append(.sync)
    return PQpipelineSync(handle) == 1
  }

  /// Reads all answers that have arrived, after `PQconsumeInput`.
  func read() -> Progress {
    while nextExpected < expected.count, PQisBusy(handle) == 0 {
      guard let result = PQgetResult(handle) else {
        if PQstatus(handle) == CONNECTION_BAD { return .broken }
        // The end of one request's results.
        nextExpected += 1
        continue
      }
      if take(result) { return .completed(reply) }
      if PQstatus(handle) == CONNECTION_BAD { return .broken }
    }
    return .waiting
  }

  /// The channel of a notification that has arrived, after `PQconsumeInput`; each once.
  func takeNotification() -> String? {
    guard let notification = PQnotifies(handle) else { return nil }
    defer { PQfreemem(notification) }
    return String(cString: notification.pointee.relname)
  }

  /// What the batch in flight came to, now that the connection has broken.
  func lastWords() -> Reply {
    if isCommitAnswered || reply.failure != nil { return reply }
    return Reply(failure: hasSentCommit ? .commitUnknown : .connectionLost)
  }

  /// What stops the statement in flight. The session is not used again, because the request may
  /// arrive late and would then hit the next statement.
  func cancelRequest() -> CancelRequest? {
    isSpoiled = true
    return CancelRequest(handle)
  }

  private func send(_ request: Request, with buffer: ParameterBuffer) -> Bool {
    if request.purpose == .check {
      expected.append(.execution(.check))
      return prepare(request.statement, .init(name: "", types: []))
    }
    let name: String
    switch prepared.use(request.statement, request.parameters) {
    case .ready(let known):
      name = known
    case .prepare(let variant):
      name = variant.name
      guard prepare(request.statement, variant) else { return false }
      expected.append(.preparation(preparations.count))
      preparations.append((request.statement, name))
    }
    let isSent = buffer.withPointers { values, lengths, formats in
      PQsendQueryPrepared(
        handle, name, Int32(request.parameters.count), values, lengths, formats, 1)
    }
    guard isSent == 1 else { return false }
    if request.purpose == .commit { hasSentCommit = true }
    expected.append(.execution(request.purpose))
    return true
  }

  private func prepare(_ statement: Statement, _ variant: PreparedStatements.Variant) -> Bool {
    let count = statement.sql.utf8CodeUnitCount + 1
    return statement.sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: count) { text in
      PQsendPrepare(handle, variant.name, text, Int32(variant.types.count), variant.types) == 1
    }
  }

  /// Takes one result; true when it was the answer to the sync.
  private func take(_ result: OpaquePointer) -> Bool {
    let status = PQresultStatus(result)
    let isSync: Bool
    switch expected[nextExpected] {
    case .sync:
      isSync = status == PGRES_PIPELINE_SYNC
      nextExpected += isSync ? 1 : 0
    case .preparation(let position):
      isSync = false
      if status != PGRES_COMMAND_OK {
        let (statement, name) = preparations[position]
        prepared.forget(statement, name: name)
        note(failed: result, .effect)
      }
    case .execution(let purpose):
      isSync = false
      if status == PGRES_TUPLES_OK, purpose == .answer {
        let memory = ResultMemory(result)
        reply.answers.append(Rows(memory: memory, affected: memory.rowsTouched))
        return false
      }
      if status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK {
        note(done: result, purpose)
      } else {
        note(failed: result, purpose)
      }
    }
    PQclear(result)
    return isSync
  }

  private func note(done result: OpaquePointer, _ purpose: Request.Purpose) {
    switch purpose {
    case .effect, .check: break
    case .answer:
      reply.answers.append(Rows(memory: nil, affected: ResultMemory.rowsTouched(by: result)))
    case .commit:
      isCommitAnswered = true
      // COMMIT of a failed transaction succeeds by rolling back, and says so in its tag.
      if String(cString: PQcmdStatus(result)) != "COMMIT", reply.failure == nil {
        reply.failure = .server(
          .failedTransaction, message: "the transaction was rolled back", constraint: nil)
      }
    }
  }

  private func note(failed result: OpaquePointer, _ purpose: Request.Purpose) {
    guard reply.failure == nil, PQresultStatus(result) != PGRES_PIPELINE_ABORTED else { return }
    guard let report = ServerReport(result) else { return }
    if report.state.spoilsSession { isSpoiled = true }
    if report.isFatal {
      isSpoiled = true
      // The server may have ended the session before or after it committed.
      if purpose == .commit { return reply.failure = .commitUnknown }
    }
    reply.failure = report.error
  }
}
