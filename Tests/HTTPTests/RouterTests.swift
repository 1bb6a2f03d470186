import HTTPTypes
import Testing

@testable import HTTP

@Suite("Router")
struct RouterTests {
  private static func route(
    _ method: HTTPRequest.Method, _ pattern: String, bodyBytesMax: Int = 1024
  ) -> Route {
    Route(
      method, pattern, bodyBytesMax: bodyBytesMax,
      immediate: { request in
        let parameters = request.pathParameters.map { "\($0.name)=\($0.value)" }
        return .text(.ok, ([pattern] + parameters).joined(separator: " "))
      })
  }

  private let router = Router(
    routes: [
      route(.get, "/"),
      route(.get, "/v1/leases"),
      route(.post, "/v1/leases"),
      route(.get, "/v1/leases/{lease}"),
      route(.post, "/v1/leases/{lease}/renewals", bodyBytesMax: 4),
      route(.get, "/v1/leases/mine"),
      route(.get, "/v1/leases/mine/history"),
      Route(.get, "/fixed", fixed: .text(.ok, "the same")),
      Route(
        .get, "/recalls/{name}",
        recalling: { $0.pathParameter("name") == "known" ? .text(.ok, "recalled") : nil },
        else: { .text(.ok, "found \($0.pathParameter("name"))") }),
      Route(.get, "/waits", handler: { _ in .text(.ok, "waited") }),
      route(.get, "/.well-known/jwks.json"),
    ],
    errorResponse: { failure, id in .text(failure.status, "\(failure.status.code) \(id)") })

  private func answer(
    _ method: HTTPRequest.Method, _ target: String, body: [UInt8] = []
  ) async throws -> String {
    let response = await router.answer(
      try Request(method: method, target: target, body: body, id: "r1"))
    return "\(response.status.code) \(String(decoding: response.body, as: UTF8.self))"
  }

  @Test("a route has one answer, or one from memory, or one that it waits for")
  func kinds() async throws {
    #expect(try await answer(.get, "/fixed") == "200 the same")
    #expect(try await answer(.post, "/fixed", body: [1]).hasPrefix("405"))
    #expect(try await answer(.get, "/fixed", body: [1]).hasPrefix("413"))
    #expect(try await answer(.get, "/recalls/known") == "200 recalled")
    #expect(try await answer(.get, "/recalls/new") == "200 found new")
    #expect(try await answer(.get, "/waits") == "200 waited")
  }

  @Test(
    "a path leads to its route",
    arguments: [
      ("/", "/"),
      ("/v1/leases", "/v1/leases"),
      ("/v1/leases?x=%41", "/v1/leases"),
      ("/v1/leases/l_1", "/v1/leases/{lease} lease=l_1"),
      ("/v1/leases/a%2Fb%20c", "/v1/leases/{lease} lease=a/b c"),
      ("/v1/leases/mine", "/v1/leases/mine"),
      ("/v1/lea%73es/mine", "/v1/leases/mine"),
      ("/v1/leases/mine/history", "/v1/leases/mine/history"),
      ("/.well-known/jwks.json", "/.well-known/jwks.json"),
      ("http://other.test/v1/leases", "/v1/leases"),
      ("http://other.test", "/"),
    ])
  func found(target: String, body: String) async throws {
    #expect(try await answer(.get, target) == "200 \(body)")
  }

  @Test(
    "a path of no route is not found",
    arguments: [
      "/v1", "/v1/", "/v1/leases/", "/v1//leases", "/V1/leases", "/v1/leases/a/b", "//",
      "/v1/leases/a/renewals/", "/v1/../v1/leases", "/.well-known%2Fjwks.json",
    ])
  func notFound(target: String) async throws {
    #expect(try await answer(.get, target) == "404 404 r1")
  }

