import Synchronization
import Testing

/// Lets few tests run at once: each has servers and many calls of its own, and the machine is
/// shared with the tests of all other targets.
struct InTurn: SuiteTrait, TestTrait, TestScoping {
  static let testsAtOnceMax = 2
  private static let turns = Turns(width: testsAtOnceMax)

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await function() }
    await InTurn.turns.take()
    defer { InTurn.turns.give() }
    try await function()
  }
}

extension Trait where Self == InTurn {
  /// The suite's tests wait for their turn among all end-to-end tests.
  static var inTurn: InTurn { InTurn() }
}

/// First come, first served.
private final class Turns: Sendable {
  private struct State: Sendable {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  init(width: Int) {
    state = Mutex(State(free: width))
  }

  func take() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        guard state.free == 0 else {
          state.free -= 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  func give() {
    let next = state.withLock { state in
      guard state.waiting.isEmpty else { return Optional(state.waiting.removeFirst()) }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}
