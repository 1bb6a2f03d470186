import CountersignTesting
import Glibc
import Reactor
import Synchronization
import Testing

@testable import Curl

/// Names of the tests, without a resolver: what each look-up of a name answers in turn, the last
/// one for ever.
private final class Names: Sendable {
  private let answers: [String: [[String]]]
  private let asked = Mutex<[String]>([])

  init(_ answers: [String: [[String]]]) {
    self.answers = answers
  }

  var lookUps: [String] { asked.withLock { $0 } }

  var resolver: NameResolver {
    NameResolver { host in
      let count = self.asked.withLock { asked in
        asked.append(host)
        return asked.count { $0 == host }
      }
      guard let turns = self.answers[host], let last = turns.last else {
        return .failure(.unresolved("\(host): no such name"))
      }
      let texts = count <= turns.count ? turns[count - 1] : last
      return .success(texts.compactMap { IPAddress($0) })
    }
  }
}

@Suite("Guarded fetcher")
struct GuardedFetcherTests {
  private func fetcher(
    _ loop: EventLoop, permitting hosts: [String] = [], _ names: Names
  ) throws -> GuardedFetcher {
    GuardedFetcher(
      loop: loop, permitting: try hosts.map { try #require(PermittedHost($0)) },
      resolver: names.resolver)
  }

  @Test(
    "a name is refused when one of its addresses is not public",
    arguments: [
      ["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["::1"], ["fd00::1"], ["::ffff:10.0.0.1"],
      ["93.184.216.34", "127.0.0.1"], ["2606:4700::1111", "fe80::1"], ["0.0.0.0"],
    ])
  func refusesPrivate(addresses: [String]) async throws {
    try await withGuard { loop in
      let names = Names(["site.example": [addresses]])
      let journey = try await fetcher(loop, names).journey(
        FetchRequest(url: "http://site.example/"))
      #expect(journey.hops.isEmpty)
      guard case .failure(.notPublic("site.example", _)) = journey.outcome else {
        Issue.record("\(journey.outcome)")
        return
      }
    }
  }

  @Test("a permitted host is fetched, from the address that was looked up and once only")
  func pins() async throws {
    try await withGuard { loop in
      let site = try LocalSite { $0.answer(200, "first") }
      let other = try LocalSite(at: "127.0.0.2", port: site.port) { $0.answer(200, "second") }
      // Rebinding: whoever asks a second time gets another address.
      let names = Names(["site.example": [["127.0.0.1"], ["127.0.0.2"]]])
      let guarded = try fetcher(loop, permitting: ["site.example"], names)
      let url = "http://site.example:\(site.port)/a"
      let response = try await guarded.journey(FetchRequest(url: url)).outcome.get()
      #expect(response.body == Array("first".utf8))
      #expect(response.address == "127.0.0.1")
      #expect(names.lookUps == ["site.example"])
      #expect(site.visits.first?.head.contains("Host: site.example:\(site.port)\r\n") == true)
      #expect(other.visits.isEmpty)
      // The next fetch asks anew and reuses no connection of the first.
      let again = try await guarded.journey(FetchRequest(url: url)).outcome.get()
      #expect(again.body == Array("second".utf8))
    }
  }

  @Test("a pinned transfer goes to its address whatever the URL says")
  func pinnedTransfer() async throws {
    try await withGuard { loop in
      let site = try LocalSite { $0.answer(200, "named") }
      let other = try LocalSite(at: "127.0.0.2", port: site.port) { $0.answer(200, "pinned") }
      var request = FetchRequest(url: "http://127.0.0.1:\(site.port)/")
      request.pinned = IPAddress("127.0.0.2")
      let response = try await HTTPFetcher(loop: loop).fetch(request)
      #expect(response.body == Array("pinned".utf8))
      #expect(site.visits.isEmpty && other.visits.count == 1)
    }
  }

  @Test("when one address does not answer the next is tried, without asking for the name again")
  func nextAddress() async throws {
    try await withGuard { loop in
      let site = try LocalSite(at: "127.0.0.3") { $0.answer(200, "third") }
      let names = Names(["site.example": [["127.0.0.1", "127.0.0.2", "127.0.0.3"]]])
      let journey = try await fetcher(loop, permitting: ["site.example"], names).journey(
        FetchRequest(url: "http://site.example:\(site.port)/"))
      #expect(try journey.outcome.get().address == "127.0.0.3")
      #expect(names.lookUps.count == 1)
    }
  }

  @Test(
    "a redirect to a place that is not public goes nowhere",
    arguments: [
      "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:22/", "http://[::1]/",
      "http://[::ffff:169.254.169.254]/", "http://0x7f.1/", "http://inside.example/",
      "//inside.example/", "http://2130706433/",
    ])
  func redirectedInside(location: String) async throws {
    try await withGuard { loop in
      let site = try LocalSite { $0.answer(302, fields: [("Location", location)]) }
      let names = Names([
        "site.example": [["127.0.0.1"]], "inside.example": [["10.0.0.1"]],
        "127.0.0.1": [["127.0.0.1"]], "::1": [["::1"]], "0x7f.1": [["127.0.0.1"]],
        "2130706433": [["127.0.0.1"]], "169.254.169.254": [["169.254.169.254"]],
        "::ffff:169.254.169.254": [["::ffff:169.254.169.254"]],
        "::ffff:a9fe:a9fe": [["::ffff:169.254.169.254"]],
      ])
      let journey = try await fetcher(loop, permitting: ["site.example"], names).journey(
        FetchRequest(url: "http://site.example:\(site.port)/"))
      #expect(journey.hops.map(\.status) == [302])
      #expect(site.visits.count == 1)
      switch journey.outcome {
      case .failure(.notPublic), .failure(.refused("port 22 is not one of a web server")): break
      default: Issue.record("\(journey.outcome)")
      }
    }
  }

  @Test(
    "a redirect that is none of ours is refused",
    arguments: [
      "ftp://site.example/", "file:///etc/passwd", "http://user@site.example/", "gopher://a/",
    ])
  func redirectedElsewhere(location: String) async throws {
    try await withGuard { loop in
      let site = try LocalSite { $0.answer(301, fields: [("Location", location)]) }
      let names = Names(["site.example": [["127.0.0.1"]]])
      let journey = try await fetcher(loop, permitting: ["site.example"], names).journey(
        FetchRequest(url: "http://site.example:\(site.port)/"))
      guard case .failure(.refused) = journey.outcome else {
        Issue.record("\(journey.outcome)")
        return
      }
    }
  }

  @Test("five redirects are followed, the sixth is one too many; each hop is told")
  func redirects() async throws {
    try await withGuard { loop in
      let site = try LocalSite { visit in
        let left = Int(visit.target.dropFirst()) ?? 0
        if left == 0 { return visit.answer(200, "there") }
        visit.answer(302, fields: [("Location", "/\(left - 1)")])
      }
      let names = Names(["site.example": [["127.0.0.1"]]])
      let guarded = try fetcher(loop, permitting: ["site.example"], names)
      let origin = "http://site.example:\(site.port)"
      let five = await guarded.journey(FetchRequest(url: origin + "/5"))
      #expect(try five.outcome.get().body == Array("there".utf8))
      #expect(five.hops.map(\.url) == (0...5).reversed().map { "\(origin)/\($0)" })
      #expect(names.lookUps.count == 6)
      let six = await guarded.journey(FetchRequest(url: origin + "/6"))
      #expect(six.outcome.failure == .tooManyRedirects(most: 5))
      let none = await guarded.journey(FetchRequest(url: origin + "/1"), redirectsMax: 0)
      #expect(none.outcome.failure == .tooManyRedirects(most: 0))
    }
  }

  @Test("a credential does not follow a redirect to another server; a POST follows none")
  func credentials() async throws {
    try await withGuard { loop in
      let other = try LocalSite { $0.answer(200, "other") }
      let site = try LocalSite { visit in
        visit.answer(307, fields: [("Location", "http://other.example:\(other.port)/")])
      }
      let names = Names(["site.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]])
      let guarded = try fetcher(loop, permitting: ["site.example", "other.example"], names)
      var request = FetchRequest(url: "http://site.example:\(site.port)/")
      request.fields = [
        FetchField(name: "Authorization", value: "Bearer secret"),
        FetchField(name: "User-Agent", value: "Countersign"),
      ]
      _ = try await guarded.journey(request).outcome.get()
      #expect(site.visits[0].head.contains("secret"))
      #expect(!other.visits[0].head.contains("secret"))
      #expect(other.visits[0].head.contains("User-Agent: Countersign"))
      request.method = "POST"
      request.body = []
      let response = try await guarded.journey(request).outcome.get()
      #expect(response.status == 307)
      #expect(other.visits.count == 1)
    }
  }

  @Test("a server that drips is left when the time of the whole fetch is over")
  func drips() async throws {
    try await withGuard { loop in
      let site = try LocalSite { visit in
        visit.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".utf8))
        while visit.send([0x61]) { usleep(5_000) }
      }
      let names = Names(["site.example": [["127.0.0.1"]]])
      var request = FetchRequest(url: "http://site.example:\(site.port)/")
      request.totalMilliseconds = 300
      let journey = try await fetcher(loop, permitting: ["site.example"], names)
        .journey(request)
      #expect(journey.outcome.failure == .timedOut)
    }
  }

  @Test("a gigabyte is cut off at the limit, with and without a length, compressed or not")
  func endless() async throws {
    try await withGuard { loop in
      let site = try LocalSite { visit in
        let head =
          visit.target == "/chunked"
          ? "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"
          : visit.target == "/length" ? "Content-Length: 1000000000\r\n" : ""
        visit.send(Array("HTTP/1.1 200 OK\r\n\(head)\r\n".utf8))
        let block = [UInt8](repeating: 0x61, count: 65_536)
        var left = 1_000_000_000
        while left > 0 {
          if visit.target == "/chunked", !visit.send(Array("10000\r\n".utf8)) { return }
          guard visit.send(block) else { return }
          if visit.target == "/chunked", !visit.send(Array("\r\n".utf8)) { return }
          left -= block.count
        }
      }
      let names = Names(["site.example": [["127.0.0.1"]]])
      let guarded = try fetcher(loop, permitting: ["site.example"], names)
      for path in ["/length", "/chunked", "/close"] {
        var request = FetchRequest(url: "http://site.example:\(site.port)\(path)")
        request.contentBytesMax = 512_000
        let journey = await guarded.journey(request)
        #expect(journey.outcome.failure == .tooLarge(bytesMax: 512_000), "\(path)")
      }
    }
  }

  @Test("a resolver that hangs is left at the deadline, and holds a bounded number of threads")
  func hangingResolver() async throws {
    try await withGuard { loop in
      let gate = Mutex(false)
      let resolver = NameResolver { _ in
        while !gate.withLock({ $0 }) { usleep(1_000) }
        return .success([])
      }
      let guarded = GuardedFetcher(loop: loop, permitting: [], resolver: resolver)
      var request = FetchRequest(url: "http://site.example/")
      request.totalMilliseconds = 50
      let impatient = request
      await withTaskGroup { group in
        for _ in 0..<(NameResolver.threadsMax + 8) {
          group.addTask {
            let journey = await guarded.journey(impatient)
            guard case .failure(.unresolved) = journey.outcome else {
              Issue.record("\(journey.outcome)")
              return
            }
          }
        }
      }
      gate.withLock { $0 = true }
    }
  }

  @Test("a name that nobody knows does not resolve")
  func unknownName() async throws {
    try await withGuard { loop in
      // Reserved never to exist (RFC 6761 §6.4).
      let journey = await GuardedFetcher(loop: loop).journey(
        FetchRequest(url: "http://site.invalid/"))
      guard case .failure(.unresolved) = journey.outcome else {
        Issue.record("\(journey.outcome)")
        return
      }
    }
  }

  @Test("the proxy of the environment is not asked")
  func noProxy() async throws {
    try await withGuard { loop in
      let proxy = try LocalSite { $0.answer(200, "proxy") }
      let site = try LocalSite { $0.answer(200, "site") }
      setenv("http_proxy", "http://\(proxy.authority)", 1)
      defer { unsetenv("http_proxy") }
      let names = Names(["site.example": [["127.0.0.1"]]])
      let response = try await fetcher(loop, permitting: ["site.example"], names).journey(
        FetchRequest(url: "http://site.example:\(site.port)/")
      ).outcome.get()
      #expect(response.body == Array("site".utf8))
      #expect(proxy.visits.isEmpty)
    }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
