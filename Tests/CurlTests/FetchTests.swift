import HTTP
import HTTPTypes
import Reactor
import Synchronization
import Testing

@testable import Curl

@Suite("Fetch")
struct FetchTests {
  /// Runs `body` with a fetcher and the address of a server on another loop.
  private func withServer(
    _ body: @Sendable (HTTPFetcher, String) async throws -> Void
  ) async throws {
    let group = try EventLoopGroup(count: 2)
    group.start()
    defer { group.stop() }
    let server = HTTPServer(
      router: Router(routes: Self.routes) { failure, _ in Response(status: failure.status) })
    let any = try #require(SocketAddress("127.0.0.1:0"))
    let bound = try await server.start(on: [group.loops[0]], addresses: [any])
    do {
      try await body(HTTPFetcher(loop: group.loops[1]), "http://\(bound[0])")
    } catch {
      await server.drain(withinSeconds: 0)
      throw error
    }
    await server.drain(withinSeconds: 0)
  }

  private static let echoed = HTTPField.Name("X-Echo")!

  private static let routes: [Route] =
    [HTTPRequest.Method.get, .post, .put, .patch, .delete].map { method in
      Route(
        method, "/echo", bodyBytesMax: 4 << 20,
        immediate: { request in
          var response = Response(status: .ok, body: request.body)
          let type = request.header(.contentType) ?? "none"
          response.set(echoed, "\(request.method) \(type) \(request.header(echoed) ?? "none")")
          return response
        })
    } + [
      Route(
        .get, "/moved",
        immediate: { _ in
          var response = Response(status: .found)
          response.set(.location, "/echo")
          return response
        }),
      Route(
        .get, "/large",
        immediate: { _ in
          Response(status: .ok, body: [UInt8](repeating: 1, count: 1000))
        }),
      Route(
        .get, "/never", timeoutSeconds: 600,
        handler: { _ in
          await EventLoop.current?.sleep(until: .now().advanced(bySeconds: 600))
          return Response(status: .ok)
        }),
    ]

  @Test("methods, fields and content arrive, and the answer's come back")
  func exchanges() async throws {
    try await withServer { fetcher, origin in
      for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        var request = FetchRequest(method: method, url: origin + "/echo")
        request.fields = [FetchField(name: "X-Echo", value: "a b")]
        if method != "GET" { request.body = Array("content".utf8) }
        let response = try await fetcher.fetch(request)
        #expect(response.status == 200)
        #expect(response.value(of: "x-echo") == "\(method) none a b")
        #expect(response.body == request.body ?? [])
      }
      var json = FetchRequest(method: "POST", url: origin + "/echo", body: [])
      json.fields = [FetchField(name: "content-type", value: "application/json")]
      let response = try await fetcher.fetch(json)
      #expect(response.value(of: "X-Echo") == "POST application/json none")
    }
  }

  @Test("an empty field is sent, HEAD has no content, an error status is an answer")
  func others() async throws {
    try await withServer { fetcher, origin in
      var request = FetchRequest(url: origin + "/echo")
      request.fields = [FetchField(name: "X-Echo", value: "")]
      let empty = try await fetcher.fetch(request)
      #expect(empty.value(of: "x-echo") == "GET none")
      let head = try await fetcher.fetch(FetchRequest(method: "HEAD", url: origin + "/large"))
      #expect(head.body.isEmpty)
      #expect(head.value(of: "content-length") == "1000")
      let missing = try await fetcher.fetch(FetchRequest(url: origin + "/nothing"))
      #expect(missing.status == 404)
      let moved = try await fetcher.fetch(FetchRequest(url: origin + "/moved"))
      #expect(moved.status == 302)
    }
  }

  @Test("a body of a megabyte is sent, with the wait for 100 Continue that libcurl makes of it")
  func largeBody() async throws {
    try await withServer { fetcher, origin in
      let body = (0..<((1 << 20) + 4096)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let request = FetchRequest(method: "POST", url: origin + "/echo", body: body)
      let large = try await fetcher.fetch(request)
      #expect(large.body == body)
    }
  }

  @Test("many fetches run at once, and one after another reuse connections")
  func concurrent() async throws {
    try await withServer { fetcher, origin in
      try await withThrowingTaskGroup { group in
        for number in 0..<40 {
          group.addTask {
            for round in 0..<5 {
              let body = Array("\(number).\(round)".utf8)
              let request = FetchRequest(method: "PUT", url: origin + "/echo", body: body)
              let small = try await fetcher.fetch(request)
              #expect(small.body == body)
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("an answer is refused one byte over its limit")
  func tooLarge() async throws {
    try await withServer { fetcher, origin in
      var request = FetchRequest(url: origin + "/large")
      request.contentBytesMax = 1000
      let whole = try await fetcher.fetch(request)
      #expect(whole.body.count == 1000)
      request.contentBytesMax = 999
      let refused = request
      await #expect(throws: FetchError.tooLarge(bytesMax: 999)) {
        try await fetcher.fetch(refused)
      }
    }
  }

  @Test("an answer that does not come is given up, and so is one that nobody waits for")
  func givenUp() async throws {
    try await withServer { fetcher, origin in
      var request = FetchRequest(url: origin + "/never")
      request.totalMilliseconds = 30
      let impatient = request
      await #expect(throws: FetchError.timedOut) { try await fetcher.fetch(impatient) }
      let patient = FetchRequest(url: origin + "/never")
      let outcome = Mutex<FetchError?>(nil)
      try await withThrowingTaskGroup { group in
        group.addTask { _ = try await fetcher.fetch(patient) }
        group.cancelAll()
        do {
          try await group.waitForAll()
        } catch let error as FetchError {
          outcome.withLock { $0 = error }
        }
      }
      #expect(outcome.withLock { $0 } == .cancelled)
    }
  }

  @Test("a server that is not there is unreachable")
  func unreachable() async throws {
    let group = try EventLoopGroup(count: 1)
    group.start()
    defer { group.stop() }
    // Bound but never listened on again: nobody else gets the port during the test.
    let any = try #require(SocketAddress("127.0.0.1:0"))
    let port: UInt16
    do {
      let listener = try Socket.listen(on: any, backlog: 1)
      port = try Socket.localAddress(of: listener.rawValue).port
    }
    let fetcher = HTTPFetcher(loop: group.loops[0])
    let error = await #expect(throws: FetchError.self) {
      try await fetcher.fetch(FetchRequest(url: "http://127.0.0.1:\(port)/"))
    }
    guard case .notConnected(let words) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(words.contains("\(port)"))
  }

  @Test(
    "what would not arrive as it is meant is not sent",
    arguments: [
      FetchRequest(url: "file:///etc/passwd"),
      FetchRequest(url: "ftp://127.0.0.1/"),
      FetchRequest(url: "127.0.0.1"),
      FetchRequest(url: "http://127.0.0.1/a b"),
      FetchRequest(url: "http://127.0.0.1/\r\nX: y"),
      FetchRequest(method: "GET / HTTP/1.1\r\n", url: "http://127.0.0.1/"),
      FetchRequest(method: "", url: "http://127.0.0.1/"),
      FetchRequest(
        url: "http://127.0.0.1/", fields: [FetchField(name: "a", value: "b\r\nc: d")]),
      FetchRequest(url: "http://127.0.0.1/", fields: [FetchField(name: "a b", value: "c")]),
      FetchRequest(url: "http://127.0.0.1/", fields: [FetchField(name: "a", value: "b\u{0}")]),
    ])
  func refused(request: FetchRequest) {
    #expect(throws: FetchError.self) { try request.check() }
  }
}
