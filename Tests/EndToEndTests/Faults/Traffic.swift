import Foundation

/// How many calls went out and what became of them. Safe to use from any thread.
///
/// `@unchecked Sendable`: what changes is guarded by `condition`.
final class Traffic: @unchecked Sendable {
  struct Counts: Sendable {
    var sent = 0
    /// Calls whose connection broke before the answer.
    var lost = 0
    /// Repeats of lost calls that had been done before their answer was lost, and that had not.
    var doneBeforeLoss = 0
    var doneAfterLoss = 0
    /// Told to come back: 503, and 409 while the same call was still running.
    var unavailable = 0
    var inProgress = 0
    var definite = 0
  }

  private let condition = NSCondition()
  private var all = Counts()
  private var isOver = false

  var counts: Counts { condition.withLock { all } }

  func note(_ change: (inout Counts) -> Void) {
    condition.withLock {
      change(&all)
      condition.broadcast()
    }
  }

  /// No more calls come.
  func end() {
    condition.withLock {
      isOver = true
      condition.broadcast()
    }
  }

  /// Waits until there are so many; false if the traffic ends before.
  @discardableResult
  func reach(
    _ count: Int, of kind: any KeyPath<Counts, Int> & Sendable, within seconds: Double = 60
  ) async throws -> Bool {
    try await offPool { [self] in
      condition.lock()
      defer { condition.unlock() }
      let deadline = Date(timeIntervalSinceNow: seconds)
      while all[keyPath: kind] < count {
        if isOver { return false }
        guard condition.wait(until: deadline) else {
          throw Program.Failure(description: "no more calls: \(all)")
        }
      }
      return true
    }
  }
}
