internal import CPostgres
internal import Logging
internal import Reactor

/// What a connection tells its pool; always on the loop.
protocol ConnectionOwner: AnyObject {
  /// The connection can take its first transaction.
  func connected(_ connection: Connection)
  /// The connection is closed; the reason is one line, safe to log.
  func disconnected(_ connection: Connection, reason: String)
  /// A transaction ended by itself in the background; the connection is free.
  func concluded(_ connection: Connection)
  /// A batch went out: from now on the connection must not fall silent for ever.
  func watchOver(_ connection: Connection)
  /// The server told of something on a channel that the session listens to.
  func notified(on channel: String)
}

/// Drives one libpq connection on a loop: connects, moves bytes, answers whoever waits.
///
/// `@unchecked Sendable`: everything is touched only on the loop's thread. Transactions reach it
/// through `perform`, the resolver through `submit`.
final class Connection: ReadinessHandler, @unchecked Sendable {
  private enum State {
    case new
    case resolving
    case connecting(OpaquePointer)
    case open(Session)
    case closed
  }

  /// Who gets the reply to the batch in flight.
  private enum Receiver {
    case nobody
    case statement(UnsafeContinuation<Reply, Never>, of: TransactionState)
    case commit(UnsafeContinuation<Reply, Never>)
    /// The transaction gave up on its statement: roll back when the server has answered.
    case abandoned
    /// The pool: the transaction is over once the server has answered.
    case pool
  }

  /// How long an abandoned statement may go on before the server is asked to cancel it.
  private static let abandonedMilliseconds = 250

  private static let inbound = Readiness.readable.union(.peerClosed).union(.failed)

  let loop: EventLoop
  let slot: Int
  private let owner: any ConnectionOwner
  private var state = State.new
  private var receiver = Receiver.nobody
  private var watch: Watch?
  private var isFlushing = false
  private var connectTimer: LoopTimer?
  private var abandonTimer: LoopTimer?
  private var buffer = ParameterBuffer()
  /// When the server last said something about the batch in flight.
  private(set) var lastProgress: MonotonicInstant

  init(loop: EventLoop, slot: Int, owner: any ConnectionOwner) {
    self.loop = loop
    self.slot = slot
    self.owner = owner
    lastProgress = loop.now
  }

  /// Whether another transaction may use the connection.
  var isUsable: Bool {
    guard case .open(let session) = state else { return false }
    return !session.isSpoiled
  }

  /// Whether the server owes an answer.
  var isWaiting: Bool {
    if case .nobody = receiver { return false }
    return true
  }

  /// Runs the body on the loop, for a caller who is not there.
  func perform(_ body: @escaping @Sendable (Connection) -> Void) {
    loop.submit { body(self) }
  }

  // MARK: Connecting

  /// Starts to connect; the owner hears how it ends, and not before this returns.
  func connect(_ options: ConnectionOptions, milliseconds: Int) {
    connectTimer = loop.setTimer(at: loop.now.advanced(byMilliseconds: milliseconds)) {
      self.close(reason: "no answer within \(milliseconds) ms")
    }
    guard options.endpoints.contains(where: \.needsResolution) else {
      loop.submit { self.start(options, at: options.endpoints) }
      state = .resolving
      return
    }
    state = .resolving
    HostResolver.resolve(options.endpoints) { answer in
      self.loop.submit {
        switch answer {
        case .success(let endpoints): self.start(options, at: endpoints)
        case .failure(let error): self.close(reason: error.description)
        }
      }
    }
  }

  private func start(_ options: ConnectionOptions, at endpoints: [ConnectionOptions.Endpoint]) {
    guard case .resolving = state else { return }
    let handle = options.withKeywords(endpoints: endpoints) { names, values in
      PQconnectStartParams(names, values, 0)
    }
    guard let handle else { return close(reason: "out of memory") }
    state = .connecting(handle)
    guard PQstatus(handle) != CONNECTION_BAD else { return close(reason: Self.reason(handle)) }
    // libpq prints notices to the standard error stream unless somebody takes them.
    PQsetNoticeReceiver(handle, { _, _ in }, nil)
    watchSocket(of: handle, for: .write)
  }

  private func continueConnecting(_ handle: OpaquePointer) {
    // Each step may close the socket and open another, even under the same number.
    endWatch()
    switch PQconnectPoll(handle) {
    case PGRES_POLLING_READING: watchSocket(of: handle, for: .read)
    case PGRES_POLLING_WRITING: watchSocket(of: handle, for: .write)
    case PGRES_POLLING_OK: finishConnecting(handle)
    default: close(reason: Self.reason(handle))
    }
  }

  private func finishConnecting(_ handle: OpaquePointer) {
    if let connectTimer { loop.cancel(connectTimer) }
    connectTimer = nil
    guard let session = Session(connected: handle) else {
      return close(reason: Self.reason(handle))
    }
    state = .open(session)
    watchSocket(of: handle, for: .read)
    if case .open = state { owner.connected(self) }
  }

  // MARK: Batches

  /// Sends the statements of a transaction and answers with what came of them.
  func run(
    _ requests: [Request], of transaction: TransactionState,
    reply: UnsafeContinuation<Reply, Never>
  ) {
    start(requests, for: .statement(reply, of: transaction))
  }

