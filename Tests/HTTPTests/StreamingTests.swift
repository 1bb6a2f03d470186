import HTTPTypes
import Reactor
import Synchronization
import Testing

@testable import HTTP

@Suite("contents that stream")
struct StreamingTests {
  /// A server whose handlers take and give contents piece by piece.
  private final class Streams: Sendable {
    /// What a reader of a content has had so far, and how it ended.
    let taken = Mutex<[Int]>([])
    let end = Mutex<String?>(nil)
    let gate = Gate()
    /// Pieces of the long answer that were asked for.
    let given = Atomic<Int>(0)

    static let pieceCount = 64
    static let piece = [UInt8](repeating: 0x70, count: 256 * 1024)

    var total: Int { taken.withLock { $0.reduce(0, +) } }

    func take(_ request: Request) async -> Response {
      guard let stream = request.stream else { return .text(.internalServerError, "no stream") }
      if request.query == "refuse" { return .text(.forbidden, "no") }
      do {
        while let bytes = try await stream.next() {
          taken.withLock { $0.append(bytes.count) }
          if request.query == "slow" { await gate.wait() }
        }
        end.withLock { $0 = "whole" }
        return .text(.ok, "\(total)")
      } catch {
        end.withLock { $0 = "cut" }
        return .text(.badRequest, "cut")
      }
    }

    var give: BodySource {
      BodySource(length: Self.pieceCount * Self.piece.count) {
        let n = self.given.wrappingAdd(1, ordering: .relaxed).newValue
        return n <= Self.pieceCount ? Self.piece : nil
      }
    }

    var routes: [Route] {
      [
        Route(.post, "/take", bodyBytesMax: 4 << 20, streaming: take),
        Route(
          .get, "/give",
          handler: { _ in
            Response(status: .ok, contentType: "application/octet-stream", source: self.give)
          }),
        Route(
          .get, "/short",
          handler: { _ in
            let source = BodySource(length: 100, next: { nil })
            return Response(status: .ok, contentType: "text/plain", source: source)
          }),
        Route(.get, "/hello", immediate: { _ in .text(.ok, "hello") }),
      ]
    }
  }

  private func with(
    limits: HTTPLimits = .standard,
    _ body: @Sendable (Streams, UInt16, EventLoop) async throws -> Void
  ) async throws {
    let group = try EventLoopGroup(count: 1)
    group.start()
    defer { group.stop() }
    let streams = Streams()
    let server = HTTPServer(
      router: Router(
        routes: streams.routes,
        errorResponse: { failure, _ in .text(failure.status, "\(failure.status.code)") }),
      limits: limits, accessLog: nil)
    let address = try #require(SocketAddress("127.0.0.1:0"))
    let bound = try await server.start(on: group.loops, addresses: [address])
    try await body(streams, bound[0].port, group.loops[0])
    streams.gate.open()
    await server.drain(withinSeconds: 0)
  }

