internal import DequeModule
internal import Reactor

/// The pool of one loop as a value: events in, decisions out. It neither connects nor waits.
struct PoolMachine {
  /// Names one waiting transaction; never reused.
  typealias Waiter = UInt64

  /// The limits that the machine keeps.
  struct Limits {
    var connectionsMax: Int
    var waitersMax: Int
    var waitMilliseconds: Int
    var backoffMilliseconds = 50
    var backoffMillisecondsMax = 2_000
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
    case refuse(Waiter, Refusal)
  }

  private enum Slot: Equatable { case empty, connecting, idle, leased, closing }

  private let limits: Limits
  private var slots: [Slot]
  /// Free connections, the one used last on top, so that the others stay cold.
  private var idle: [Int] = []
  private var waiters: Deque<(id: Waiter, deadline: MonotonicInstant)> = []
  private var lastWaiter: Waiter = 0
  private var failuresInRow = 0
  private var retryAt: MonotonicInstant?
  private var isClosed = false

  init(limits: Limits) {
    precondition(limits.connectionsMax > 0, "a pool has at least one connection")
    self.limits = limits
    slots = Array(repeating: .empty, count: limits.connectionsMax)
  }

  /// When `wake` has to be called next.
  var wakeAt: MonotonicInstant? {
    guard let first = waiters.first else { return nil }
    guard let retryAt else { return first.deadline }
    return min(first.deadline, retryAt)
  }

  /// Whether no slot holds a connection any more.
  var isEmpty: Bool {
    slots.allSatisfy { $0 == .empty }
  }

  /// A transaction wants a connection.
  mutating func acquire(now: MonotonicInstant) -> Acquisition {
    if isClosed { return .refused(.closed) }
    if let slot = idle.popLast() {
      slots[slot] = .leased
      return .leased(slot: slot)
    }
    if let retryAt, now >= retryAt { self.retryAt = nil }
    // With nothing alive and the last attempt failed, waiting would only delay the same answer.
    if retryAt != nil, !hasLiveConnection { return .refused(.disconnected) }
    if waiters.count >= limits.waitersMax { return .refused(.tooManyWaiters) }
    lastWaiter += 1
    waiters.append(
      (lastWaiter, now.advanced(byMilliseconds: limits.waitMilliseconds)))
    return .waiting(lastWaiter, connect: slotToConnect())
  }

  /// A transaction gave up waiting; false when it has already been answered.
  mutating func withdraw(_ waiter: Waiter) -> Bool {
    guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return false }
    waiters.remove(at: index)
    return true
  }

  /// A connection is ready for its first transaction.
  mutating func connected(_ slot: Int) -> Placement {
    guard slots[slot] == .connecting else { return .close }
    failuresInRow = 0
    retryAt = nil
    return place(slot)
  }

  /// A transaction gave its connection back.
  mutating func released(_ slot: Int) -> Placement {
    precondition(slots[slot] == .leased, "a connection is released once per lease")
    return place(slot)
  }

  /// A connection is gone: its attempt failed, it broke or it was closed. `jitter` is in 0...1.
  mutating func disconnected(
    _ slot: Int, now: MonotonicInstant, jitter: Double
  ) -> [Action] {
    let before = slots[slot]
    slots[slot] = .empty
    idle.removeAll { $0 == slot }
    if isClosed { return [] }
    if before == .connecting {
      let doublings = min(failuresInRow, 10)
      failuresInRow += 1
      let longest = min(
        limits.backoffMilliseconds << doublings, limits.backoffMillisecondsMax)
      let wait = longest / 2 + Int(Double(longest - longest / 2) * jitter)
      retryAt = now.advanced(byMilliseconds: wait)
      if !hasLiveConnection {
        defer { waiters.removeAll() }
        return waiters.map { .refuse($0.id, .disconnected) }
      }
    }
    return slotToConnect().map { [.connect(slot: $0)] } ?? []
  }

  /// Time has passed: refuses who waited too long and tries to connect again.
  mutating func wake(now: MonotonicInstant) -> [Action] {
    var actions: [Action] = []
    while let first = waiters.first, first.deadline <= now {
      waiters.removeFirst()
      actions.append(.refuse(first.id, .timedOut))
    }
    if let retryAt, now >= retryAt { self.retryAt = nil }
    while let slot = slotToConnect() { actions.append(.connect(slot: slot)) }
    return actions
  }

  /// No more transactions: leased connections are closed when they come back.
  mutating func close() -> [Action] {
    isClosed = true
    var actions: [Action] = waiters.map { .refuse($0.id, .closed) }
    waiters.removeAll()
    idle.removeAll()
    for slot in slots.indices where slots[slot] == .idle || slots[slot] == .connecting {
      slots[slot] = .closing
      actions.append(.close(slot: slot))
    }
    return actions
  }

  /// A connection attempt in doubt counts as alive: its outcome will answer the waiters.
  private var hasLiveConnection: Bool {
    slots.contains { $0 == .idle || $0 == .leased || $0 == .connecting }
  }

  private mutating func place(_ slot: Int) -> Placement {
    if isClosed {
      slots[slot] = .closing
      return .close
    }
    if let first = waiters.popFirst() {
      slots[slot] = .leased
      return .handed(to: first.id)
    }
    slots[slot] = .idle
    idle.append(slot)
    return .parked
  }

  private mutating func slotToConnect() -> Int? {
    guard retryAt == nil, !isClosed else { return nil }
    let connectingCount = slots.count { $0 == .connecting }
    guard connectingCount < waiters.count, let slot = slots.firstIndex(of: .empty) else {
      return nil
    }
    slots[slot] = .connecting
    return slot
  }
}
