internal import Reactor

/// The pool of one loop as a value: events in, decisions out. It neither connects nor waits.
struct PoolMachine {
  typealias Waiter = PoolQueue.Waiter

  /// The limits that the machine keeps.
  struct Limits {
    var connectionsMax: Int
    /// Of one lane, for each connection that it may hold.
    var waitersPerConnectionMax: Int
    var waitMilliseconds: Int
    /// How long a connection beyond the first stays open without work.
    var idleMilliseconds = 60_000
    var backoffMilliseconds = 50
    var backoffMillisecondsMax = 2_000

    /// The connections that one lane may hold: one less for every other lane, if there are two.
    var connectionsPerLaneMax: Int {
      max(1, connectionsMax - (PoolLane.allCases.count - 1))
    }
  }

  /// The answer to a transaction that wants a connection.
  enum Acquisition: Equatable {
    case leased(slot: Int)
    case waiting(Waiter, connect: Int?)
    case refused(Refusal)
  }

  /// Why a transaction gets no connection.
  enum Refusal: Equatable {
    case tooManyWaiters
    case timedOut
    case disconnected
    case closed
  }

  /// What becomes of a connection that is free.
  enum Placement: Equatable {
    case parked
    case handed(to: Waiter)
    case close
  }

  /// What the driver has to do.
  enum Action: Equatable {
    case connect(slot: Int)
    case close(slot: Int)
    case hand(slot: Int, to: Waiter)
    case refuse(Waiter, Refusal)
  }

  private enum Slot: Equatable { case empty, connecting, idle, leased(PoolLane), closing }

  private let limits: Limits
  private var slots: [Slot]
  /// Free connections, the one used last on top, so that the others stay cold and are closed.
  private var idle: [(slot: Int, since: MonotonicInstant)] = []
  /// One for each lane.
  private var queues: [PoolQueue]
  private var lastServed = PoolLane.bulk
  private var lastWaiter: Waiter = 0
  private var failuresInRow = 0
  private var retryAt: MonotonicInstant?
  private var isClosed = false

  init(limits: Limits) {
    precondition(limits.connectionsMax > 0, "a pool has at least one connection")
    self.limits = limits
    slots = Array(repeating: .empty, count: limits.connectionsMax)
    let waitersMax = limits.waitersPerConnectionMax * limits.connectionsPerLaneMax
    queues = PoolLane.allCases.map { _ in
      PoolQueue(
        limits: .init(waitersMax: waitersMax, patienceMilliseconds: limits.waitMilliseconds))
    }
  }

  /// When `wake` has to be called next.
  var wakeAt: MonotonicInstant? {
    var first: MonotonicInstant?
    for queue in queues { first = earlier(first, queue.refusalAt) }
    if first != nil { first = earlier(first, retryAt) }
    return earlier(first, idleEnd)
  }

  /// Whether no slot holds a connection any more.
  var isEmpty: Bool {
    slots.allSatisfy { $0 == .empty }
  }

  /// How many connections there are in the states of `PoolReading`, and how many wait by lane.
  var counts: (connections: [Int], waiting: [Int]) {
    let states = [slots.count { $0 == .connecting }, idle.count]
    return (states + PoolLane.allCases.map(heldCount), queues.map(\.count))
  }

  /// Whether the connection ends because the machine said so.
  func isClosing(_ slot: Int) -> Bool {
    slots[slot] == .closing
  }

  // MARK: Transactions

  /// A transaction wants a connection.
  mutating func acquire(_ lane: PoolLane, now: MonotonicInstant) -> Acquisition {
    if isClosed { return .refused(.closed) }
    if mayHoldMore(lane), let (slot, _) = idle.popLast() {
      slots[slot] = .leased(lane)
      return .leased(slot: slot)
    }
    if let retryAt, now >= retryAt { self.retryAt = nil }
    // With nothing alive and the last attempt failed, waiting would only delay the same answer.
    if retryAt != nil, !hasLiveConnection { return .refused(.disconnected) }
    if queues[lane.rawValue].isFull { return .refused(.tooManyWaiters) }
    lastWaiter += 1
    queues[lane.rawValue].append(lastWaiter, now: now)
    return .waiting(lastWaiter, connect: slotToConnect())
  }

  /// A transaction gave up waiting; false when it has already been answered.
  mutating func withdraw(_ waiter: Waiter) -> Bool {
    for index in queues.indices where queues[index].remove(waiter) { return true }
    return false
  }

  /// A transaction gave its connection back.
  mutating func released(_ slot: Int, now: MonotonicInstant) -> Placement {
    guard case .leased = slots[slot] else {
      preconditionFailure("a connection is released once per lease")
    }
    return place(slot, now: now)
  }

  // MARK: Connections

  /// A connection is ready for its first transaction.
  mutating func connected(_ slot: Int, now: MonotonicInstant) -> Placement {
    guard slots[slot] == .connecting else { return .close }
    failuresInRow = 0
    retryAt = nil
    return place(slot, now: now)
  }

