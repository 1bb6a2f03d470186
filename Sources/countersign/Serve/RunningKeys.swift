import Logging
import Reactor

/// The watch on the token keys, on one of the loops.
final class RunningKeys: Sendable {
  private static let pauseMilliseconds = 1_000

  private let task: Task<Void, Never>

  /// - Parameter watch: one that has begun.
  init(_ watch: KeyWatch, on loop: EventLoop) {
    task = loop.spawn {
      var watch = watch
      var complaint = ""
      while true {
        await loop.sleep(until: .now().advanced(byMilliseconds: Self.pauseMilliseconds))
        guard !Task.isCancelled else { return }
        do {
          try await watch.lookAgain()
          complaint = ""
        } catch {
          // The keys go on as they were. Said once, not every second.
          let words = "\(error)"
          if words != complaint { watch.logger.warning("token keys: \(words)") }
          complaint = words
        }
      }
    }
  }

  func stop() async {
    task.cancel()
    await task.value
  }
}
