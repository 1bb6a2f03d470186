import Glibc
import Reactor

/// Waits once for the signals that end the process.
enum SignalWait {
  /// What ends the process.
  static let signals: [Int32] = [SIGINT, SIGTERM]

  /// Calls `received` on the loop when the first signal arrives. On the loop's thread only.
  static func begin(on loop: EventLoop, received: @escaping () -> Void) {
    var watch: SignalWatch?
    do {
      watch = try SignalWatch(loop: loop, signals: signals) { _ in
        watch?.cancel()
        watch = nil
        received()
      }
    } catch {
      preconditionFailure("signals cannot be watched: \(error)")
    }
  }
}
