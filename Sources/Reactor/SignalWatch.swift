import CLinux

/// Turns signals into calls on a loop.
package final class SignalWatch: ReadinessHandler {
  private let descriptor: Descriptor
  private let loop: EventLoop
  private let received: (Int32) -> Void
  private var watch: Watch?

  /// Blocks signals in this thread and all it starts, so that only a watch sees them. Call it
  /// before any thread is started. Child processes inherit it: see `unblockAll()`.
  package static func block(_ signals: [Int32]) throws(SystemError) {
    try SystemError.check(
      clinux_signals_block(signals, Int32(signals.count)), "pthread_sigmask")
  }

  /// Lets all signals through again in this thread, for a child that is about to be started.
  package static func unblockAll() throws(SystemError) {
    try SystemError.check(clinux_signals_unblock_all(), "pthread_sigmask")
  }

  /// Starts to watch signals that are blocked. On the loop only; `received` is called there.
  package init(
    loop: EventLoop, signals: [Int32], received: @escaping (Int32) -> Void
  ) throws(SystemError) {
    self.loop = loop
    self.received = received
    descriptor = Descriptor(
      owning: try SystemError.check(
        clinux_signalfd(signals, Int32(signals.count)), "signalfd"))
    watch = try loop.watch(descriptor.rawValue, for: .read, trigger: .level, handler: self)
  }

  /// Ends the watch. On the loop only; the loop keeps the watch alive until then.
  package func cancel() {
    if let watch { loop.unwatch(watch) }
    watch = nil
  }

  /// Takes every pending signal.
  package func ready(_ events: Readiness) {
    while true {
      let signal = clinux_signalfd_read(descriptor.rawValue)
      guard signal > 0 else { return }
      received(signal)
    }
  }
}
