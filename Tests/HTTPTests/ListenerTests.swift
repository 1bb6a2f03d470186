import Testing

import Reactor

@testable import HTTP

@Suite("Listener")
struct ListenerTests {
  private static func get(_ path: String, _ fields: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
  }

  private static func post(_ path: String, _ body: String, _ fields: String = "") -> String {
    "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
  }

  @Test("a connection serves one request after another")
  func keepAlive() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      for number in 0..<20 {
        try client.send(Self.get("/path/\(number)"))
        let answer = try client.readAnswer()
        #expect(answer.head[0] == "HTTP/1.1 200 OK")
        #expect(answer.content == "\(number)")
        #expect(!answer.head.contains("Connection: close"))
      }
      #expect(server.server.connectionCount == 1)
    }
  }

  @Test("25: pipelined requests are answered in order, more of them than one turn takes")
  func pipelining() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      let paths = (0..<100).map { "\($0)" }
      let text = paths.map { path in
        Int(path)! % 5 == 0 ? Self.post("/slow-echo", path) : Self.get("/path/\(path)")
      }
      try client.send(text.joined())
      for path in paths { #expect(try client.readAnswer().content == path) }
    }
  }

  @Test("25: a good answer is not lost because the next request is bad")
  func badAfterGood() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      try client.send(Self.post("/slow-echo", "good") + "BAD\r\n\r\n" + Self.get("/hello"))
      #expect(try client.readAnswer().content == "good")
      let bad = try client.readAnswer()
      #expect(bad.head[0] == "HTTP/1.1 400 Bad Request")
      #expect(bad.head.contains("Connection: close"))
      #expect(try client.readToEnd() == "")
    }
  }

  @Test("a request arrives byte by byte, and a chunked body in pieces")
  func pieces() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      let head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      for byte in Array((head + "3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: u\r\n\r\n").utf8) {
        try client.send([byte])
      }
      #expect(try client.readAnswer().content == "abcde")
    }
  }

  @Test("29: HEAD has the head of GET and no content, in step with what follows")
  func head() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      try client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get("/hello"))
      let head = try client.readAnswer(toHead: true)
      let get = try client.readAnswer()
      #expect(
        head.head.filter { !$0.hasPrefix("X-Request-Id") }
          == get.head.filter { !$0.hasPrefix("X-Request-Id") })
      #expect(get.content == "hello")
    }
  }

  @Test("28, 30: the connection survives 404, 405 and 501, with their bodies consumed")
  func errorsOfRouting() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      try client.send(Self.post("/missing", "body"))
      #expect(try client.readAnswer().head[0] == "HTTP/1.1 404 Not Found")
      try client.send(Self.post("/hello", "body"))
      let notAllowed = try client.readAnswer()
      #expect(notAllowed.head[0] == "HTTP/1.1 405 Method Not Allowed")
      #expect(notAllowed.head.contains("Allow: GET, HEAD, OPTIONS"))
      try client.send("BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try client.readAnswer().content == "501")
      try client.send("DELETE /nothing HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get("/hello"))
      #expect(try client.readAnswer().head[0] == "HTTP/1.1 204 No Content")
      #expect(try client.readAnswer().content == "hello")
    }
  }

  @Test("3, 27: a body that is too long is refused before it is read, and the client reads why")
  func tooLarge() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      try client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4097\r\n\r\n")
      let answer = try client.readAnswer()
      #expect(answer.head[0] == "HTTP/1.1 413 Content Too Large")
      #expect(answer.head.contains("Connection: close"))

      var sending = try server.client()
      try sending.send(Self.post("/echo", String(repeating: "x", count: 200_000)))
      #expect(try sending.readAnswer().content == "413")
      #expect(try sending.readToEnd() == "")

      var chunked = try server.client()
      try chunked.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1001\r\n")
      #expect(try chunked.readAnswer().content == "413")
    }
  }

  @Test("37: heads that are too long are refused with 414 and 431")
  func headLimits() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      try client.send("GET /" + String(repeating: "a", count: 9000))
      #expect(try client.readAnswer().content == "414")
      var other = try server.client()
      try other.send(Self.get("/hello", String(repeating: "A: b\r\n", count: 101)))
      #expect(try other.readAnswer().content == "431")
    }
  }

  @Test("38: a head or body that does not come is answered with 408, an idle client is closed")
  func deadlines() async throws {
    var limits = HTTPLimits.standard
    limits.headMilliseconds = 30
    limits.bodyMilliseconds = 30
    limits.idleMilliseconds = 60
    try await RunningServer.with(limits: limits) { server in
      var head = try server.client()
      try head.send("GET / HTTP/1.1\r\nHost:")
      var body = try server.client()
      try body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nx")
      var idle = try server.client()
      var served = try server.client()
      try served.send(Self.get("/hello"))
      #expect(try served.readAnswer().content == "hello")
      #expect(try served.readToEnd() == "")
      #expect(try head.readAnswer().content == "408")
      #expect(try head.readToEnd() == "")
      #expect(try body.readAnswer().content == "408")
      #expect(try idle.readToEnd() == "")
    }
  }

  @Test("a handler that does not end is answered for with 503")
  func handlerDeadline() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      try client.send(Self.get("/stuck"))
      let answer = try client.readAnswer()
      #expect(answer.content == "503")
      #expect(answer.head.contains("Retry-After: 1"))
      #expect(try client.readToEnd() == "")
    }
  }

  @Test("31: a client that waits with its body is told to go on, or refused at once")
  func expectContinue() async throws {
    try await RunningServer.with { server in
      let fields = "Host: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
      var client = try server.client()
      try client.send("POST /echo HTTP/1.1\r\n" + fields)
      #expect(try client.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      try client.send("hello")
      #expect(try client.readAnswer().content == "hello")

      try client.send("POST /echo HTTP/1.1\r\n" + fields + "hello")
      #expect(try client.readAnswer().content == "hello")

      try client.send("POST /missing HTTP/1.1\r\n" + fields)
      #expect(try client.readAnswer().content == "404")
      #expect(try client.readToEnd() == "")

      var large = try server.client()
      try large.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n")
      #expect(try large.readAnswer().content == "413")
    }
  }

  @Test("26: a client that has finished sending gets its answers, then the end")
  func halfClose() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      try client.send(Self.post("/slow-echo", "a") + Self.get("/hello"))
      client.finishSending()
      #expect(try client.readAnswer().content == "a")
      #expect(try client.readAnswer().content == "hello")
      #expect(try client.readToEnd() == "")

      var cut = try server.client()
      try cut.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
      cut.finishSending()
      #expect(try cut.readAnswer().content == "400")
    }
  }

  @Test("23, 24: the connection ends as the client asks")
  func closes() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      try client.send(Self.get("/hello", "Connection: close\r\n"))
      let answer = try client.readAnswer()
      #expect(answer.head.contains("Connection: close"))
      #expect(try client.readToEnd() == "")
      var old = try server.client()
      try old.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(try old.readAnswer().head.contains("Connection: keep-alive"))
      try old.send("GET /hello HTTP/1.0\r\n\r\n")
      #expect(try old.readAnswer().head.contains("Connection: close"))
      #expect(try old.readToEnd() == "")
    }
  }

  @Test("bodies of megabytes go both ways")
  func largeBodies() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      let body = String(repeating: "0123456789abcdef", count: 1 << 17)
      try client.send(Self.post("/large", body))
      #expect(try client.readAnswer().content == body)
      try client.send(Self.post("/large", body))
      try client.send(Self.get("/hello"))
      #expect(try client.readAnswer().content == body)
      #expect(try client.readAnswer().content == "hello")
    }
  }

  @Test("35: an answer that would forge a field becomes 500")
  func forged() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      try client.send(Self.get("/forged") + Self.get("/hello"))
      #expect(try client.readAnswer().content == "500")
      #expect(try client.readAnswer().content == "hello")
    }
  }

  @Test("answers that are there are sent at once, others when they come")
  func kindsOfRoutes() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      try client.send(
        Self.get("/fixed") + Self.get("/recalled") + Self.get("/recalled?no")
          + Self.get("/fixed"))
      var contents: [String] = []
      for _ in 0..<4 { contents.append(try client.readAnswer().content) }
      #expect(contents == ["fixed", "from memory", "waited for", "fixed"])
    }
  }

  @Test("a well-formed request id is echoed, another is replaced; both are in the log")
  func requestIDs() async throws {
    try await RunningServer.with { server in
      var client = try server.client()
      try client.send(Self.get("/hello?secret=1", "X-Request-Id: my-id_1.2\r\n"))
      #expect(try client.readAnswer().head.contains("X-Request-Id: my-id_1.2"))
      try client.send(Self.get("/hello", "X-Request-Id: my id\r\n"))
      let made = try client.readAnswer().head.first { $0.hasPrefix("X-Request-Id: ") }
      let id = try #require(made?.dropFirst(14))
      #expect(id.count == 24)
      try client.send("BAD\r\n\r\n")
      let bad = try client.readAnswer().head.first { $0.hasPrefix("X-Request-Id: ") }
      // An answer is logged once it is sent, when the client may have read it already.
      await server.settle()
      #expect(
        server.log.lines == [
          "GET /hello 200 5 my-id_1.2", "GET /hello 200 5 \(id)",
          "- - 400 3 \(bad?.dropFirst(14) ?? "")",
        ])
    }
  }

  @Test("the last request of a connection announces its end")
  func requestsPerConnection() async throws {
    var limits = HTTPLimits.standard
    limits.requestsPerConnectionMax = 2
    try await RunningServer.with(limits: limits) { server in
      var client = try server.client()
      try client.send(Self.get("/hello") + Self.get("/hello") + Self.get("/hello"))
      #expect(try !client.readAnswer().head.contains("Connection: close"))
      #expect(try client.readAnswer().head.contains("Connection: close"))
      #expect(try client.readToEnd() == "")
    }
  }

  @Test("39: clients come and go over two loops, and nothing is left")
  func manyClients() async throws {
    try await RunningServer.with(loops: 2) { server in
      try await withThrowingTaskGroup { group in
        for _ in 0..<8 {
          group.addTask {
            for number in 0..<50 {
              var client = try server.client()
              try client.send(Self.get("/path/\(number)") + Self.post("/slow-echo", "x"))
              #expect(try client.readAnswer().content == "\(number)")
              // Every other one leaves without reading its second answer.
              if number % 2 == 0 { #expect(try client.readAnswer().content == "x") }
            }
          }
        }
        try await group.waitForAll()
      }
      await server.server.drain(withinSeconds: 20)
      #expect(server.server.connectionCount == 0)
    }
  }
}
