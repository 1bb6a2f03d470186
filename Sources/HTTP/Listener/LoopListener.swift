import Glibc
import Reactor
import Synchronization

/// A listening socket, shared by the loops; closed when the last of them lets it go.
final class ListeningSocket: Sendable {
  private let descriptor: Descriptor
  let address: SocketAddress

  init(on address: SocketAddress, backlog: Int) throws(SystemError) {
    descriptor = try Socket.listen(on: address, backlog: backlog)
    self.address = try Socket.localAddress(of: descriptor.rawValue)
  }

  var number: Int32 { descriptor.rawValue }
}

/// Counts the connections of one loop, for all.
final class ConnectionCount: Sendable {
  let value = Atomic<Int>(0)
}

/// One loop's share of a server: accepts connections and owns them and what they share.
final class LoopListener {
  let loop: EventLoop
  let router: Router
  let limits: HTTPLimits
  let accessLog: AccessLog?
  /// Where every connection of the loop receives; parsed before anything else is received.
  let readBuffer: UnsafeMutableRawBufferPointer

  var meter: TrafficMeter
  private let siblings: Siblings
  private let count: ConnectionCount
  private var acceptors: [Acceptor] = []
  private var connections: [ObjectIdentifier: Connection] = [:]
  private var idleRanking = IdleRanking()
  private var bufferedBytes = 0
  /// By lane.
  private(set) var runningHandlers = RequestLane.allCases.map { _ in 0 }
  private var headBuffer: [UInt8] = []
  private var date = HTTPDate()
  private var dateReadAt: MonotonicInstant?
  private var requestIDs = RequestIDs()
  private var isDraining = false
  private var drained: (() -> Void)?
  private var drainTimer: LoopTimer?

  init(
    loop: EventLoop, router: Router, limits: HTTPLimits, siblings: Siblings, count: ConnectionCount,
    accessLog: AccessLog.Sink?
  ) {
    self.loop = loop
    self.router = router
    self.limits = limits
    self.siblings = siblings
    self.count = count
    self.accessLog = accessLog.map { AccessLog(loop: loop, sink: $0) }
    meter = TrafficMeter(routeCount: router.routes.count)
    readBuffer = .allocate(byteCount: 64 * 1024, alignment: 16)
  }

  deinit {
    readBuffer.deallocate()
  }

  func listen(on sockets: [ListeningSocket]) throws(SystemError) {
    for socket in sockets {
      let acceptor = try Acceptor(socket, owner: self)
      try acceptor.resume()
      acceptors.append(acceptor)
    }
  }

  // MARK: Connections

  var openCount: Int { connections.count }

  var isFull: Bool { connections.count >= limits.connectionsPerLoopMax }

  /// Another loop's listener that has many fewer connections.
  var lighterSibling: Siblings.Member? { siblings.lightest(below: connections.count) }

  func add(_ descriptor: consuming Descriptor, from peer: SocketAddress) throws(SystemError) {
    count.value.add(1, ordering: .relaxed)
    meter.accepted += 1
    try begin(descriptor, from: peer)
  }

  /// Hands a connection over to another loop, where it stays.
  func give(
    _ descriptor: consuming Descriptor, from peer: SocketAddress, to sibling: Siblings.Member
  ) {
    meter.accepted += 1
    sibling.count.value.add(1, ordering: .relaxed)
    let number = descriptor.release()
    sibling.listener.loop.submit {
      sibling.listener.value.take(Descriptor(owning: number), from: peer)
    }
  }

  /// Takes a connection that was handed over and is counted already.
  private func take(_ descriptor: consuming Descriptor, from peer: SocketAddress) {
    // Once everything is drained nobody waits for another connection.
    guard !isDraining || drained != nil else { return uncount() }
    do {
      let connection = try begin(descriptor, from: peer)
      if isDraining { connection.drain() }
    } catch {
      return  // The connection ended before it was taken.
    }
  }

