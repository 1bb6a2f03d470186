import Testing

import Reactor

@Suite("Tasks on a loop")
struct TaskExecutorTests {
  private func wanderer(_ loop: EventLoop) async -> [Bool] {
    var stayed: [Bool] = []
    func note() { stayed.append(EventLoop.current === loop) }
    note()
    await Task.yield()
    note()
    await withUnsafeContinuation { continuation in
      Task.detached { continuation.resume() }
    }
    note()
    async let child = EventLoop.current === loop
    stayed.append(await child)
    note()
    await MainActor.run {}
    note()
    await loop.sleep(until: .now().advanced(byMilliseconds: 1))
    note()
    return stayed
  }

  @Test("a task started on the loop is back on it after every kind of wait")
  func staysOnTheLoop() async throws {
    try await withLoops { loops in
      let stayed = await withCheckedContinuation { continuation in
        loops[0].submit {
          loops[0].spawn { continuation.resume(returning: await wanderer(loops[0])) }
        }
      }
      #expect(stayed == Array(repeating: true, count: 7))
    }
  }

  @Test("a tree of tasks runs on the loop that it prefers")
  func preference() async throws {
    try await withLoops { loops in
      let stayed = await withTaskExecutorPreference(loops[0]) { await wanderer(loops[0]) }
      #expect(stayed == Array(repeating: true, count: 7))
    }
  }

  @Test("a task that is spawned on the loop runs at once up to its first wait")
  func immediate() async throws {
    try await withLoops { loops in
      let order = try await onLoop(loops[0]) {
        let order = Shared<[String]>([])
        loops[0].spawn { order.change { $0.append("task") } }
        order.change { $0.append("after") }
        return order.current
      }
      #expect(order == ["task", "after"])
    }
  }

  @Test("a sleeping task is woken by its cancellation")
  func cancelledSleep() async throws {
    try await withLoops { loops in
      let loop = loops[0]
      let start = MonotonicInstant.now()
      let task = loop.spawn { await loop.sleep(until: .now().advanced(bySeconds: 600)) }
      task.cancel()
      await task.value
      #expect(MonotonicInstant.now().nanoseconds(since: start) < 60_000_000_000)
    }
  }

  @Test("two loops run tasks of their own at the same time")
  func twoLoops() async throws {
    try await withLoops(2) { loops in
      await withTaskGroup { group in
        for loop in loops {
          group.addTask {
            for _ in 0..<100 {
              let stayed = await withTaskExecutorPreference(loop) {
                await Task.yield()
                return EventLoop.current === loop
              }
              #expect(stayed)
            }
          }
        }
      }
    }
  }
}
