import HeapModule

/// One thing to do at one time, unless it is cancelled before.
package final class LoopTimer {
  fileprivate let deadline: MonotonicInstant
  fileprivate let sequence: UInt64
  fileprivate var fire: (() -> Void)?

  fileprivate init(
    deadline: MonotonicInstant, sequence: UInt64, fire: @escaping () -> Void
  ) {
    self.deadline = deadline
    self.sequence = sequence
    self.fire = fire
  }
}

/// Timers in the order in which they fall due; equal deadlines fire in the order they were set.
struct TimerQueue {
  private struct Entry: Comparable {
    let timer: LoopTimer

    static func < (left: Entry, right: Entry) -> Bool {
      (left.timer.deadline.nanoseconds, left.timer.sequence)
        < (right.timer.deadline.nanoseconds, right.timer.sequence)
    }

    static func == (left: Entry, right: Entry) -> Bool { left.timer === right.timer }
  }

  private var heap = Heap<Entry>()
  /// Counts the timers ever set: a later timer has a higher number.
  private(set) var sequence: UInt64 = 0
  private var cancelledCount = 0

  mutating func insert(
    at deadline: MonotonicInstant, _ fire: @escaping () -> Void
  ) -> LoopTimer {
    sequence += 1
    let timer = LoopTimer(deadline: deadline, sequence: sequence, fire: fire)
    heap.insert(Entry(timer: timer))
    return timer
  }

  /// Does nothing when the timer has fired or was cancelled before.
  mutating func cancel(_ timer: LoopTimer) {
    guard timer.fire != nil else { return }
    timer.fire = nil
    cancelledCount += 1
    // Cancelled timers stay in the heap until they fall due, or until they are the most of it.
    guard cancelledCount > 64, cancelledCount * 2 > heap.count else { return }
    heap = Heap(heap.unordered.filter { $0.timer.fire != nil })
    cancelledCount = 0
  }

  /// When the next timer falls due.
  mutating func nextDeadline() -> MonotonicInstant? {
    while let first = heap.min {
      guard first.timer.fire == nil else { return first.timer.deadline }
      heap.removeMin()
      cancelledCount -= 1
    }
    return nil
  }

  /// Takes the next timer that is due and was set no later than `last`, so that a timer that
  /// sets itself again does not keep its loop in this tick; gives what is to be done.
  mutating func removeDue(at now: MonotonicInstant, setUpTo last: UInt64) -> (() -> Void)? {
    guard let deadline = nextDeadline(), deadline <= now,
      let first = heap.min, first.timer.sequence <= last
    else { return nil }
    let timer = heap.removeMin().timer
    let fire = timer.fire
    timer.fire = nil
    return fire
  }
}
