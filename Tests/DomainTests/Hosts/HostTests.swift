import Domain
import Testing

@Suite("Host")
struct HostTests {
  @Test(
    "every spelling of a host is one host",
    arguments: [
      (
        "www.example.com",
        [
          "WWW.EXAMPLE.COM", "www.example.com.", "www%2Eexample.com", "%77%77%77.example.com",
          "wWw.ExAmPlE.cOm.",
        ]
      ),
      (
        "192.168.0.1",
        [
          "192.168.0.1", "192.168.0.1.", "192.168.1", "192.11010049", "3232235521", "0xC0A80001",
          "0xc0.0xa8.0x0.0x1", "0300.0250.0.01", "0300.0250.1", "030052000001",
          "[::ffff:192.168.0.1]",
          "[::FFFF:C0A8:1]", "[0:0:0:0:0:ffff:c0a8:0001]", "192.168.0.0x1", "%31%39%32.168.0.1",
        ]
      ),
      ("0.0.0.0", ["0", "0x", "0.0", "0x0.0x0", "00000000000", "[::ffff:0.0.0.0]"]),
      ("255.255.255.255", ["4294967295", "0xffffffff", "255.16777215", "255.255.65535"]),
      (
        "[2001:db8::1]",
        [
          "[2001:db8::1]", "[2001:DB8:0:0:0:0:0:1]", "[2001:0db8::0001]", "[2001:db8::0.0.0.1]",
          "[2001:db8:0::0:1]",
        ]
      ),
      ("[::]", ["[::]", "[0:0:0:0:0:0:0:0]", "[::0.0.0.0]"]),
      ("[1:0:0:2::3]", ["[1:0:0:2:0:0:0:3]", "[1:0:0:2::3]"]),
      ("[1::2:0:0:3:4]", ["[1:0:0:2:0:0:3:4]"]),
      ("[1:0:2:3:4:5:6:7]", ["[1:0:2:3:4:5:6:7]"]),
      ("xn--fsq.xn--fiqs8s", ["xn--fsq.xn--fiqs8s", "XN--FSQ.XN--FIQS8S."]),
      ("localhost", ["LocalHost", "localhost."]),
      ("_dmarc.example.com", ["_DMARC.example.com"]),
      ("1.2.3.4.example", ["1.2.3.4.EXAMPLE"]),
      ("0xg", ["0xG"]), ("1.2.3.0", ["1.2.3.0x", "1.2.0x300"]), ("1.2.3.0xg", []),
    ])
  func spellings(canonical: String, spellings: [String]) throws {
    for spelling in spellings + [canonical] {
      #expect(try Host(spelling).text == canonical, "\(spelling)")
    }
  }

  @Test(
    "what is not a host is refused with its reason",
    arguments: [
      ("", .empty), (".", .empty), ("%2e", .empty),
      ("https://example.com", .notAHost(found: "/")), ("example.com/path", .notAHost(found: "/")),
      ("user@example.com", .notAHost(found: "@")), ("a b", .notAHost(found: " ")),
      ("a%20b", .notAHost(found: " ")), ("*.example.com", .notAHost(found: "*")),
      ("example.com:443", .port), ("[::1]:443", .port), ("::1", .port),
      ("例子.中国", .nonASCII), ("%E4%BE%8B.example", .nonASCII), ("ｅxample.com", .nonASCII),
      ("%4", .badPercentEncoding), ("%zz.com", .badPercentEncoding),
      ("a..b", .emptyLabel), (".example.com", .emptyLabel), ("example.com..", .emptyLabel),
      ("1.2.3.4.5", .badIPv4), ("256.0.0.1", .badIPv4), ("1.2.3.08", .badIPv4),
      ("4294967296", .badIPv4), ("example.09", .badIPv4),
      ("example.0x1", .badIPv4), ("1..2", .badIPv4),
      ("[::1", .badIPv6), ("[::g]", .badIPv6), ("[:::]", .badIPv6), ("[1::2::3]", .badIPv6),
      ("[1:2:3:4:5:6:7]", .badIPv6), ("[1:2:3:4:5:6:7:8:9]", .badIPv6), ("[::1%eth0]", .badIPv6),
      ("[::1.2.3]", .badIPv6), ("[::01.2.3.4]", .badIPv6), ("[1:2:3:4:5:6:7::8]", .badIPv6),
      ("[12345::]", .badIPv6), ("[]", .badIPv6), ("[1:]", .badIPv6),
      ("xn--.com", .badALabel(label: "xn--")), ("xn--a.com", .badALabel(label: "xn--a")),
      ("xn--example-.com", .badALabel(label: "xn--example-")),
    ] as [(String, HostError)])
  func refusals(text: String, expected: HostError) {
    #expect(throws: expected) { try Host(text) }
  }

  @Test("a label may have 63 characters and a name 253, not one more")
  func lengths() throws {
    let label = String(repeating: "a", count: 63)
    let name = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
    #expect(try Host(label + ".com").text == label + ".com")
    #expect(throws: HostError.labelTooLong(label: label + "a")) { try Host(label + "a.com") }
    #expect(try Host(name).text.utf8.count == 253)
    #expect(throws: HostError.nameTooLong) { try Host(name + "b") }
  }

  @Test("a canonical host reads as itself, whatever was written (seed printed)")
  func idempotent() throws {
    let seed = UInt64.random(in: 1...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let alphabet = Array("aZ019.-_x%:[]f*é".unicodeScalars).map(Character.init)
    var read = 0
    for _ in 0..<20_000 {
      let count = Int.random(in: 1...12, using: &generator)
      let text = String((0..<count).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
      guard let host = host(text) else { continue }
      read += 1
      #expect(host == self.host(host.text), "\(text), seed \(seed)")
    }
    #expect(read > 500)
  }

  @Test("a host is within itself and the names above it, label by label")
  func within() throws {
    let host = try Host("a.b.example.com")
    #expect(
      host.selfAndParents.map(\.text) == ["a.b.example.com", "b.example.com", "example.com", "com"])
    #expect(try host.isWithin(Host("example.com")))
    #expect(host.isWithin(host))
    #expect(try !host.isWithin(Host("ample.com")))
    #expect(try !Host("example.com").isWithin(host))
    let address = try Host("1.2.3.4")
    #expect(address.selfAndParents == [address])
    #expect(try !address.isWithin(Host("3.4.example")))
  }

  private func host(_ text: String) -> Host? {
    do { return try Host(text) } catch { return nil }
  }
}
