@testable import Postgres
internal import Reactor
import Testing

@Suite("the pool's machine, as transcripts")
struct PoolMachineTests {
  /// With as many connections for one lane, and one that is kept from it.
  private func machine(connections: Int = 2, waiters: Int = 3) -> PoolMachine {
    PoolMachine(
      limits: .init(
        connectionsMax: connections + 1, waitersPerConnectionMax: waiters,
        waitMilliseconds: 1_000))
  }

  private func at(_ milliseconds: Int) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: 1).advanced(byMilliseconds: milliseconds)
  }

  @Test("connections are made on demand and used again, the last one first")
  func demand() {
    var pool = machine()
    #expect(pool.acquire(.interactive, now: at(0)) == .waiting(1, connect: 0))
    #expect(pool.acquire(.interactive, now: at(0)) == .waiting(2, connect: 1))
    #expect(pool.connected(1, now: at(0)) == .handed(to: 1))
    #expect(pool.connected(0, now: at(0)) == .handed(to: 2))
    #expect(pool.released(1, now: at(0)) == .parked)
    #expect(pool.released(0, now: at(0)) == .parked)
    #expect(pool.acquire(.interactive, now: at(1)) == .leased(slot: 0))
    #expect(pool.acquire(.interactive, now: at(1)) == .leased(slot: 1))
    #expect(pool.acquire(.interactive, now: at(1)) == .waiting(3, connect: nil))
  }

  @Test("waiters are served in the order in which they came")
  func order() {
    var pool = machine(connections: 1)
    #expect(pool.acquire(.interactive, now: at(0)) == .waiting(1, connect: 0))
    #expect(pool.acquire(.interactive, now: at(0)) == .waiting(2, connect: nil))
    #expect(pool.acquire(.interactive, now: at(0)) == .waiting(3, connect: nil))
    #expect(pool.acquire(.interactive, now: at(0)) == .refused(.tooManyWaiters))
    #expect(pool.connected(0, now: at(0)) == .handed(to: 1))
    #expect(pool.withdraw(2) == true)
    #expect(pool.withdraw(2) == false)
    #expect(pool.released(0, now: at(0)) == .handed(to: 3))
    #expect(pool.withdraw(3) == false)
    #expect(pool.released(0, now: at(0)) == .parked)
  }

  @Test("a waiter is refused at its deadline and not a nanosecond before")
  func deadline() {
    var pool = machine(connections: 1)
    _ = pool.acquire(.interactive, now: at(0))
    _ = pool.connected(0, now: at(0))
    #expect(pool.acquire(.interactive, now: at(5)) == .waiting(2, connect: nil))
    #expect(pool.wakeAt == at(1_005))
    let early = MonotonicInstant(nanoseconds: at(1_005).nanoseconds - 1)
    #expect(pool.wake(now: early) == [])
    #expect(pool.wake(now: at(1_005)) == [.refuse(2, .timedOut)])
    #expect(pool.wakeAt == nil)
    #expect(pool.released(0, now: at(0)) == .parked)
  }

  @Test("with nothing alive, a failed attempt refuses all who wait, and the next come too early")
  func serverDown() {
    var pool = machine()
    #expect(pool.acquire(.interactive, now: at(0)) == .waiting(1, connect: 0))
    #expect(pool.acquire(.interactive, now: at(0)) == .waiting(2, connect: 1))
    #expect(pool.disconnected(0, now: at(10), jitter: 1) == [])
    #expect(
      pool.disconnected(1, now: at(10), jitter: 1)
        == [.refuse(1, .disconnected), .refuse(2, .disconnected)])
    // The second failure in a row doubled the 50 ms.
    #expect(pool.acquire(.interactive, now: at(109)) == .refused(.disconnected))
    #expect(pool.acquire(.interactive, now: at(110)) == .waiting(3, connect: 0))
    #expect(pool.connected(0, now: at(0)) == .handed(to: 3))
  }

  @Test("the wait between attempts grows to its limit and starts anew after a success")
  func backoff() {
    var pool = machine(connections: 1)
    var now = 0
    for wait in [50, 100, 200, 400, 800, 1_600, 2_000, 2_000] {
      guard case .waiting = pool.acquire(.interactive, now: at(now)) else {
        Issue.record("not yet allowed after \(now) ms")
        return
      }
      _ = pool.disconnected(0, now: at(now), jitter: 1)
      #expect(pool.acquire(.interactive, now: at(now + wait - 1)) == .refused(.disconnected))
      now += wait
    }
    _ = pool.acquire(.interactive, now: at(now))
    _ = pool.connected(0, now: at(0))
    _ = pool.released(0, now: at(0))
    #expect(pool.disconnected(0, now: at(now), jitter: 1) == [])
    _ = pool.acquire(.interactive, now: at(now))
    _ = pool.disconnected(0, now: at(now), jitter: 0)
    #expect(pool.acquire(.interactive, now: at(now + 24)) == .refused(.disconnected))
    guard case .waiting = pool.acquire(.interactive, now: at(now + 25)) else {
      Issue.record("half the wait is the least")
      return
    }
  }

  @Test("while one connection lives, waiters wait and the others are tried again later")
  func partlyDown() {
    var pool = machine()
    _ = pool.acquire(.interactive, now: at(0))
    _ = pool.connected(0, now: at(0))
    #expect(pool.acquire(.interactive, now: at(0)) == .waiting(2, connect: 1))
    #expect(pool.disconnected(1, now: at(0), jitter: 1) == [])
    #expect(pool.wakeAt == at(50))
    #expect(pool.wake(now: at(50)) == [.connect(slot: 1)])
    #expect(pool.released(0, now: at(0)) == .handed(to: 2))
    #expect(pool.connected(1, now: at(0)) == .parked)
  }

  @Test("a broken connection is replaced only when somebody waits")
  func replacement() {
    var pool = machine(connections: 1)
    _ = pool.acquire(.interactive, now: at(0))
    _ = pool.connected(0, now: at(0))
    #expect(pool.acquire(.interactive, now: at(0)) == .waiting(2, connect: nil))
    #expect(pool.disconnected(0, now: at(1), jitter: 0) == [.connect(slot: 0)])
    #expect(pool.connected(0, now: at(0)) == .handed(to: 2))
    #expect(pool.released(0, now: at(0)) == .parked)
    #expect(pool.disconnected(0, now: at(2), jitter: 0) == [])
    #expect(pool.isEmpty)
  }

  @Test("closing refuses who waits, closes what is free and what comes back")
  func closing() {
    var pool = machine(connections: 3)
    for slot in 0...2 {
      #expect(pool.acquire(.interactive, now: at(0)) == .waiting(UInt64(slot + 1), connect: slot))
    }
    #expect(pool.connected(0, now: at(0)) == .handed(to: 1))
    #expect(pool.connected(1, now: at(0)) == .handed(to: 2))
    #expect(pool.released(1, now: at(0)) == .handed(to: 3))
    #expect(pool.acquire(.interactive, now: at(0)) == .waiting(4, connect: nil))
    #expect(pool.close() == [.refuse(4, .closed), .close(slot: 2)])
    #expect(pool.acquire(.interactive, now: at(0)) == .refused(.closed))
    #expect(pool.released(0, now: at(0)) == .close)
    #expect(pool.connected(2, now: at(0)) == .close)
    for slot in 0...2 { #expect(pool.disconnected(slot, now: at(1), jitter: 0) == []) }
    #expect(pool.isEmpty)
  }
}
