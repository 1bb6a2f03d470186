import CLinux
import Synchronization

/// One thread's epoll loop: descriptors, timers, work from other threads, and Swift tasks.
///
/// `@unchecked Sendable`: `inbox` and `state` are behind mutexes; `index`, `poller` and `wake`
/// never change; everything else is touched only by the thread that runs the loop, which
/// `preconditionOnLoop()` checks at every entrance.
package final class EventLoop: TaskExecutor, @unchecked Sendable {
  /// How many events one call of epoll_wait may bring.
  private static let eventsPerTickMax = 256
  /// How long a loop that is never idle keeps what is to be done when it is.
  private static let idleWaitMilliseconds = 1000
  /// How often work that makes more work is run before descriptors are looked at again.
  private static let drainRoundsMax = 16

  private enum Work {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
  }

  /// Which of the group's loops this is, from 0.
  package let index: Int
  private let poller: Descriptor
  private let wake: Descriptor
  private let inbox = Mutex<[Work]>([])
  private let isStopping = Mutex(false)

  private var local: [Work] = []
  private var running: [Work] = []
  private var deferred: [() -> Void] = []
  private var whenIdle: [() -> Void] = []
  private var idleDeadline = MonotonicInstant.now()
  private var watches = WatchTable()
  private var timers = TimerQueue()
  private var tickTime = MonotonicInstant.now()
  private var events = [clinux_event](repeating: clinux_event(), count: eventsPerTickMax)

  /// Makes a loop that nobody runs yet; work may be submitted already.
  package init(index: Int) throws(SystemError) {
    self.index = index
    poller = Descriptor(owning: try SystemError.check(clinux_epoll_create(), "epoll_create1"))
    wake = Descriptor(owning: try SystemError.check(clinux_eventfd(), "eventfd"))
    // Edge-triggered: each signal is a new edge, so the counter never needs reading.
    try SystemError.check(
      clinux_epoll_add(
        poller.rawValue, wake.rawValue, CLINUX_EPOLLIN | CLINUX_EPOLLET, Self.wakeTag),
      "epoll_ctl")
  }

  /// Generation 0 is never given to a watch.
  private static let wakeTag: UInt64 = 0

  /// The loop whose thread is calling.
  package static var current: EventLoop? {
    guard let pointer = clinux_current_loop() else { return nil }
    return Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Whether the caller is on this loop's thread.
  package var isCurrent: Bool {
    clinux_current_loop() == Unmanaged.passUnretained(self).toOpaque()
  }

  /// The time, read once a tick. On the loop only.
  package var now: MonotonicInstant {
    preconditionOnLoop()
    return tickTime
  }

  /// Stops the process when the caller is on another thread.
  package func preconditionOnLoop() {
    precondition(isCurrent, "called from outside the loop's thread")
  }

  // MARK: Work

  /// Runs `body` on the loop, soon. From any thread; on the loop it does not run at once either.
  package func submit(_ body: @escaping @Sendable () -> Void) {
    add(.call(body))
  }

  /// Runs `body` on the loop after descriptors have been looked at once more. On the loop only.
  package func submitNextTick(_ body: @escaping () -> Void) {
    preconditionOnLoop()
    deferred.append(body)
  }

  /// Runs `body` on the loop once there is nothing else to do, within about a second at the
  /// latest, and before the loop ends. In the order of the calls. On the loop only.
  package func submitWhenIdle(_ body: @escaping () -> Void) {
    preconditionOnLoop()
    if whenIdle.isEmpty {
      idleDeadline = tickTime.advanced(byMilliseconds: Self.idleWaitMilliseconds)
    }
    whenIdle.append(body)
  }

  /// Takes a part of a task to run: called by the Swift runtime.
  package func enqueue(_ job: consuming ExecutorJob) {
    add(.job(UnownedJob(job)))
  }

  /// Starts a task that stays on this loop; on the loop it runs at once up to its first wait.
  @discardableResult
  package func spawn(_ operation: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    guard isCurrent else { return Task(executorPreference: self, operation: operation) }
    return Task.immediate(executorPreference: self, operation: operation)
  }

  private func add(_ work: Work) {
    if isCurrent {
      local.append(work)
      return
    }
    let isFirst = inbox.withLock { waiting in
      waiting.append(work)
      return waiting.count == 1
    }
    if isFirst { signalWake() }
  }

  private func signalWake() {
    let result = clinux_eventfd_signal(wake.rawValue)
    precondition(result == 0, "the loop cannot be woken")
  }

  // MARK: Descriptors

  /// Watches a descriptor; the handler is kept until `unwatch`. On the loop only.
  package func watch(
    _ descriptor: Int32, for interest: Interest, trigger: Trigger,
    handler: any ReadinessHandler
  ) throws(SystemError) -> Watch {
    preconditionOnLoop()
    let watch = watches.nextWatch(of: descriptor, trigger: trigger)
    try SystemError.check(
      clinux_epoll_add(
        poller.rawValue, descriptor, interest.rawValue | trigger.bits, watch.tag),
      "epoll_ctl")
    watches.insert(handler, for: watch)
    return watch
  }

  /// Changes what a watch is for. On the loop only; not for exclusive watches.
  package func change(_ watch: Watch, to interest: Interest) throws(SystemError) {
    preconditionOnLoop()
    precondition(watches.isCurrent(watch), "the watch has ended")
    try SystemError.check(
      clinux_epoll_modify(
        poller.rawValue, watch.descriptor, interest.rawValue | watch.trigger.bits,
        watch.tag),
      "epoll_ctl")
  }

  /// Ends a watch and lets its handler go; the descriptor stays open. Call it before closing
  /// the descriptor. On the loop only; a watch that has ended already is ignored.
  package func unwatch(_ watch: Watch) {
    preconditionOnLoop()
    guard watches.remove(watch) else { return }
    // A library may have closed its descriptor by now, which has taken it out of epoll.
    _ = clinux_epoll_remove(poller.rawValue, watch.descriptor)
  }

  // MARK: Timers

  /// Calls `fire` once `deadline` has come. On the loop only.
  package func setTimer(
    at deadline: MonotonicInstant, _ fire: @escaping () -> Void
  ) -> LoopTimer {
    preconditionOnLoop()
    return timers.insert(at: deadline, fire)
  }

  /// Forgets a timer; one that has fired is ignored. On the loop only.
  package func cancel(_ timer: LoopTimer) {
    preconditionOnLoop()
    timers.cancel(timer)
  }

  // MARK: Running

  /// Runs the loop on the calling thread until `stop()`.
  func run() {
    let me = Unmanaged.passUnretained(self)
    precondition(clinux_current_loop() == nil, "a thread runs one loop")
    clinux_set_current_loop(me.toOpaque())
    defer { clinux_set_current_loop(nil) }
    while !isStopping.withLock({ $0 }) { tick() }
    // What was submitted before the stop still runs, so that nobody waits for it in vain.
    takeInbox()
    drain()
    runWhenIdle()
  }

  /// Asks the loop to end after the tick in which it is. From any thread.
  func stop() {
    isStopping.withLock { $0 = true }
    signalWake()
  }

  private func tick() {
    let count = poll()
    tickTime = .now()
    for position in 0..<count {
      let event = events[position]
      if event.data == Self.wakeTag {
        takeInbox()
      } else if let handler = watches.handler(forTag: event.data) {
        handler.ready(Readiness(rawValue: event.events))
      }
    }
    let lastTimer = timers.sequence
    while let fire = timers.removeDue(at: tickTime, setUpTo: lastTimer) { fire() }
    runDeferred()
    drain()
  }

  /// Waits for events; what is to be done when idle is done before the loop would sleep.
  private func poll() -> Int {
    guard !whenIdle.isEmpty else { return poll(milliseconds: pollMilliseconds()) }
    let count = poll(milliseconds: 0)
    let isIdle = count == 0 && local.isEmpty && deferred.isEmpty
    if isIdle || tickTime >= idleDeadline { runWhenIdle() }
    return count
  }

  private func poll(milliseconds: Int32) -> Int {
    let count = events.withUnsafeMutableBufferPointer { buffer in
      clinux_epoll_wait(
        poller.rawValue, buffer.baseAddress, Int32(Self.eventsPerTickMax), milliseconds)
    }
    precondition(count >= 0, "epoll_wait failed")
    return Int(count)
  }

  /// How long to wait; rounded up, so that a timer is never looked at before its time.
  private func pollMilliseconds() -> Int32 {
    guard local.isEmpty, deferred.isEmpty else { return 0 }
    guard let deadline = timers.nextDeadline() else { return -1 }
    let wait = deadline.nanoseconds(since: .now())
    guard wait > 0 else { return 0 }
    return Int32(min((wait + 999_999) / 1_000_000, 3_600_000))
  }

  private func takeInbox() {
    let taken = inbox.withLock { waiting in
      let taken = waiting
      waiting = []
      return taken
    }
    local.append(contentsOf: taken)
  }

  private func runDeferred() {
    guard !deferred.isEmpty else { return }
    let bodies = deferred
    deferred = []
    for body in bodies { body() }
  }

  private func runWhenIdle() {
    guard !whenIdle.isEmpty else { return }
    let bodies = whenIdle
    whenIdle = []
    for body in bodies { body() }
  }

  private func drain() {
    let executor = asUnownedTaskExecutor()
    var rounds = 0
    while !local.isEmpty, rounds < Self.drainRoundsMax {
      swap(&local, &running)
      for position in running.indices {
        switch running[position] {
        case .job(let job): job.runSynchronously(on: executor)
        case .call(let body): body()
        }
      }
      running.removeAll(keepingCapacity: true)
      rounds += 1
    }
  }
}
