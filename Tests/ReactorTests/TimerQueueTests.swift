import Testing

@testable import Reactor

@Suite("Timer queue")
struct TimerQueueTests {
  private func at(_ milliseconds: Int) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: 0).advanced(byMilliseconds: milliseconds)
  }

  private func fireAll(_ queue: inout TimerQueue, at now: MonotonicInstant) {
    let last = queue.sequence
    while let fire = queue.removeDue(at: now, setUpTo: last) { fire() }
  }

  @Test("timers fire in the order of their deadlines, equal ones in the order they were set")
  func order() {
    var queue = TimerQueue()
    var fired: [String] = []
    _ = queue.insert(at: at(30)) { fired.append("third") }
    _ = queue.insert(at: at(10)) { fired.append("first") }
    _ = queue.insert(at: at(10)) { fired.append("second") }
    fireAll(&queue, at: at(30))
    #expect(fired == ["first", "second", "third"])
  }

  @Test("a timer does not fire a nanosecond before its deadline")
  func notBefore() {
    var queue = TimerQueue()
    var count = 0
    _ = queue.insert(at: at(10)) { count += 1 }
    fireAll(&queue, at: MonotonicInstant(nanoseconds: at(10).nanoseconds - 1))
    #expect(count == 0)
    #expect(queue.nextDeadline() == at(10))
    fireAll(&queue, at: at(10))
    #expect(count == 1)
    #expect(queue.nextDeadline() == nil)
  }

  @Test("a cancelled timer never fires, however many are cancelled")
  func cancelled() {
    var queue = TimerQueue()
    var fired: [Int] = []
    let timers = (0..<1000).map { number in
      queue.insert(at: at(number)) { fired.append(number) }
    }
    for (number, timer) in timers.enumerated() where number % 100 != 0 {
      queue.cancel(timer)
      queue.cancel(timer)
    }
    fireAll(&queue, at: at(1000))
    #expect(fired == Array(stride(from: 0, to: 1000, by: 100)))
  }

  @Test("a timer that is set while others fire waits for the next tick")
  func setWhileFiring() {
    var queue = TimerQueue()
    var fired: [String] = []
    _ = queue.insert(at: at(1)) { fired.append("outer") }
    let last = queue.sequence
    while let fire = queue.removeDue(at: at(5), setUpTo: last) {
      fire()
      _ = queue.insert(at: at(1)) { fired.append("inner") }
    }
    #expect(fired == ["outer"])
    fireAll(&queue, at: at(5))
    #expect(fired == ["outer", "inner"])
  }
}
