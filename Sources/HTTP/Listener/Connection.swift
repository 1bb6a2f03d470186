import Reactor

/// Drives one connection: does what its parser and its machine ask for. Lives and dies on its
/// loop's thread.
final class Connection: ReadinessHandler {
  /// The request that is being read or answered.
  struct Current {
    let head: RequestHead
    let id: String
    let resolution: Router.Resolution
    let start: MonotonicInstant
    /// Of the body that its handler holds.
    var bodyBytes = 0
    /// Where its body goes as it arrives, once its handler has begun.
    var stream: BodyStream?
    /// Whether the client that asked was told to send its body.
    var isContinued = false

    var routePosition: Int? {
      if case .route(_, _, let position) = resolution { position } else { nil }
    }
  }

  let peer: String
  let owner: LoopListener
  private var descriptor: Descriptor?
  private var watch: Watch?
  private var timer: LoopTimer?
  private var timerDeadline: MonotonicInstant?

  var machine: ConnectionMachine
  var parser: RequestParser
  var current: Current?
  var handlerTask: Task<Void, Never>?
  var output = Output()
  /// What of the answer being written is still to be asked for.
  var outgoing: Outgoing?
  /// What the answer being written is, for the access log.
  var answered: (status: Int, bodyBytes: Int, id: String)?

  /// Bytes received and not yet taken by the parser.
  private var pending: [UInt8] = []
  /// Whether `pending` may hold a whole request: the parser stopped before its end.
  private var isPendingFresh = false
  private var isReadable = false
  private var isWritable = true
  private var hasPeerClosed = false
  private var hasPeerEnded = false
  private var isProceeding = false
  private var turnRequests = 0
  private var lingerBytes = 0
  /// What of the loop's buffered bytes are this connection's.
  private var heldBytes = 0

  init(owning descriptor: consuming Descriptor, peer: String, owner: LoopListener) {
    self.peer = peer
    self.owner = owner
    self.descriptor = consume descriptor
    machine = ConnectionMachine(limits: owner.limits, now: owner.loop.now)
    parser = RequestParser(limits: owner.limits)
  }

  var now: MonotonicInstant { owner.loop.now }

  var descriptorNumber: Int32? { descriptor?.rawValue }

  /// Watches the socket for everything, once and for all.
  func begin() throws(SystemError) {
    guard let number = descriptorNumber else { return }
    watch = try owner.loop.watch(
      number, for: [.read, .write, .peerClose], trigger: .edge, handler: self)
    updateTimer()
  }

  func ready(_ events: Readiness) {
    if events.intersects(.failed) { return close() }
    if events.intersects(.peerClosed) { hasPeerClosed = true }
    if events.intersects(.receivable) { isReadable = true }
    if events.intersects(.writable) { isWritable = true }
    proceed()
  }

  /// Does all that can be done without waiting, within a turn's limits.
  func proceed() {
    guard !isProceeding else { return }
    isProceeding = true
    defer { isProceeding = false }
    turnRequests = 0
    var turnBytes = 0
    while advance(&turnBytes) || refuseExcess() {
      let limits = owner.limits
      if turnRequests >= limits.requestsPerTurnMax || turnBytes >= limits.readBytesPerTurnMax {
        // Edge-triggered readiness is not reported again: come back after the others' turn.
        owner.loop.submitNextTick { self.proceed() }
        break
      }
    }
    updateTimer()
  }

  /// One step; false when there is nothing to do before the next event.
  private func advance(_ turnBytes: inout Int) -> Bool {
    if !output.isEmpty {
      guard isWritable else { return false }
      flush()
      return true
    }
    switch machine.state {
    case .idle, .head, .body:
      if isPendingFresh {
        takePending()
        return true
      }
      guard isReadable, current?.stream?.hasRoom ?? true else { return false }
      receive(&turnBytes)
      return true
    case .lingering:
      guard isReadable else { return false }
      discard(&turnBytes)
      return true
    case .handling, .writing, .closed: return false
    }
  }

  // MARK: Reading

  private func receive(_ turnBytes: inout Int) {
    guard let number = descriptorNumber else { return }
    let buffer = owner.readBuffer
    switch Socket.receive(from: number, into: buffer) {
    case .moved(let count):
      turnBytes += count
      // A short read has emptied the socket, unless the end of the stream is behind it.
      if count < buffer.count, !hasPeerClosed { isReadable = false }
      let bytes = UnsafeRawBufferPointer(buffer)[..<count]
      if pending.isEmpty {
        let consumed = parse(bytes)
        if consumed < count { pending = Array(bytes[consumed...]) }
      } else {
        pending.append(contentsOf: bytes)
        takePending()
      }
    case .wouldBlock: isReadable = false
    case .ended: endPeer()
    case .failed: close()
    }
  }

  private func takePending() {
    // Taken out while it is parsed, because parsing may run a handler.
    var bytes = pending
    pending = []
    let consumed = bytes.withUnsafeBytes { parse($0[...]) }
    guard consumed < bytes.count else { return }
    bytes.removeFirst(consumed)
    pending = bytes
  }

  /// Parses and answers until bytes or answers are lacking; gives how many bytes were used.
  private func parse(_ bytes: ByteSlice) -> Int {
    var position = bytes.startIndex
    isPendingFresh = false
    while machine.isReading {
      if machine.state != .body, position == bytes.endIndex { break }
      if turnRequests >= owner.limits.requestsPerTurnMax {
        isPendingFresh = true
        break
      }
      let (consumed, action) = parser.parse(bytes[position...])
      position += consumed
      switch action {
      case .needsMore:
        machine.headBegun(at: now)
        current?.stream?.append(parser.takeBody())
        return position - bytes.startIndex
      case .headReceived(let head): receive(head, isBodyAwaited: position == bytes.endIndex)
      case .messageReceived(let body):
        turnRequests += 1
        receive(body)
      case .failed(let failure): answer(failure, isFault: true)
      }
    }
    if position < bytes.endIndex { isPendingFresh = true }
    return position - bytes.startIndex
  }

