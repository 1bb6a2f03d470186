internal import DequeModule
internal import Reactor

/// The transactions of one lane that wait for a connection, first come, first served.
///
/// How long one waits: `patience`; and once the queue has not been empty for that long, only
/// `standingPatience`. A burst is served to its end; under a load that stays too high those who
/// are served have waited a moment and the others are refused at once, instead of everybody
/// waiting as long as is allowed (CoDel's standing queue, as a server keeps it: Maurer, "Fail at
/// Scale", ACM Queue 13(8), 2015; Nichols and Jacobson, RFC 8289).
struct PoolQueue {
  /// Names one waiting transaction; never reused.
  typealias Waiter = UInt64

  /// What a queue is bounded by.
  struct Limits {
    var waitersMax: Int
    var patienceMilliseconds: Int
    /// Long enough for a transaction or two, short enough to be at once for a caller.
    var standingPatienceMilliseconds: Int { patienceMilliseconds / 20 }
  }

  private let limits: Limits
  private var waiters: Deque<(id: Waiter, since: MonotonicInstant)> = []
  /// The last time at which nobody waited; of meaning only while somebody does.
  private var lastEmpty = MonotonicInstant(nanoseconds: 0)

  init(limits: Limits) {
    self.limits = limits
  }

  var count: Int { waiters.count }
  var isEmpty: Bool { waiters.isEmpty }
  var isFull: Bool { waiters.count >= limits.waitersMax }

  /// When the first one has waited too long. Who comes later is never refused earlier.
  var refusalAt: MonotonicInstant? {
    guard let first = waiters.first else { return nil }
    let patience = limits.patienceMilliseconds
    let whenStanding = max(
      first.since.advanced(byMilliseconds: limits.standingPatienceMilliseconds),
      lastEmpty.advanced(byMilliseconds: patience))
    return min(first.since.advanced(byMilliseconds: patience), whenStanding)
  }

  mutating func append(_ waiter: Waiter, now: MonotonicInstant) {
    if waiters.isEmpty { lastEmpty = now }
    waiters.append((waiter, now))
  }

  mutating func popFirst() -> Waiter? {
    waiters.popFirst()?.id
  }

  /// False when it does not wait here.
  mutating func remove(_ waiter: Waiter) -> Bool {
    guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return false }
    waiters.remove(at: index)
    return true
  }

  /// Those who have waited too long.
  mutating func removeOverdue(at now: MonotonicInstant) -> [Waiter] {
    var overdue: [Waiter] = []
    while let refusalAt, refusalAt <= now, let waiter = popFirst() { overdue.append(waiter) }
    return overdue
  }

  mutating func removeAll() -> [Waiter] {
    defer { waiters = [] }
    return waiters.map(\.id)
  }
}
