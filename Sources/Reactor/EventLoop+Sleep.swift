extension EventLoop {
  /// Waits until `deadline`, or until the task is cancelled, whichever comes first.
  package func sleep(until deadline: MonotonicInstant) async {
    let sleeper = Sleeper(loop: self)
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        sleeper.onLoop { $0.begin(until: deadline, continuation) }
      }
    } onCancel: {
      // May be called on any thread, and before the wait begins.
      submit { sleeper.wake() }
    }
  }
}

/// One waiting task.
///
/// `@unchecked Sendable`: its variables are touched only on the loop's thread, by `onLoop`,
/// by the loop's timer and by work submitted to the loop.
private final class Sleeper: @unchecked Sendable {
  private let loop: EventLoop
  private var isAwake = false
  private var timer: LoopTimer?
  private var continuation: UnsafeContinuation<Void, Never>?

  init(loop: EventLoop) {
    self.loop = loop
  }

  func onLoop(_ body: @escaping @Sendable (Sleeper) -> Void) {
    guard !loop.isCurrent else { return body(self) }
    loop.submit { body(self) }
  }

  func begin(
    until deadline: MonotonicInstant, _ continuation: UnsafeContinuation<Void, Never>
  ) {
    guard !isAwake else { return continuation.resume() }
    self.continuation = continuation
    timer = loop.setTimer(at: deadline) { self.wake() }
  }

  func wake() {
    isAwake = true
    if let timer { loop.cancel(timer) }
    timer = nil
    let waiting = continuation
    continuation = nil
    waiting?.resume()
  }
}