  @Test(
    "malformed escapes are refused, in the path and in the query",
    arguments: [
      "/v1/leases/%", "/v1/leases/%4", "/v1/leases/%4g", "/v1/leases/%00", "/v1/leases/%ff",
      "/v1/leases/%C3", "/v1/leases?a=%", "/v1/leases?%zz=1", "/v1/leases?a=%00",
    ])
  func malformed(target: String) async throws {
    #expect(try await answer(.get, target) == "400 400 r1")
  }

  @Test("30: another method of a known path names the allowed ones, an unknown one is refused")
  func methods() async throws {
    let request = try Request(method: .delete, target: "/v1/leases")
    let response = await router.answer(request)
    #expect(response.status == .methodNotAllowed)
    #expect(response.value(of: .allow) == "GET, HEAD, OPTIONS, POST")
    #expect(try await answer(.init("BREW")!, "/v1/leases") == "501 501 r1")
    #expect(try await answer(.init("get")!, "/v1/leases") == "501 501 r1")
    #expect(try await answer(.trace, "/v1/leases") == "501 501 r1")
    #expect(try await answer(.connect, "a:1") == "501 501 r1")
    #expect(try await answer(.get, "/v1/leases/l/renewals") == "405 405 r1")
  }

  @Test("OPTIONS tells the methods of a path, and of the server")
  func options() async throws {
    let one = await router.answer(try Request(method: .options, target: "/v1/leases/l"))
    #expect(one.status == .noContent)
    #expect(one.value(of: .allow) == "GET, HEAD, OPTIONS")
    let all = await router.answer(try Request(method: .options, target: "*"))
    #expect(all.value(of: .allow) == "GET, HEAD, OPTIONS, POST")
    #expect(try await answer(.options, "/nothing") == "404 404 r1")
  }

  @Test("HEAD is answered as GET, and a waiting handler is waited for")
  func headAndWaiting() async throws {
    #expect(try await answer(.head, "/v1/leases") == "200 /v1/leases")
    #expect(try await answer(.head, "/v1/leases/l/renewals") == "405 405 r1")
    #expect(try await answer(.get, "/waits") == "200 waited")
  }

  @Test("a body is refused one byte over the route's limit")
  func bodyLimit() async throws {
    let path = "/v1/leases/l/renewals"
    #expect(try await answer(.post, path, body: Array("abcd".utf8)).hasPrefix("200"))
    #expect(try await answer(.post, path, body: Array("abcde".utf8)) == "413 413 r1")
  }
}

@Suite("Request")
struct RequestTests {
  @Test("fields are found whatever their case, several are joined")
  func fields() throws {
    let tag = HTTPField.Name("x-tag")!
    let request = try Request(
      method: .get, target: "/a",
      fields: [(.authorization, "Bearer x"), (tag, "1"), (.init("X-TAG")!, "2")])
    #expect(request.header(.authorization) == "Bearer x")
    #expect(request.header(tag) == "1, 2")
    #expect(request.headerValues(tag) == ["1", "2"])
    #expect(request.header(.cookie) == nil)
    #expect(request.host == "localhost")
    #expect(request.fields[.authorization] == "Bearer x")
    #expect(request.fields.count == 4)
  }

  @Test("query items are decoded in order")
  func query() throws {
    let request = try Request(method: .get, target: "/a?b=c%20d+e&f&=g&&b=%E2%82%AC=h")
    #expect(request.path == "/a")
    #expect(request.query == "b=c%20d+e&f&=g&&b=%E2%82%AC=h")
    #expect(
      request.queryItems.map { "\($0.name)>\($0.value)" }
        == ["b>c d e", "f>", ">g", "b>€=h"])
    #expect(request.queryValue("b") == "c d e")
    #expect(request.queryValue("x") == nil)
    #expect(try Request(method: .get, target: "/a").queryItems == [])
  }

  @Test("a request that no client could send cannot be made")
  func forged() {
    #expect(throws: HTTPFailure.self) {
      try Request(method: .get, target: "/a b")
    }
    #expect(throws: HTTPFailure.self) {
      try Request(method: .get, target: "/", fields: [(.cookie, "a\r\n\r\nGET /")])
    }
  }
}
