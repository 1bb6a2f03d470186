import Testing

@testable import Reactor

@Suite("What a loop does when it is idle")
struct WhenIdleTests {
  @Test("it comes after everything else, in its own order")
  func order() async throws {
    try await withLoops { loops in
      let loop = loops[0]
      let seen = Shared<[String]>([])
      await withCheckedContinuation { continuation in
        loop.submit {
          loop.submitWhenIdle { seen.change { $0.append("idle 1") } }
          loop.submitWhenIdle {
            seen.change { $0.append("idle 2") }
            continuation.resume()
          }
          loop.submitNextTick {
            seen.change { $0.append("next tick") }
            loop.submit { seen.change { $0.append("work") } }
          }
        }
      }
      #expect(seen.current == ["next tick", "work", "idle 1", "idle 2"])
    }
  }

  @Test("a loop that is never idle comes to it all the same, in about a second")
  func neverIdle() async throws {
    try await withLoops { loops in
      let loop = loops[0]
      let isDone = Shared(false)
      let waited = await withCheckedContinuation { continuation in
        loop.submit {
          @Sendable func spin() {
            if !isDone.current { loop.submitNextTick { spin() } }
          }
          spin()
          let start = loop.now
          loop.submitWhenIdle {
            isDone.change { $0 = true }
            continuation.resume(returning: MonotonicInstant.now().nanoseconds(since: start))
          }
        }
      }
      #expect(waited >= 1_000_000_000)
    }
  }

  @Test("what was to be done when idle is done before the loop ends")
  func end() throws {
    let group = try EventLoopGroup(count: 1)
    let loop = group.loops[0]
    let count = Shared(0)
    loop.submit {
      @Sendable func spin() { loop.submitNextTick { spin() } }
      spin()
      loop.submitWhenIdle { count.change { $0 += 1 } }
    }
    group.start()
    group.stop()
    #expect(count.current == 1)
  }
}
