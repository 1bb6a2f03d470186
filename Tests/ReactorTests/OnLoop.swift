import Reactor
import Synchronization

/// Runs `body` on a loop's own thread, off which it is awaited.
func onLoop<R: Sendable>(
  _ loop: EventLoop, _ body: @escaping @Sendable () throws -> R
) async throws -> R {
  try await withCheckedThrowingContinuation { continuation in
    loop.submit { continuation.resume(with: Result(catching: body)) }
  }
}

/// Gives `body` the loops of a running group and stops it afterwards.
func withLoops<R>(
  _ count: Int = 1, _ body: ([EventLoop]) async throws -> R
) async throws -> R {
  let group = try EventLoopGroup(count: count)
  group.start()
  defer { group.stop() }
  return try await body(group.loops)
}

/// A value that several threads of a test change.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  var current: Value { value.withLock { $0 } }

  func change(_ body: (inout Value) -> Void) {
    value.withLock { value in
      var copy = value
      body(&copy)
      value = copy
    }
  }
}