  /// A connection is gone: its attempt failed, it broke or it was closed. `jitter` is in 0...1.
  mutating func disconnected(
    _ slot: Int, now: MonotonicInstant, jitter: Double
  ) -> [Action] {
    let before = slots[slot]
    slots[slot] = .empty
    idle.removeAll { $0.slot == slot }
    if isClosed { return [] }
    if before == .connecting {
      retryAt = now.advanced(byMilliseconds: backoff(jitter: jitter))
      if !hasLiveConnection { return refuseAll(.disconnected) }
    }
    var actions = handIdle()
    if let slot = slotToConnect() { actions.append(.connect(slot: slot)) }
    return actions
  }

  /// Time has passed: refuses who waited too long, tries to connect again, closes what nobody
  /// needs.
  mutating func wake(now: MonotonicInstant) -> [Action] {
    var actions: [Action] = []
    for index in queues.indices {
      actions += queues[index].removeOverdue(at: now).map { .refuse($0, .timedOut) }
    }
    if let retryAt, now >= retryAt { self.retryAt = nil }
    while let slot = slotToConnect() { actions.append(.connect(slot: slot)) }
    while let idleEnd, idleEnd <= now {
      let slot = idle.removeFirst().slot
      slots[slot] = .closing
      actions.append(.close(slot: slot))
    }
    return actions
  }

  /// No more transactions: leased connections are closed when they come back.
  mutating func close() -> [Action] {
    isClosed = true
    var actions = refuseAll(.closed)
    idle.removeAll()
    for slot in slots.indices where slots[slot] == .idle || slots[slot] == .connecting {
      slots[slot] = .closing
      actions.append(.close(slot: slot))
    }
    return actions
  }

  // MARK: Decisions

  private mutating func place(_ slot: Int, now: MonotonicInstant) -> Placement {
    if isClosed {
      slots[slot] = .closing
      return .close
    }
    slots[slot] = .idle
    if let (lane, waiter) = nextWaiter() {
      slots[slot] = .leased(lane)
      return .handed(to: waiter)
    }
    idle.append((slot, now))
    return .parked
  }

  /// The first of the lane whose turn it is: of those that wait and may hold another connection
  /// the one that was not served last.
  private mutating func nextWaiter() -> (PoolLane, Waiter)? {
    let lanes = PoolLane.allCases
    for step in 1...lanes.count {
      let lane = lanes[(lastServed.rawValue + step) % lanes.count]
      guard !queues[lane.rawValue].isEmpty, mayHoldMore(lane),
        let waiter = queues[lane.rawValue].popFirst()
      else { continue }
      lastServed = lane
      return (lane, waiter)
    }
    return nil
  }

  /// A connection that broke may let its lane use one that was kept from it.
  private mutating func handIdle() -> [Action] {
    var actions: [Action] = []
    while !idle.isEmpty, let (lane, waiter) = nextWaiter() {
      let slot = idle.removeLast().slot
      slots[slot] = .leased(lane)
      actions.append(.hand(slot: slot, to: waiter))
    }
    return actions
  }

  private func mayHoldMore(_ lane: PoolLane) -> Bool {
    heldCount(lane) < limits.connectionsPerLaneMax
  }

  private func heldCount(_ lane: PoolLane) -> Int {
    slots.count { $0 == .leased(lane) }
  }

  /// The slot of a connection that somebody waits for and nobody makes yet.
  private mutating func slotToConnect() -> Int? {
    guard retryAt == nil, !isClosed else { return nil }
    let wantedCount = PoolLane.allCases.reduce(0) { sum, lane in
      sum + min(queues[lane.rawValue].count, limits.connectionsPerLaneMax - heldCount(lane))
    }
    let connectingCount = slots.count { $0 == .connecting }
    guard connectingCount < wantedCount, let slot = slots.firstIndex(of: .empty) else {
      return nil
    }
    slots[slot] = .connecting
    return slot
  }

  /// A connection attempt in doubt counts as alive: its outcome will answer the waiters.
  private var hasLiveConnection: Bool { liveCount > 0 }

  private var liveCount: Int {
    slots.count { $0 != .empty && $0 != .closing }
  }

  /// When the connection that was idle longest may go. The last one stays: the next call is
  /// quick.
  private var idleEnd: MonotonicInstant? {
    guard let coldest = idle.first, liveCount > 1 else { return nil }
    return coldest.since.advanced(byMilliseconds: limits.idleMilliseconds)
  }

  private func earlier(_ one: MonotonicInstant?, _ other: MonotonicInstant?) -> MonotonicInstant? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
  }

  private mutating func backoff(jitter: Double) -> Int {
    let doublings = min(failuresInRow, 10)
    failuresInRow += 1
    let longest = min(limits.backoffMilliseconds << doublings, limits.backoffMillisecondsMax)
    return longest / 2 + Int(Double(longest - longest / 2) * jitter)
  }

  private mutating func refuseAll(_ refusal: Refusal) -> [Action] {
    queues.indices.flatMap { queues[$0].removeAll() }.map { .refuse($0, refusal) }
  }
}
