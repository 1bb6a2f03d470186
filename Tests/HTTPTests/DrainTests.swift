import Testing

import Reactor

@testable import HTTP

@Suite("Drain")
struct DrainTests {
  @Test("42: what is in flight finishes and is told to close, idle clients are closed at once")
  func drains() async throws {
    try await RunningServer.with { server in
      var idle = try server.client()
      try idle.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try idle.readAnswer().content == "hello")
      var busy = try server.client()
      try busy.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n")
      await server.gate.visited()

      // On the loop, because this thread is about to block in the client.
      let drained = server.group.loops[0].spawn { await server.server.drain(withinSeconds: 20) }
      #expect(try idle.readToEnd() == "")
      #expect(throws: SystemError.self) { _ = try server.client() }
      server.gate.open()
      let answer = try busy.readAnswer()
      #expect(answer.content == "through on 0")
      #expect(answer.head.contains("Connection: close"))
      #expect(try busy.readToEnd() == "")
      await drained.value
      #expect(server.server.connectionCount == 0)
    }
  }

  @Test("42: what does not finish in time is closed")
  func deadline() async throws {
    try await RunningServer.with { server in
      var busy = try server.client()
      try busy.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n")
      await server.gate.visited()
      await server.server.drain(withinSeconds: 0)
      #expect(server.server.connectionCount == 0)
      #expect(try busy.readToEnd() == "")
      await server.settle()
      #expect(server.log.lines.first?.hasPrefix("GET /gate 499 0") == true)
    }
  }

  @Test("a server whose port is taken does not start")
  func portTaken() async throws {
    try await RunningServer.with { server in
      let taken = try #require(SocketAddress("127.0.0.1:\(server.port)"))
      let router = Router(routes: []) { failure, _ in Response(status: failure.status) }
      let other = HTTPServer(router: router)
      let error = await #expect(throws: SystemError.self) {
        _ = try await other.start(on: server.group.loops, addresses: [taken])
      }
      #expect(error?.isAddressInUse == true)
    }
  }
}