  private func endPeer() {
    isReadable = false
    hasPeerEnded = true
    switch machine.peerEnded() {
    case .close: close()
    case .answer(let failure): answer(failure, isFault: true)
    case .none: break
    }
  }

  /// Reads what a peer was still sending when it was refused, so that it can read why.
  private func discard(_ turnBytes: inout Int) {
    guard let number = descriptorNumber else { return }
    switch Socket.receive(from: number, into: owner.readBuffer) {
    case .moved(let count):
      turnBytes += count
      lingerBytes += count
      if lingerBytes > owner.limits.lingerBytesMax { close() }
    case .wouldBlock: isReadable = false
    case .ended, .failed: close()
    }
  }

  /// Tells the loop how much it holds. While all hold too much together, whoever would keep more
  /// is refused; requests that arrive whole still pass.
  private func refuseExcess() -> Bool {
    let held =
      pending.count + parser.bodyBytes + (current?.bodyBytes ?? 0) + output.unsentBytes
      + (current?.stream?.heldBytes ?? 0)
    if held != heldBytes {
      owner.countBuffered(held - heldBytes)
      heldBytes = held
    }
    guard held > 0, machine.isReading, !isPendingFresh, owner.isHoldingTooMuch else {
      return false
    }
    forgetInput()
    answer(.overloaded, isFault: true)
    return true
  }

  /// Drops what has been read of a request that will not be answered.
  private func forgetInput() {
    pending = []
    parser.abandon()
    owner.countBuffered(-heldBytes)
    heldBytes = 0
  }

  // MARK: Writing

  /// Sends an answer's bytes, at once as far as possible.
  func send(_ head: [UInt8], _ body: [UInt8]) {
    guard output.isEmpty, isWritable, let number = descriptorNumber else {
      output.keep(head, body, alreadySent: 0)
      return
    }
    let transfer = head.withUnsafeBytes { head in
      body.withUnsafeBytes { Socket.send(to: number, head: head, body: $0) }
    }
    switch transfer {
    case .moved(let count) where count == head.count + body.count: finishAnswer()
    case .moved(let count): output.keep(head, body, alreadySent: count)
    case .wouldBlock:
      isWritable = false
      output.keep(head, body, alreadySent: 0)
    case .ended, .failed: close()
    }
  }

  private func flush() {
    guard let number = descriptorNumber else { return }
    switch output.send(to: number) {
    case .moved:
      machine.answerProgressed(at: now)
      if output.isEmpty { finishAnswer() }
    case .wouldBlock, .ended: isWritable = false
    case .failed: close()
    }
  }

  private func finishAnswer() {
    // An interim answer leaves the machine where it was.
    guard machine.state == .writing, !askForPiece() else { return }
    logAnswer()
    switch machine.answerWritten(hasUnreadBytes: isReadable, at: now) {
    case .next: break
    case .close: close()
    case .linger:
      guard let number = descriptorNumber, !hasPeerEnded else { return close() }
      Socket.shutDownWriting(number)
    }
  }

  // MARK: Time and end

  /// Moves the one timer. A deadline that has moved away is looked at again when the timer
  /// fires, so that a busy connection sets no timer at all.
  private func updateTimer() {
    guard machine.state != .closed else { return }
    let deadline = machine.deadline
    if let timerDeadline, timerDeadline <= deadline { return }
    if let timer { owner.loop.cancel(timer) }
    timerDeadline = deadline
    timer = owner.loop.setTimer(at: deadline) { self.timerFired() }
  }

  private func timerFired() {
    timer = nil
    timerDeadline = nil
    if machine.deadline <= now {
      switch machine.deadlineReached() {
      case .close: close()
      case .answer(let failure): answer(failure, isFault: true)
      case .cancelHandler: cancelHandler()
      case .reset:
        if let number = descriptorNumber { Socket.resetOnClose(number) }
        close()
      }
    }
    proceed()
  }

  /// From now on closes as soon as nothing is going on.
  func drain() {
    guard machine.drainBegun() else { return }
    // A request may be waiting in the socket: it arrived before the drain, so it is answered.
    isReadable = true
    proceed()
    if machine.state == .idle { close() }
  }

  /// When its idleness ends; nil while something is going on.
  var idleDeadline: MonotonicInstant? {
    machine.state == .idle && pending.isEmpty ? machine.deadline : nil
  }

  /// Closes it to make room, unless a request is waiting in the socket; gives whether it is
  /// closed.
  func evict() -> Bool {
    let requestCount = machine.requestCount
    isReadable = true
    proceed()
    if machine.state == .idle, machine.requestCount == requestCount { close() }
    return machine.state == .closed
  }

  /// Closes at once, whatever is going on.
  func close() {
    guard machine.state != .closed else { return }
    let isAnswering = machine.state == .handling || machine.state == .writing
    let isStreaming = current?.stream != nil
    endStream()
    if isAnswering || isStreaming { logAnswer() }
    machine.closed()
    // A handler whose content was cut off learns it from there, and may still clean up.
    if !isStreaming { handlerTask?.cancel() }
    handlerTask = nil
    outgoing?.task?.cancel()
    outgoing = nil
    if let watch { owner.loop.unwatch(watch) }
    if let timer { owner.loop.cancel(timer) }
    (watch, timer) = (nil, nil)
    output = Output()
    forgetInput()
    descriptor = nil
    owner.remove(self)
  }
}
