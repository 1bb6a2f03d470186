import Testing

@testable import Reactor

@Suite("Event loop")
struct EventLoopTests {
  @Test("work submitted from other threads runs on the loop, each piece once and in order")
  func submission() async throws {
    try await withLoops { loops in
      let loop = loops[0]
      let seen = Shared<[Int]>([])
      for number in 0..<1000 {
        loop.submit {
          precondition(EventLoop.current === loop)
          seen.change { $0.append(number) }
        }
      }
      try await onLoop(loop) {}
      #expect(seen.current == Array(0..<1000))
    }
  }

  @Test("many threads wake the loop and nothing is lost")
  func wakeUps() async throws {
    try await withLoops { loops in
      let count = Shared(0)
      await withTaskGroup { group in
        for _ in 0..<8 {
          group.addTask {
            for _ in 0..<500 { loops[0].submit { count.change { $0 += 1 } } }
          }
        }
      }
      try await onLoop(loops[0]) {}
      #expect(count.current == 4000)
    }
  }

  @Test("there is no current loop off the loops' threads")
  func noCurrentLoop() async throws {
    try await withLoops(2) { loops in
      #expect(EventLoop.current == nil)
      for loop in loops {
        let isCurrent = try await onLoop(loop) { EventLoop.current === loop }
        #expect(isCurrent)
      }
    }
  }

  @Test("a timer fires on the loop and not before its deadline")
  func timer() async throws {
    try await withLoops { loops in
      let loop = loops[0]
      let late = await withCheckedContinuation { continuation in
        loop.submit {
          let deadline = loop.now.advanced(byMilliseconds: 20)
          _ = loop.setTimer(at: deadline) {
            continuation.resume(returning: MonotonicInstant.now().nanoseconds(since: deadline))
          }
        }
      }
      #expect(late >= 0)
    }
  }

  @Test("a cancelled timer does not fire although a later one does")
  func cancelledTimer() async throws {
    try await withLoops { loops in
      let loop = loops[0]
      let fired = Shared<[String]>([])
      await withCheckedContinuation { continuation in
        loop.submit {
          let first = loop.setTimer(at: loop.now.advanced(byMilliseconds: 5)) {
            fired.change { $0.append("cancelled") }
          }
          _ = loop.setTimer(at: loop.now.advanced(byMilliseconds: 15)) {
            continuation.resume()
          }
          loop.cancel(first)
        }
      }
      #expect(fired.current == [])
    }
  }

  @Test("an event of a descriptor that was closed and reused does not reach the new handler")
  func staleEvents() async throws {
    try await withLoops { loops in
      let loop = loops[0]
      let calls = try await onLoop(loop) {
        let any = SocketAddress("127.0.0.1:0")!
        let listener = try Socket.listen(on: any, backlog: 8)
        let bound = try Socket.localAddress(of: listener.rawValue)
        let recorder = Recorder()
        let old = try Socket.connect(to: bound)
        let number = old.rawValue
        let oldWatch = try loop.watch(number, for: .write, trigger: .level, handler: recorder)
        // The event is pending in the kernel from here on: the connection is writable.
        loop.unwatch(oldWatch)
        _ = consume old
        let new = try Socket.connect(to: bound)
        let newWatch = try loop.watch(
          new.rawValue, for: .read, trigger: .edge, handler: recorder)
        #expect(new.rawValue == number)
        #expect(oldWatch != newWatch)
        loop.unwatch(oldWatch)
        loop.unwatch(newWatch)
        return recorder.count
      }
      #expect(calls == 0)
    }
  }

  private final class Recorder: ReadinessHandler {
    var count = 0
    func ready(_ events: Readiness) { count += 1 }
  }

  @Test("work submitted before the stop has run when the stop returns")
  func stopDrains() throws {
    let group = try EventLoopGroup(count: 2)
    let count = Shared(0)
    for loop in group.loops {
      loop.submit { loop.submit { count.change { $0 += 1 } } }
    }
    group.start()
    group.stop()
    #expect(count.current == 2)
  }
}
