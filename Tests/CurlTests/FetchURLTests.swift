import Reactor
import Testing

@testable import Curl

@Suite("URLs that are fetched")
struct FetchURLTests {
  /// Text, the host that is resolved, the port.
  static let read: [(String, String, UInt16)] = [
    ("http://example.com", "example.com", 80),
    ("HTTPS://EXAMPLE.com:8443/a?b#c", "example.com", 8443),
    ("https://example.com./", "example.com", 443),
    ("http://127.0.0.1:80/", "127.0.0.1", 80),
    ("http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1", 80),
    ("http://xn--bcher-kva.example/", "xn--bcher-kva.example", 80),
  ]

  @Test("scheme, host and port are those that libcurl connects to", arguments: read)
  func reads(text: String, host: String, port: UInt16) throws {
    let url = try FetchURL(text)
    #expect(url.host == host)
    #expect(url.port == port)
    #expect(!url.text.contains("#"))
  }

  /// Every one of these means 127.0.0.1 to some resolver: none may come out as another name.
  static let spellings = [
    "http://0x7f.1/", "http://2130706433/", "http://017700000001/", "http://127.1/",
    "http://0177.0.0.1/", "http://0x7f000001/", "http://127.0.0.1./", "http://%31%32%37.0.0.1/",
  ]

  @Test("an odd spelling of an address leads to that address or nowhere", arguments: spellings)
  func oddSpellings(text: String) async throws {
    try await withGuard { loop in
      let fetcher = GuardedFetcher(loop: loop)
      let journey = await fetcher.journey(FetchRequest(url: text))
      #expect(journey.hops.isEmpty)
      switch journey.outcome {
      case .failure(.notPublic(_, "127.0.0.1")), .failure(.refused): break
      case .failure(let error): Issue.record("\(text): \(error)")
      case .success: Issue.record("\(text) was fetched")
      }
    }
  }

  static let refused = [
    "", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd",
    "gopher://example.com/", "http://", "http://user@example.com/",
    "http://user:secret@example.com/", "http://@example.com/", "http://:@example.com/",
    "http://example.com:99999/", "http://example.com:0x50/", "http://exa mple.com/",
    "http://ex\u{E4}mple.com/", "http://example.com\\@127.0.0.1/", "http://[fe80::1%25eth0]/",
    "http://[::1", "http://[v1.a]/", "http://a%00b/", "http://a%2Fb/",
    "http://example.com/" + String(repeating: "a", count: FetchURL.bytesMax),
  ]

  @Test("anything else is refused, above all a user before the host", arguments: refused)
  func refuses(text: String) {
    #expect(throws: FetchError.self) { try FetchURL(text) }
  }

  @Test("a redirect is read as libcurl would follow it")
  func resolves() throws {
    let start = try FetchURL("http://example.com/a/b?c")
    #expect(try start.resolving("/d").text == "http://example.com/d")
    #expect(try start.resolving("d").text == "http://example.com/a/d")
    #expect(try start.resolving("//other.example/d").host == "other.example")
    #expect(try start.resolving("https://other.example:8443").port == 8443)
    #expect(try start.resolving("/d e").text == "http://example.com/d%20e")
    #expect(throws: FetchError.self) { try start.resolving("ftp://example.com/") }
    #expect(throws: FetchError.self) { try start.resolving("http://a@example.com/") }
    #expect(throws: FetchError.self) { try start.resolving("file:///etc/passwd") }
  }

  @Test("ports of other protocols are not those of a web server")
  func ports() throws {
    for port in [80, 443, 1_024, 3_000, 8_080, 8_443, 65_535] {
      #expect(try FetchURL("http://a.example:\(port)/").hasWebPort, "\(port)")
    }
    for port in [1, 22, 25, 53, 81, 442, 444, 1_023, 2_049, 3_306, 5_432, 6_000, 6_379, 6_667] {
      #expect(try !FetchURL("http://a.example:\(port)/").hasWebPort, "\(port)")
    }
  }

  /// Text, a URL it covers, one it does not.
  static let permitted = [
    ("intranet.example", "http://intranet.example:9000/a", "http://a.intranet.example/"),
    ("Intranet.example:9000", "https://intranet.example:9000/", "http://intranet.example:9001/"),
    ("127.0.0.1:9000", "http://127.0.0.1:9000/", "http://127.0.0.2:9000/"),
    ("[::1]", "http://[::1]:9000/", "http://[::2]/"),
    ("[::1]:9000", "http://[::1]:9000/", "http://[::1]/"),
    ("a.example:80", "http://a.example/", "https://a.example/"),
  ]

  @Test("a permitted host is one name, with one port where it says so", arguments: permitted)
  func permits(text: String, covered: String, other: String) throws {
    let host = try #require(PermittedHost(text))
    #expect(host.covers(try FetchURL(covered)))
    #expect(!host.covers(try FetchURL(other)))
    #expect(PermittedHost(host.description) == host)
  }

  @Test(
    "what is no host permits nothing",
    arguments: [
      "", "*", "*.example.com", "10.0.0.0/8", "http://a.example", "a.example/b", "a.example:",
      "a.example:0x50", "a.example:99999", "u@a.example", "a b", "a.example?b", "a.example#b",
      "[::1", "::1",
    ])
  func permitsNothing(text: String) {
    #expect(PermittedHost(text) == nil)
  }
}

/// Gives `body` a running loop.
func withGuard(_ body: (EventLoop) async throws -> Void) async throws {
  let group = try EventLoopGroup(count: 1)
  group.start()
  defer { group.stop() }
  try await body(group.loops[0])
}
