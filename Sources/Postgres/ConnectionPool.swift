internal import Logging
internal import Metrics
internal import Reactor

/// The connections of one loop: performs what its `PoolMachine` decides.
///
/// `@unchecked Sendable`: everything is touched only on the loop's thread; `loop` and the options
/// never change.
final class ConnectionPool: ConnectionOwner, @unchecked Sendable {
  /// How long after `statement_timeout` a silent server counts as gone.
  private static let graceMilliseconds = 5_000
  /// How often waiting connections are looked at.
  private static let sweepMilliseconds = 1_000

  let loop: EventLoop
  private let configuration: DatabaseConfiguration
  private let options: ConnectionOptions
  private let logger: Logger
  private let hear: Database.Hearer
  private var machine: PoolMachine
  private var connections: [Connection?]
  private var waiters: [PoolMachine.Waiter: Waiting] = [:]
  private var meter = PoolMeter()
  let transactions = TransactionCounts()
  private var wakeTimer: (timer: LoopTimer, at: MonotonicInstant)?
  private var sweepTimer: LoopTimer?
  private var lastFailure = "not connected"
  private var isReportedDown = false
  private var closing: [UnsafeContinuation<Void, Never>] = []

  /// The outcome of waiting for a connection.
  typealias Lease = Result<Connection, DatabaseError>

  private struct Waiting {
    let continuation: UnsafeContinuation<Lease, Never>
    let lane: PoolLane
    let since: MonotonicInstant
  }

  var connectionsMax: Int { configuration.connectionsPerLoopMax }

  init(
    loop: EventLoop, configuration: DatabaseConfiguration, options: ConnectionOptions,
    logger: Logger, hear: @escaping Database.Hearer
  ) {
    self.hear = hear
    self.loop = loop
    self.configuration = configuration
    self.options = options
    self.logger = logger
    machine = PoolMachine(
      limits: .init(
        connectionsMax: configuration.connectionsPerLoopMax,
        waitersPerConnectionMax: configuration.waitersPerConnectionMax,
        waitMilliseconds: configuration.poolWaitMilliseconds,
        idleMilliseconds: configuration.idleMilliseconds))
    connections = Array(repeating: nil, count: configuration.connectionsPerLoopMax)
  }

  // MARK: Transactions

  /// A connection for one transaction. On the loop; suspends only when none is free.
  func lease(_ lane: PoolLane) async throws(DatabaseError) -> Connection {
    switch machine.acquire(lane, now: loop.now) {
    case .leased(let slot):
      meter.waits[lane.rawValue].observe(microseconds: 0)
      return connection(at: slot)
    case .refused(let refusal):
      let error = error(for: refusal)
      meter.refused(lane, error)
      throw error
    case .waiting(let waiter, let slot):
      if let slot { connect(slot) }
      return try await wait(as: waiter, lane).get()
    }
  }

  /// Takes a connection back; a spoiled one is closed.
  func release(_ connection: Connection) {
    guard connections[connection.slot] === connection else { return }
    guard connection.isUsable else {
      return connection.close(reason: "the session is spoiled")
    }
    place(connection, machine.released(connection.slot, now: loop.now))
  }

