import HTTPTypes
import Testing

@testable import HTTP

@Suite("handlers at once")
struct AdmissionTests {
  private let limits: HTTPLimits = {
    var limits = HTTPLimits()
    limits.handlersPerLoopMax = 3
    limits.handlersPerLaneMax = 2
    return limits
  }()

  private func request(_ lane: String) -> String {
    "GET /gate HTTP/1.1\r\nHost: a\r\nUser-Agent: \(lane)\r\n\r\n"
  }

  @Test(
    "over its limit a lane is answered 503 at once, and the other one is served",
    arguments: [("bulk", "people"), ("people", "bulk")])
  func lanes(crowd: String, other: String) async throws {
    let limits = limits
    try await RunningServer.with(limits: limits) { server in
      var first = try server.client()
      try first.send(request(crowd))
      await server.gate.visited()
      var second = try server.client()
      try second.send(request(crowd))
      // The second one's bytes have to be read before the third one's.
      while server.server.connectionCount < 2 { await server.settle() }
      await server.settle()
      var third = try server.client()
      try third.send(request(crowd))
      let refused = try third.readAnswer()
      #expect(refused.head.first == "HTTP/1.1 503 Service Unavailable")
      #expect(refused.head.contains("Retry-After: 1"))
      // Answers from memory take no handler.
      try third.send("GET /hello HTTP/1.1\r\nHost: a\r\nUser-Agent: \(crowd)\r\n\r\n")
      #expect(try third.readAnswer().content == "hello")

      var fourth = try server.client()
      try fourth.send(request(other))
      // Over the limit of all lanes together everybody is refused.
      while server.server.connectionCount < 4 { await server.settle() }
      await server.settle()
      var fifth = try server.client()
      try fifth.send(request(other))
      #expect(try fifth.readAnswer().head.first == "HTTP/1.1 503 Service Unavailable")

      server.gate.open()
      #expect(try first.readAnswer().content == "through on 0")
      #expect(try second.readAnswer().content == "through on 0")
      #expect(try fourth.readAnswer().content == "through on 0")
      try fifth.send(request(other))
      #expect(try fifth.readAnswer().content == "through on 0")
    }
  }

  @Test("calls that only wait have a limit of their own and leave all room to the others")
  func patient() async throws {
    var limits = limits
    limits.patientHandlersPerLoopMax = 2
    try await RunningServer.with(limits: limits) { server in
      var first = try server.client()
      try first.send(request("patient"))
      await server.gate.visited()
      var second = try server.client()
      try second.send(request("patient"))
      while server.server.connectionCount < 2 { await server.settle() }
      await server.settle()
      var third = try server.client()
      try third.send(request("patient"))
      #expect(try third.readAnswer().head.first == "HTTP/1.1 503 Service Unavailable")

      // Three handlers in all, two of a lane: as if nobody waited.
      var fourth = try server.client()
      try fourth.send(request("bulk"))
      var fifth = try server.client()
      try fifth.send(request("bulk"))
      while server.server.connectionCount < 5 { await server.settle() }
      await server.settle()
      var sixth = try server.client()
      try sixth.send(request("people"))
      while server.server.connectionCount < 6 { await server.settle() }
      await server.settle()
      server.gate.open()
      #expect(try first.readAnswer().content == "through on 0")
      #expect(try second.readAnswer().content == "through on 0")
      #expect(try fourth.readAnswer().content == "through on 0")
      #expect(try fifth.readAnswer().content == "through on 0")
      #expect(try sixth.readAnswer().content == "through on 0")
      try third.send(request("patient"))
      #expect(try third.readAnswer().content == "through on 0")
    }
  }
}
