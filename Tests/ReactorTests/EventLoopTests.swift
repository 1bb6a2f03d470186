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
      var isSameNumber = false
      // Other tests open descriptors too, and may take the number first: then try again.
      for _ in 0..<200 where !isSameNumber {
        let pair = try await onLoop(loop) { LoopBound(try ReplacingPair(on: loop), to: loop) }
        // Both sockets are writable, so their events come together in the next tick; what was
        // submitted runs after it.
        try await onLoop(loop) {}
        try await onLoop(loop) {}
        let staleCount: Int
        (isSameNumber, staleCount) = try await onLoop(loop) {
          defer { pair.value.end() }
          return (pair.value.isSameNumber, pair.value.staleCount)
        }
        #expect(staleCount == 0)
      }
      #expect(isSameNumber)
    }
  }

  /// Two connections of which the first that is called replaces the other one by a connection
  /// with the same number, whose handler must not get the other's event.
  private final class ReplacingPair {
    private final class Side: ReadinessHandler {
      var descriptor: Descriptor?
      var watch: Watch?
      var called: (Side) -> Void = { _ in }
      func ready(_ events: Readiness) { called(self) }
    }

    private let loop: EventLoop
    private let listener: Descriptor
    private let address: SocketAddress
    private let sides = [Side(), Side()]
    private let late = Side()
    private(set) var staleCount = 0
    private(set) var isSameNumber = false

    init(on loop: EventLoop) throws {
      self.loop = loop
      listener = try Socket.listen(on: SocketAddress("127.0.0.1:0")!, backlog: 8)
      address = try Socket.localAddress(of: listener.rawValue)
      late.called = { [unowned self] _ in staleCount += 1 }
      for side in sides {
        side.called = { [unowned self] in replaceOther(of: $0) }
        try open(side, for: .write)
      }
    }

    private func open(_ side: Side, for interest: Interest) throws {
      let descriptor = try Socket.connect(to: address)
      side.watch = try loop.watch(
        descriptor.rawValue, for: interest, trigger: .level, handler: side)
      side.descriptor = consume descriptor
    }

    private func replaceOther(of side: Side) {
      let other = sides[0] === side ? sides[1] : sides[0]
      let number = other.watch?.descriptor
      for ended in sides {
        if let watch = ended.watch { loop.unwatch(watch) }
        ended.watch = nil
      }
      other.descriptor = nil
      do {
        try open(late, for: .read)
        isSameNumber = late.watch?.descriptor == number
      } catch {
        isSameNumber = false
      }
    }

    func end() {
      for side in sides + [late] {
        if let watch = side.watch { loop.unwatch(watch) }
        side.watch = nil
        side.descriptor = nil
      }
    }
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
