@testable import Postgres
internal import Reactor
import Testing

@Suite("the pool's lanes, as transcripts")
struct PoolLaneTests {
  private func machine(connections: Int, waiters: Int = 64) -> PoolMachine {
    PoolMachine(
      limits: .init(
        connectionsMax: connections, waitersPerConnectionMax: waiters, waitMilliseconds: 1_000,
        idleMilliseconds: 5_000))
  }

  private func at(_ milliseconds: Int) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: 1).advanced(byMilliseconds: milliseconds)
  }

  /// A machine whose connections are all open and free.
  private func warm(connections: Int, waiters: Int = 64) -> PoolMachine {
    var pool = machine(connections: connections, waiters: waiters)
    for slot in 0..<connections {
      let lane: PoolLane = slot == 0 ? .interactive : .bulk
      #expect(pool.acquire(lane, now: at(0)) == .waiting(UInt64(slot + 1), connect: slot))
    }
    for slot in 0..<connections {
      #expect(pool.connected(slot, now: at(0)) == .handed(to: UInt64(slot + 1)))
    }
    for slot in 0..<connections { #expect(pool.released(slot, now: at(0)) == .parked) }
    return pool
  }

  private func other(_ lane: PoolLane) -> PoolLane { lane == .bulk ? .interactive : .bulk }

  @Test(
    "a lane never holds the last connection, and makes none for who may not have it",
    arguments: PoolLane.allCases)
  func reserve(lane: PoolLane) {
    var pool = machine(connections: 3)
    #expect(pool.acquire(lane, now: at(0)) == .waiting(1, connect: 0))
    #expect(pool.acquire(lane, now: at(0)) == .waiting(2, connect: 1))
    #expect(pool.acquire(lane, now: at(0)) == .waiting(3, connect: nil))
    #expect(pool.connected(0, now: at(0)) == .handed(to: 1))
    #expect(pool.connected(1, now: at(0)) == .handed(to: 2))
    #expect(pool.acquire(other(lane), now: at(0)) == .waiting(4, connect: 2))
    #expect(pool.connected(2, now: at(0)) == .handed(to: 4))
    // What the other lane gives back is not for this one, which holds all that it may.
    #expect(pool.released(2, now: at(0)) == .parked)
    #expect(pool.acquire(other(lane), now: at(0)) == .leased(slot: 2))
    #expect(pool.released(0, now: at(0)) == .handed(to: 3))
  }

  @Test("with two connections each lane has its own; with one they take turns")
  func smallest() {
    var two = warm(connections: 2)
    #expect(two.acquire(.bulk, now: at(1)) == .leased(slot: 1))
    #expect(two.acquire(.bulk, now: at(1)) == .waiting(3, connect: nil))
    #expect(two.acquire(.interactive, now: at(1)) == .leased(slot: 0))
    #expect(two.acquire(.interactive, now: at(1)) == .waiting(4, connect: nil))
    #expect(two.released(0, now: at(1)) == .handed(to: 4))
    #expect(two.released(1, now: at(1)) == .handed(to: 3))

    var one = machine(connections: 1)
    #expect(one.acquire(.bulk, now: at(0)) == .waiting(1, connect: 0))
    #expect(one.acquire(.bulk, now: at(0)) == .waiting(2, connect: nil))
    #expect(one.acquire(.interactive, now: at(0)) == .waiting(3, connect: nil))
    #expect(one.connected(0, now: at(0)) == .handed(to: 3))
    #expect(one.released(0, now: at(0)) == .handed(to: 1))
  }

  @Test("however many of one lane came first, the lanes are served in turn")
  func turns() {
    var pool = warm(connections: 3)
    // 4 and 5 hold what their lane may, 6 the last one; then two bulk wait before two others.
    for slot in [2, 1] { #expect(pool.acquire(.bulk, now: at(1)) == .leased(slot: slot)) }
    #expect(pool.acquire(.interactive, now: at(1)) == .leased(slot: 0))
    for waiter in 4...7 {
      let lane: PoolLane = waiter <= 5 ? .bulk : .interactive
      #expect(pool.acquire(lane, now: at(1)) == .waiting(UInt64(waiter), connect: nil))
    }
    // `warm` served bulk last.
    #expect(pool.released(1, now: at(2)) == .handed(to: 6))
    #expect(pool.released(2, now: at(2)) == .handed(to: 4))
    #expect(pool.released(0, now: at(2)) == .handed(to: 7))
    #expect(pool.released(1, now: at(2)) == .handed(to: 5))
  }

  @Test("a full queue refuses its own lane only", arguments: PoolLane.allCases)
  func full(lane: PoolLane) {
    var pool = machine(connections: 2, waiters: 2)
    _ = pool.acquire(lane, now: at(0))
    _ = pool.connected(0, now: at(0))
    #expect(pool.acquire(lane, now: at(0)) == .waiting(2, connect: nil))
    #expect(pool.acquire(lane, now: at(0)) == .waiting(3, connect: nil))
    #expect(pool.acquire(lane, now: at(0)) == .refused(.tooManyWaiters))
    #expect(pool.acquire(other(lane), now: at(0)) == .waiting(4, connect: 1))
  }

  @Test("a burst is served to its end; a queue that stands for the whole patience is cut")
  func standing() {
    var pool = warm(connections: 2)
    #expect(pool.acquire(.bulk, now: at(0)) == .leased(slot: 1))
    // Ten at once, one of which is served every 90 ms: the last after 900 ms.
    for waiter in 3...12 {
      #expect(pool.acquire(.bulk, now: at(0)) == .waiting(UInt64(waiter), connect: nil))
    }
    for waiter in 3...12 {
      let now = at((waiter - 2) * 90)
      #expect(pool.wake(now: now) == [])
      #expect(pool.released(1, now: now) == .handed(to: UInt64(waiter)))
    }
    // From 1,000 on two come where one is served, every 100 ms: the queue is never empty.
    var waiting: [UInt64] = []
    for step in 10..<20 {
      for _ in 0..<2 {
        guard case .waiting(let waiter, connect: nil) = pool.acquire(.bulk, now: at(step * 100))
        else {
          Issue.record("nobody is refused before the queue has stood for its time")
          return
        }
        waiting.append(waiter)
      }
      #expect(pool.wake(now: at(step * 100 + 50)) == [])
      #expect(pool.released(1, now: at(step * 100 + 50)) == .handed(to: waiting.removeFirst()))
    }
    // 1,000 ms later it still stands: all who have waited 50 ms are told so at once.
    #expect(pool.wakeAt == at(2_000))
    #expect(pool.wake(now: at(2_000)) == waiting.map { .refuse($0, .timedOut) })
    // The next two find an empty queue, so they may wait as long as ever.
    _ = pool.acquire(.bulk, now: at(2_001))
    #expect(pool.wakeAt == at(3_001))
  }

  @Test("while a queue stands, who comes waits a twentieth of the patience")
  func standingArrivals() {
    var pool = warm(connections: 2)
    #expect(pool.acquire(.bulk, now: at(0)) == .leased(slot: 1))
    #expect(pool.acquire(.bulk, now: at(0)) == .waiting(3, connect: nil))
    #expect(pool.acquire(.bulk, now: at(980)) == .waiting(4, connect: nil))
    #expect(pool.wake(now: at(1_000)) == [.refuse(3, .timedOut)])
    #expect(pool.acquire(.bulk, now: at(1_010)) == .waiting(5, connect: nil))
    #expect(pool.wakeAt == at(1_030))
    #expect(pool.wake(now: at(1_030)) == [.refuse(4, .timedOut)])
    #expect(pool.wakeAt == at(1_060))
    // Served in time all the same.
    #expect(pool.released(1, now: at(1_059)) == .handed(to: 5))
    // The other lane's patience is its own.
    #expect(pool.acquire(.interactive, now: at(1_059)) == .leased(slot: 0))
    #expect(pool.acquire(.interactive, now: at(1_060)) == .waiting(6, connect: nil))
    #expect(pool.wakeAt == at(2_060))
  }

  @Test("a broken connection lets its lane use one that was free and kept from it")
  func handed() {
    var pool = warm(connections: 2)
    #expect(pool.acquire(.bulk, now: at(0)) == .leased(slot: 1))
    #expect(pool.acquire(.bulk, now: at(0)) == .waiting(3, connect: nil))
    #expect(
      pool.disconnected(1, now: at(1), jitter: 0) == [.hand(slot: 0, to: 3)])
    #expect(pool.acquire(.interactive, now: at(1)) == .waiting(4, connect: 1))
  }

  @Test("connections without work are closed, coldest first, but not the last one")
  func idle() {
    var pool = warm(connections: 3)
    #expect(pool.acquire(.interactive, now: at(100)) == .leased(slot: 2))
    #expect(pool.released(2, now: at(200)) == .parked)
    #expect(pool.wakeAt == at(5_000))
    #expect(pool.wake(now: at(4_999)) == [])
    #expect(pool.wake(now: at(5_000)) == [.close(slot: 0), .close(slot: 1)])
    #expect(pool.isClosing(0) && pool.isClosing(1) && !pool.isClosing(2))
    #expect(pool.wakeAt == nil)
    #expect(pool.wake(now: at(50_000)) == [])
    for slot in 0...1 { #expect(pool.disconnected(slot, now: at(5_000), jitter: 0) == []) }
    #expect(pool.acquire(.bulk, now: at(5_001)) == .leased(slot: 2))
    #expect(pool.acquire(.interactive, now: at(5_001)) == .waiting(4, connect: 0))
  }

  @Test("a connection is idle from its last use on")
  func used() {
    var pool = warm(connections: 2)
    // Slot 1 is on top and used again and again; slot 0 stays cold.
    for time in stride(from: 1_000, through: 9_000, by: 1_000) {
      if time == 5_000 { #expect(pool.wake(now: at(time)) == [.close(slot: 0)]) }
      #expect(pool.acquire(.bulk, now: at(time)) == .leased(slot: 1))
      #expect(pool.released(1, now: at(time)) == .parked)
    }
    #expect(pool.disconnected(0, now: at(9_000), jitter: 0) == [])
    #expect(pool.acquire(.bulk, now: at(9_000)) == .leased(slot: 1))
    #expect(pool.acquire(.interactive, now: at(9_000)) == .waiting(3, connect: 0))
    #expect(pool.connected(0, now: at(9_000)) == .handed(to: 3))
    #expect(pool.released(1, now: at(9_000)) == .parked)
    // One of the two may go now: the other is at work.
    #expect(pool.wakeAt == at(14_000))
  }
}