  @discardableResult
  private func begin(
    _ descriptor: consuming Descriptor, from peer: SocketAddress
  ) throws(SystemError) -> Connection {
    do throws(SystemError) {
      try Socket.disableDelay(descriptor.rawValue)
      let connection = Connection(owning: descriptor, peer: peer.description, owner: self)
      try connection.begin()
      connections[ObjectIdentifier(connection)] = connection
      return connection
    } catch {
      uncount()
      throw error
    }
  }

  private func uncount() {
    count.value.subtract(1, ordering: .relaxed)
  }

  func remove(_ connection: Connection) {
    let removed = connections.removeValue(forKey: ObjectIdentifier(connection))
    guard removed != nil else { return }
    uncount()
    for acceptor in acceptors { acceptor.resumeWhenFull() }
    finishDrainWhenEmpty()
  }

  /// Closes the connection that has been idle longest, so that another one finds room; false
  /// when none is idle.
  func evictLongestIdle() -> Bool {
    let pause = limits.acceptPauseMilliseconds
    while let connection = idleRanking.next(
      among: connections, at: loop.now, millisecondsBetweenLooks: pause)
    {
      if connection.evict() { return true }
    }
    return false
  }

  /// Whether the connections hold more bytes than they may together.
  var isHoldingTooMuch: Bool { bufferedBytes > limits.bufferedBytesPerLoopMax }

  /// A connection holds that many bytes more, or fewer.
  func countBuffered(_ change: Int) {
    bufferedBytes += change
  }

  // MARK: Shared by the connections

  func nextRequestID() -> String { requestIDs.next() }

  func dateBytes() -> [UInt8] {
    // The calendar clock is read at most ten times a second.
    if dateReadAt.map({ loop.now.nanoseconds(since: $0) > 100_000_000 }) ?? true {
      dateReadAt = loop.now
      date.update(toSecondsSince1970: WallClock.secondsSince1970())
    }
    return date.bytes
  }

  func takeHeadBuffer() -> [UInt8] {
    let buffer = headBuffer
    headBuffer = []
    return buffer
  }

  func giveBack(_ buffer: inout [UInt8]) {
    buffer.removeAll(keepingCapacity: true)
    swap(&buffer, &headBuffer)
  }

  /// False when as many handlers are running as may, for all or for this lane.
  func beginHandler(_ lane: RequestLane) -> Bool {
    guard hasRoom(lane) else {
      meter.handlersRefused[lane.rawValue] += 1
      return false
    }
    runningHandlers[lane.rawValue] += 1
    return true
  }

  private func hasRoom(_ lane: RequestLane) -> Bool {
    let running = runningHandlers[lane.rawValue]
    let patient = runningHandlers[RequestLane.patient.rawValue]
    switch lane {
    case .patient: return running < limits.patientHandlersPerLoopMax
    case .interactive, .bulk:
      return running < limits.handlersPerLaneMax
        && runningHandlers.reduce(0, +) - patient < limits.handlersPerLoopMax
    }
  }

  func endHandler(_ lane: RequestLane) {
    runningHandlers[lane.rawValue] -= 1
  }

  // MARK: Drain

  /// Takes no more connections, lets the others finish until `deadline`, then closes them.
  func drain(until deadline: MonotonicInstant, _ finished: @escaping () -> Void) {
    precondition(drained == nil, "a listener is drained once")
    drained = finished
    isDraining = true
    for acceptor in acceptors { acceptor.stop() }
    acceptors = []
    for connection in Array(connections.values) { connection.drain() }
    drainTimer = loop.setTimer(at: deadline) { [self] in
      for connection in Array(connections.values) { connection.close() }
    }
    finishDrainWhenEmpty()
  }

  private func finishDrainWhenEmpty() {
    // `drainTimer` is set last, so nothing finishes while connections are still being told.
    guard connections.isEmpty, let drained, let drainTimer else { return }
    loop.cancel(drainTimer)
    self.drainTimer = nil
    self.drained = nil
    drained()
  }
}