  private func wait(as waiter: PoolMachine.Waiter, _ lane: PoolLane) async -> Lease {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        waiters[waiter] = Waiting(continuation: continuation, lane: lane, since: loop.now)
        armWake()
      }
    } onCancel: {
      // May run on any thread, even before the wait began: then this comes after it.
      loop.submit {
        guard self.machine.withdraw(waiter) else { return }
        self.answer(waiter, .failure(.cancelled))
      }
    }
  }

  private func answer(_ waiter: PoolMachine.Waiter, _ lease: Lease) {
    guard let waiting = waiters.removeValue(forKey: waiter) else {
      preconditionFailure("every waiter waits until it is answered")
    }
    switch lease {
    case .success:
      let microseconds = loop.now.microseconds(since: waiting.since)
      meter.waits[waiting.lane.rawValue].observe(microseconds: microseconds)
    case .failure(let error): meter.refused(waiting.lane, error)
    }
    waiting.continuation.resume(returning: lease)
  }

  private func place(_ connection: Connection, _ placement: PoolMachine.Placement) {
    switch placement {
    case .parked: armWake()
    case .handed(let waiter): answer(waiter, .success(connection))
    case .close: connection.close(reason: "closed")
    }
  }

  private func connection(at slot: Int) -> Connection {
    guard let connection = connections[slot] else {
      preconditionFailure("a leased slot holds a connection")
    }
    return connection
  }

  private func error(for refusal: PoolMachine.Refusal) -> DatabaseError {
    switch refusal {
    case .tooManyWaiters: .poolExhausted
    case .timedOut: .poolTimeout
    case .disconnected: .unavailable(lastFailure)
    case .closed: .closed
    }
  }

  /// What the pool is doing and has counted. From any thread.
  func reading() async -> PoolReading {
    await withUnsafeContinuation { continuation in
      loop.submit {
        let (connections, waiting) = self.machine.counts
        continuation.resume(
          returning: PoolReading(meter: self.meter, connections: connections, waiting: waiting))
      }
    }
  }

  // MARK: Connections

  func connected(_ connection: Connection) {
    if isReportedDown { logger.notice("database connected again") }
    isReportedDown = false
    place(connection, machine.connected(connection.slot, now: loop.now))
  }

  func disconnected(_ connection: Connection, reason: String) {
    let slot = connection.slot
    guard connections[slot] === connection else { return }
    connections[slot] = nil
    if closing.isEmpty, !machine.isClosing(slot) { report(reason) }
    perform(
      machine.disconnected(slot, now: loop.now, jitter: .random(in: 0...1)))
    finishClosing()
  }

  private func report(_ reason: String) {
    lastFailure = reason
    guard !isReportedDown else { return }
    isReportedDown = true
    logger.warning("database connection closed", metadata: ["reason": "\(reason)"])
  }

  func concluded(_ connection: Connection) {
    release(connection)
  }

  func watchOver(_ connection: Connection) {
    setSweepTimer()
  }

  func notified(on channel: String) {
    hear(channel)
  }

  private func connect(_ slot: Int) {
    let connection = Connection(loop: loop, slot: slot, owner: self)
    connections[slot] = connection
    connection.connect(options, milliseconds: configuration.connectMilliseconds)
  }

  private func perform(_ actions: [PoolMachine.Action]) {
    for action in actions {
      switch action {
      case .connect(let slot): connect(slot)
      case .close(let slot): connections[slot]?.close(reason: "closed")
      case .hand(let slot, let waiter): answer(waiter, .success(connection(at: slot)))
      case .refuse(let waiter, let refusal): answer(waiter, .failure(error(for: refusal)))
      }
    }
    armWake()
  }

  // MARK: Time

  private func armWake() {
    guard let at = machine.wakeAt else { return }
    if let wakeTimer {
      if wakeTimer.at <= at { return }
      loop.cancel(wakeTimer.timer)
    }
    let timer = loop.setTimer(at: at) {
      self.wakeTimer = nil
      self.perform(self.machine.wake(now: self.loop.now))
    }
    wakeTimer = (timer, at)
  }

  private func setSweepTimer() {
    guard sweepTimer == nil else { return }
    let next = loop.now.advanced(byMilliseconds: Self.sweepMilliseconds)
    sweepTimer = loop.setTimer(at: next) { self.sweep() }
  }

  /// Closes connections whose server has said nothing for longer than any statement may take:
  /// a cut network tells nobody.
  private func sweep() {
    sweepTimer = nil
    guard configuration.statementMilliseconds > 0 else { return }
    let limit = -(configuration.statementMilliseconds + Self.graceMilliseconds)
    let oldest = loop.now.advanced(byMilliseconds: limit)
    for connection in connections {
      guard let connection, connection.isWaiting else { continue }
      if connection.lastProgress < oldest {
        connection.close(reason: "the server does not answer")
      }
    }
    if connections.contains(where: { $0?.isWaiting == true }) { setSweepTimer() }
  }

  // MARK: Closing

  /// Refuses new transactions, lets the running ones end until the deadline, closes everything.
  func close(graceMilliseconds: Int) async {
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      loop.submit {
        self.closing.append(continuation)
        self.perform(self.machine.close())
        self.finishClosing()
        if self.closing.isEmpty { return }
        _ = self.loop.setTimer(
          at: self.loop.now.advanced(byMilliseconds: graceMilliseconds)
        ) {
          for connection in self.connections { connection?.close(reason: "closed") }
        }
      }
    }
  }

  private func finishClosing() {
    guard !closing.isEmpty, machine.isEmpty else { return }
    let waiting = closing
    closing = []
    for continuation in waiting { continuation.resume() }
  }
}
