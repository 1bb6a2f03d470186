import Testing

import Reactor

@testable import HTTP

@Suite("Hostile clients")
struct HostileClientTests {
  @Test("38, 40: a client that never reads is read no more, and reset in the end")
  func neverReads() async throws {
    var limits = HTTPLimits.standard
    limits.writeMilliseconds = 50
    try await RunningServer.with(limits: limits) { server in
      let client = try server.client()
      let body = [UInt8](repeating: 0x61, count: 4 << 20)
      let head = "POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n"
      // Far more than all buffers between the two can hold: sending fails only if the server
      // has stopped reading and then closed.
      let error = #expect(throws: SystemError.self) {
        for _ in 0..<64 {
          try client.send(head)
          try client.send(body)
        }
      }
      #expect(error?.call.description == "send")
      var other = try server.client()
      try other.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try other.readAnswer().content == "hello")
    }
  }

  @Test("39: resets within a head, a body and an answer leave nothing behind")
  func resets() async throws {
    try await RunningServer.with { server in
      let starts = [
        "", "GET / HT", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
        "POST /slow-echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
        "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n", "GET /gate HTTP/1.1\r\nHost: a\r\n\r\n",
      ]
      for start in starts + starts {
        let client = try server.client()
        client.resetAtEnd()
        try client.send(start)
      }
      var last = try server.client()
      try last.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try last.readAnswer().content == "hello")
      server.gate.open()
      await server.server.drain(withinSeconds: 20)
      #expect(server.server.connectionCount == 0)
    }
  }

  private static let chunked =
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

  @Test(
    "37: an endless line, endless fields and endless trailers are refused",
    arguments: [
      ("GET /", "a", "414"),
      ("GET / HTTP/1.1\r\nHost: a\r\n", "A: b\r\n", "431"),
      (chunked + "0\r\n", "A: b\r\n", "400"),
      (chunked + "0;", "a", "400"),
    ])
  func endless(start: String, part: String, status: String) async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      try client.send(start)
      try client.send(String(repeating: part, count: 20_000))
      #expect(try client.readAnswer().content == status)
      #expect(try client.readToEnd() == "")
    }
  }

  @Test("39: requests that are never finished do not keep another one waiting")
  func unfinished() async throws {
    try await RunningServer.with { server in
      let group = try (0..<64).map { _ in try Unfinished(port: server.port) }
      var client = try server.client()
      try client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try client.readAnswer().content == "hello")
      #expect(group.count == 64)
    }
  }

  private final class Unfinished {
    private let client: SocketClient

    init(port: UInt16) throws {
      client = try SocketClient(port: port)
      try client.send("GET /hello HTTP/1.1\r\nHost: a\r\nX: ")
    }
  }
}
