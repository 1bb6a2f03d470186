import Synchronization

/// Lets a limited number in at once; the others wait in order, and hold nothing meanwhile.
final class Doorway: Sendable {
  private struct State {
    var free: Int
    var waiting: [UnsafeContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  init(width: Int) {
    state = Mutex(State(free: width))
  }

  /// Waits for a place, runs the body in it and gives the place on.
  func pass<R>(_ body: () async throws -> R) async rethrows -> R {
    await enter()
    defer { leave() }
    return try await body()
  }

  private func enter() async {
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
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

  private func leave() {
    let next = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}
