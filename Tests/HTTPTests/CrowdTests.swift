import Glibc
import Reactor
import Synchronization
import Testing

@testable import HTTP

@Suite("More connections than may be")
struct CrowdTests {
  private static let hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

  private static func limits(connections: Int) -> HTTPLimits {
    var limits = HTTPLimits.standard
    limits.connectionsPerLoopMax = connections
    limits.acceptPauseMilliseconds = 5
    return limits
  }

  @Test("a new connection takes the place of the one that has been idle longest")
  func longestIdle() async throws {
    try await RunningServer.with(limits: Self.limits(connections: 3)) { server in
      var first = try server.client()
      try await first.greet()
      var second = try server.client()
      try await second.greet()
      var reading = try server.client()
      try reading.send("GET /hello HTTP/1.1\r\nHost:")
      await server.has(connections: 3)
      // The first one is heard of again: the second has been idle longest now.
      try await first.greet()

      var third = try server.client()
      try await third.greet()
      #expect(try second.readToEnd() == "")
      #expect(server.server.connectionCount == 3)
      try await first.greet()
      try await third.greet()

      var fourth = try server.client()
      try await fourth.greet()
      #expect(try first.readToEnd() == "")
      try await third.greet()
      // What was being sent all the time is answered.
      try reading.send(" a\r\n\r\n")
      #expect(try reading.readAnswer().content == "hello")
      #expect(server.server.connectionCount == 3)
    }
  }

  @Test("a crowd of new connections is served over two loops, whatever idles already")
  func crowd() async throws {
    try await RunningServer.with(limits: Self.limits(connections: 4), loops: 2) { server in
      let idle = try (0..<8).map { _ in try Held(server) }
      try await withThrowingTaskGroup { group in
        for _ in 0..<4 {
          group.addTask {
            for _ in 0..<25 {
              var client = try server.client()
              try await client.greet()
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(server.server.connectionCount <= 8)
      #expect(idle.count == 8)
    }
  }

  @Test(
    "connections made one after another are shared out among the loops, and stay where they are")
  func sharedOut() async throws {
    try await RunningServer.with(loops: 2) { server in
      server.gate.open()
      var clients: [Held] = []
      for _ in 0..<40 { clients.append(try Held(server)) }
      let loops = try clients.map { try $0.loop() }
      #expect(loops.allSatisfy { ["through on 0", "through on 1"].contains($0) })
      let first = loops.count { $0 == "through on 0" }
      #expect((16...24).contains(first), "\(first) of 40 on the first loop")
      #expect(try clients.map { try $0.loop() } == loops)
      #expect(server.server.connectionCount == 40)
      clients = []
      await server.has(connections: 0)
    }
  }

  @Test("while all are busy a new connection waits, and is served when one has gone")
  func allBusy() async throws {
    try await RunningServer.with(limits: Self.limits(connections: 2)) { server in
      var busy = try server.client()
      try busy.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n")
      await server.gate.visited()
      try await leaveAnother(busyOn: server)
      var waiting = try server.client()
      try waiting.send(Self.hello)
      #expect(try waiting.readAnswer().content == "hello")
      server.gate.open()
      #expect(try busy.readAnswer().content == "through on 0")
    }
  }

  /// Takes the last place with a request that never ends, and goes once another is waiting.
  private func leaveAnother(busyOn server: RunningServer) async throws {
    let last = try server.client()
    try last.send("GET /hello HTTP/1.1\r\n")
    await server.has(connections: 2)
    let waiting = try server.client()
    try waiting.send(Self.hello)
    #expect(try !waiting.isReadable(withinMilliseconds: 30))
    #expect(server.server.connectionCount == 2)
  }

  @Test("a request that has arrived is answered, although its connection was to make room")
  func arrivedRequest() async throws {
    try await RunningServer.with(limits: Self.limits(connections: 1)) { server in
      var old = try server.client()
      try await old.greet()
      let halt = Halt()
      halt.begin(on: server.group.loops[0])
      // Both arrive while the loop looks elsewhere, the new connection first.
      var new = try server.client()
      try new.send(Self.hello)
      try old.send(Self.hello)
      halt.end()
      #expect(try old.readAnswer().content == "hello")
      #expect(try new.readAnswer().content == "hello")
      #expect(try old.readToEnd() == "")
    }
  }
}

extension SocketClient {
  /// A request, answered.
  mutating func greet() async throws {
    try send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try readAnswer().content == "hello")
  }
}

extension RunningServer {
  /// Waits until the server has taken that many connections.
  func has(connections count: Int) async {
    let deadline = MonotonicInstant.now().advanced(bySeconds: 20)
    while server.connectionCount != count, MonotonicInstant.now() < deadline { sched_yield() }
    #expect(server.connectionCount == count)
  }
}

/// A connection in a list, which a `SocketClient` cannot be in.
private final class Held {
  private var client: SocketClient

  init(_ server: RunningServer) throws {
    client = try server.client()
  }

  /// Which loop it is on; only with the gate open.
  func loop() throws -> String {
    try client.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n")
    return try client.readAnswer().content
  }
}

/// Keeps a loop from looking at its descriptors.
private final class Halt: Sendable {
  private enum State { case none, halted, over }
  private let state = Mutex(State.none)

  /// Returns once the loop stands still.
  func begin(on loop: EventLoop) {
    loop.submit { [self] in
      state.withLock { $0 = .halted }
      while state.withLock({ $0 == .halted }) { sched_yield() }
    }
    while state.withLock({ $0 == .none }) { sched_yield() }
  }

  func end() { state.withLock { $0 = .over } }
}