  /// The same for a batch that ends with COMMIT, which is never abandoned.
  func commit(_ requests: [Request], reply: UnsafeContinuation<Reply, Never>) {
    start(requests, for: .commit(reply))
  }

  /// Ends the transaction without anybody waiting; then the owner gets the connection back.
  func conclude(with statement: Statement) {
    start([Request(statement: statement)], for: .pool)
  }

  /// Answers the waiting statement at once; its transaction is rolled back in the background.
  func abandon(_ transaction: TransactionState) {
    guard case .statement(let continuation, of: let owner) = receiver, owner === transaction
    else { return }
    receiver = .abandoned
    let limit = loop.now.advanced(byMilliseconds: Self.abandonedMilliseconds)
    abandonTimer = loop.setTimer(at: limit) { self.cancelOnServer() }
    continuation.resume(returning: Reply(failure: .cancelled, isDetached: true))
  }

  private func start(_ requests: [Request], for receiver: Receiver) {
    guard case .open(let session) = state else {
      return answer(receiver, Reply(failure: .connectionLost))
    }
    precondition(!isWaiting, "one batch at a time")
    self.receiver = receiver
    lastProgress = loop.now
    guard session.send(requests, with: &buffer) else {
      return close(reason: Self.reason(session.handle))
    }
    owner.watchOver(self)
    flush(session.handle)
  }

  private func answer(_ receiver: Receiver, _ reply: Reply) {
    switch receiver {
    case .nobody, .abandoned, .pool: break
    case .statement(let continuation, of: _), .commit(let continuation):
      continuation.resume(returning: reply)
    }
  }

  // MARK: Bytes

  func ready(_ events: Readiness) {
    switch state {
    case .connecting(let handle):
      continueConnecting(handle)
    case .open(let session):
      if isFlushing { flush(session.handle) }
      if events.intersects(Self.inbound) { receive(session) }
    case .new, .resolving, .closed:
      break
    }
  }

  private func flush(_ handle: OpaquePointer) {
    guard case .open = state, let watch else { return }
    let outcome = PQflush(handle)
    guard outcome >= 0 else { return close(reason: Self.reason(handle)) }
    let mustWait = outcome == 1
    guard mustWait != isFlushing else { return }
    isFlushing = mustWait
    do {
      try loop.change(watch, to: mustWait ? [.read, .write] : .read)
    } catch {
      close(reason: "\(error)")
    }
  }

  private func receive(_ session: Session) {
    guard case .open = state else { return }
    lastProgress = loop.now
    let isAlive = PQconsumeInput(session.handle) == 1
    // Also after the end: the last words of the server have been read and tell why.
    switch session.read() {
    case .waiting: break
    case .completed(let reply): complete(reply)
    case .broken: return close(reason: Self.reason(session.handle))
    }
    while case .open = state, let channel = session.takeNotification() {
      owner.notified(on: channel)
    }
    if !isAlive, case .open = state { close(reason: Self.reason(session.handle)) }
  }

  private func complete(_ reply: Reply) {
    let receiver = self.receiver
    self.receiver = .nobody
    switch receiver {
    case .nobody: break
    case .statement, .commit: answer(receiver, reply)
    case .abandoned:
      stopAbandonTimer()
      isUsable ? conclude(with: .rollback) : close(reason: "a statement was cancelled")
    case .pool: reply.failure == nil ? owner.concluded(self) : close(reason: "cannot roll back")
    }
  }

  /// Asks the server to stop working on a statement that nobody waits for any more.
  private func cancelOnServer() {
    guard case .open(let session) = state, let request = session.cancelRequest() else { return }
    request.send()
  }

  private func stopAbandonTimer() {
    if let abandonTimer { loop.cancel(abandonTimer) }
    abandonTimer = nil
  }

  // MARK: Closing

  /// Closes at once: whoever waits is answered, and the owner is told. Idempotent.
  func close(reason: String) {
    let before = state
    if case .closed = before { return }
    state = .closed
    endWatch()
    if let connectTimer { loop.cancel(connectTimer) }
    connectTimer = nil
    stopAbandonTimer()
    var lastWords = Reply(failure: .connectionLost)
    switch before {
    case .new, .resolving, .closed: break
    case .connecting(let handle): PQfinish(handle)
    case .open(let session):
      lastWords = session.lastWords()
      PQfinish(session.handle)
    }
    let receiver = self.receiver
    self.receiver = .nobody
    answer(receiver, lastWords)
    owner.disconnected(self, reason: reason)
  }

  private func watchSocket(of handle: OpaquePointer, for interest: Interest) {
    do {
      watch = try loop.watch(PQsocket(handle), for: interest, trigger: .level, handler: self)
    } catch {
      close(reason: "\(error)")
    }
  }

  private func endWatch() {
    if let watch { loop.unwatch(watch) }
    watch = nil
  }

  /// What libpq has to say, in one line; it never contains the password.
  static func reason(_ handle: OpaquePointer) -> String {
    let lines = String(cString: PQerrorMessage(handle)).split(whereSeparator: \.isNewline)
    return lines.isEmpty
      ? "connection lost" : lines.map { $0.trimmed }.joined(separator: "; ")
  }
}

extension Substring {
  /// Without the white space that libpq indents its hints with.
  fileprivate var trimmed: Substring {
    drop { $0 == " " || $0 == "\t" }
  }
}