  private func until(_ isSo: () -> Bool) async throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(20))
    while !isSo() {
      guard ContinuousClock.now < deadline else {
        Issue.record("it did not come about")
        return
      }
      await Task.yield()
    }
  }

  @Test("a content is taken as it arrives, and the next request follows on the same connection")
  func takes() async throws {
    try await with { streams, port, _ in
      var client = try SocketClient(port: port)
      try client.send("POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc")
      try await until { streams.total == 3 }
      try client.send("def")
      #expect(try client.readAnswer().content == "6")
      try client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try client.readAnswer().content == "hello")
    }
  }

  @Test("chunks too, up to the route's limit and not a byte beyond")
  func chunks() async throws {
    try await with { streams, port, _ in
      var client = try SocketClient(port: port)
      let head = "POST /take HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      try client.send(head)
      let chunk = [UInt8](repeating: 0x63, count: 1 << 20)
      for _ in 0..<4 {
        try client.send("100000\r\n")
        try client.send(chunk)
        try client.send("\r\n")
      }
      try client.send("0\r\n\r\n")
      #expect(try client.readAnswer().content == "\(4 << 20)")
      #expect(streams.total == 4 << 20)
    }
    try await with { streams, port, _ in
      var client = try SocketClient(port: port)
      try client.send("POST /take HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = [UInt8](repeating: 0x63, count: 1 << 20)
      for _ in 0..<4 {
        try client.send("100000\r\n")
        try client.send(chunk)
        try client.send("\r\n")
      }
      try client.send("1\r\nx\r\n0\r\n\r\n")
      #expect(try client.readAnswer().head[0].hasPrefix("HTTP/1.1 413"))
      try await until { streams.end.withLock { $0 } == "cut" }
    }
  }

  @Test("a length over the limit is refused before the handler begins")
  func tooLong() async throws {
    try await with { streams, port, _ in
      var client = try SocketClient(port: port)
      try client.send("POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: \(4 << 20 | 1)\r\n\r\n")
      #expect(try client.readAnswer().head[0].hasPrefix("HTTP/1.1 413"))
      #expect(streams.end.withLock { $0 } == nil)
    }
  }

  @Test("who asks whether to send is told so only when the handler wants it")
  func asks() async throws {
    try await with { _, port, _ in
      var client = try SocketClient(port: port)
      try client.send(
        "POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
      #expect(try client.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      try client.send("abc")
      #expect(try client.readAnswer().content == "3")
    }
    try await with { _, port, _ in
      var client = try SocketClient(port: port)
      try client.send(
        """
        POST /take?refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\
        Expect: 100-continue\r\n\r\n
        """)
      let answer = try client.readAnswer()
      #expect(answer.head[0].hasPrefix("HTTP/1.1 403"))
      #expect(answer.head.contains("Connection: close"))
    }
  }

  @Test("a sender that goes away cuts the content off")
  func cut() async throws {
    try await with { streams, port, _ in
      do {
        let client = try SocketClient(port: port)
        try client.send("POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
        try await until { streams.total == 3 }
      }
      try await until { streams.end.withLock { $0 } == "cut" }
    }
    try await with { streams, port, _ in
      var client = try SocketClient(port: port)
      try client.send("POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
      client.finishSending()
      #expect(try client.readAnswer().head[0].hasPrefix("HTTP/1.1 400"))
      try await until { streams.end.withLock { $0 } == "cut" }
    }
  }

  @Test("a reader that takes nothing slows its sender down: no more is held than may be")
  func pressure() async throws {
    try await with { streams, port, loop in
      let client = try SocketClient(port: port)
      try client.send("POST /take?slow HTTP/1.1\r\nHost: a\r\nContent-Length: \(4 << 20)\r\n\r\n")
      // Sent by a task of its own, since it will be held up.
      let box = SocketClientBox(client)
      let sending = Task.detached { try box.send([UInt8](repeating: 0x7A, count: 4 << 20)) }
      await streams.gate.visited()
      // All that the loop could do it has done by now.
      for _ in 0..<100 {
        await withCheckedContinuation { done in
          loop.submit { loop.submitWhenIdle { done.resume() } }
        }
      }
      #expect(streams.total <= 64 * 1024)
      streams.gate.open()
      try await sending.value
      try await until { streams.total == 4 << 20 }
      let most = streams.taken.withLock { $0.max() ?? 0 }
      #expect(most <= BodyStream.heldBytesMax + 64 * 1024)
    }
  }

  @Test("an answer is asked for piece by piece, as fast as it is read")
  func gives() async throws {
    try await with { streams, port, loop in
      var client = try SocketClient(port: port)
      try client.send("GET /give HTTP/1.1\r\nHost: a\r\n\r\n")
      let head = try client.read(through: "\r\n\r\n")
      let length = Streams.pieceCount * Streams.piece.count
      #expect(head.contains("Content-Length: \(length)\r\n"))
      for _ in 0..<100 {
        await withCheckedContinuation { done in
          loop.submit { loop.submitWhenIdle { done.resume() } }
        }
      }
      // What the kernel's buffers hold, and no more.
      #expect(streams.given.load(ordering: .relaxed) < Streams.pieceCount / 2)
      #expect(try client.read(count: length).utf8.count == length)
      try client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try client.readAnswer().content == "hello")
    }
  }

  @Test("a source that ends early resets the connection: nobody takes it for the whole")
  func short() async throws {
    try await with { _, port, _ in
      var client = try SocketClient(port: port)
      try client.send("GET /short HTTP/1.1\r\nHost: a\r\n\r\n")
      var broke = false
      do {
        _ = try client.read(through: "\r\n\r\n")
        broke = try client.readToEnd().isEmpty
      } catch {
        broke = true
      }
      #expect(broke)
    }
  }

  @Test("HEAD asks for no piece")
  func head() async throws {
    try await with { streams, port, _ in
      var client = try SocketClient(port: port)
      try client.send("HEAD /give HTTP/1.1\r\nHost: a\r\n\r\n")
      _ = try client.readAnswer(toHead: true)
      try client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try client.readAnswer().content == "hello")
      #expect(streams.given.load(ordering: .relaxed) == 0)
    }
  }

  @Test("a content that comes too slowly is given up")
  func tooSlow() async throws {
    var limits = HTTPLimits.standard
    limits.bodyMilliseconds = 50
    try await with(limits: limits) { streams, port, _ in
      var client = try SocketClient(port: port)
      try client.send("POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
      #expect(try client.readAnswer().head[0].hasPrefix("HTTP/1.1 408"))
      try await until { streams.end.withLock { $0 } == "cut" }
    }
  }

  @Test("chunks have the time of the longest content: how long they are nobody has said")
  func unhurried() async throws {
    var limits = HTTPLimits.standard
    limits.bodyMilliseconds = 50
    try await with(limits: limits) { streams, port, loop in
      var client = try SocketClient(port: port)
      try client.send("POST /take HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      try client.send("3\r\nabc\r\n")
      try await until { streams.total == 3 }
      // Twice the time that a content of a known length would have had.
      await loop.sleep(until: .now().advanced(byMilliseconds: 100))
      try client.send("0\r\n\r\n")
      #expect(try client.readAnswer().content == "3")
    }
  }
}

/// A client that a task of its own sends with.
private final class SocketClientBox: Sendable {
  private let client: SocketClient

  init(_ client: consuming SocketClient) { self.client = client }

  func send(_ bytes: [UInt8]) throws { try client.send(bytes) }
}
