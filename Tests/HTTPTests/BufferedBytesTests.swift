import Testing

import Reactor

@testable import HTTP

@Suite("Buffered bytes")
struct BufferedBytesTests {
  private static let bytesMax = 50_000
  private static let body = 40_000
  /// Two such parts are more than may be held.
  private static let part = 30_000

  private static var limits: HTTPLimits {
    var limits = HTTPLimits.standard
    limits.bufferedBytesPerLoopMax = bytesMax
    return limits
  }

  @Test("of two bodies too large to be held together one is refused, again and again")
  func bodies() async throws {
    try await RunningServer.with(limits: Self.limits) { server in
      for round in 0..<10 {
        var first = try Self.begun(on: server)
        var second = try Self.begun(on: server)
        while try !first.isReadable(withinMilliseconds: 1),
          try !second.isReadable(withinMilliseconds: 1)
        {}
        // Whole requests pass meanwhile.
        var small = try server.client()
        try await small.greet()
        if try first.isReadable(withinMilliseconds: 0) {
          try Self.checkRefused(&first)
          try Self.end(&second, round)
        } else {
          try Self.checkRefused(&second)
          try Self.end(&first, round)
        }
      }
    }
  }

  @Test("an answer that nobody reads counts until it is read")
  func answers() async throws {
    try await RunningServer.with(limits: Self.limits) { server in
      var slow = try server.client()
      try slow.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try slow.isReadable(withinMilliseconds: 20_000))
      var refused = try Self.begun(on: server)
      try Self.checkRefused(&refused)
      #expect(try slow.readAnswer().content.utf8.count == RunningServer.longAnswer.count)
      var next = try Self.begun(on: server)
      try Self.end(&next, 0)
    }
  }

  @Test("what a closed connection held is free")
  func closed() async throws {
    try await RunningServer.with(limits: Self.limits) { server in
      for round in 0..<10 {
        do {
          let gone = try Self.begun(on: server)
          await server.has(connections: 1)
          if round % 2 == 0 { gone.resetAtEnd() } else { gone.finishSending() }
        }
        await server.has(connections: 0)
        var next = try Self.begun(on: server)
        try Self.end(&next, round)
        next.finishSending()
        #expect(try next.readToEnd() == "")
        await server.has(connections: 0)
      }
    }
  }

  /// A connection that has sent a part of its body.
  private static func begun(on server: RunningServer) throws -> SocketClient {
    let client = try server.client()
    try client.send("POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: \(body)\r\n\r\n")
    try client.send([UInt8](repeating: 0x61, count: part))
    return client
  }

  private static func end(_ client: inout SocketClient, _ round: Int) throws {
    try client.send([UInt8](repeating: 0x61, count: body - part))
    #expect(try client.readAnswer().content.utf8.count == body, "round \(round)")
  }

  private static func checkRefused(_ client: inout SocketClient) throws {
    let answer = try client.readAnswer()
    #expect(answer.head[0] == "HTTP/1.1 503 Service Unavailable")
    #expect(answer.head.contains("Retry-After: 1"))
    #expect(answer.head.contains("Connection: close"))
    #expect(try client.readToEnd() == "")
  }
}
