import Testing

@testable import HTTP

/// A text and what the parser makes of it.
struct ParserCase: Sendable, CustomTestStringConvertible {
  let number: Int
  let text: String
  let events: [String]

  init(_ number: Int, _ text: String, _ events: [String]) {
    self.number = number
    self.text = text
    self.events = events
  }

  var testDescription: String { "\(number): \(text.debugDescription.prefix(120))" }
}

@Suite("Request parser")
struct RequestParserTests {
  private static func get(_ fields: String) -> String {
    "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
  }

  private static func post(_ fields: String, _ body: String = "") -> String {
    "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)"
  }

  private static let root = ["GET /", "body()"]
  private static let refused = ["400"]

  static let framing: [ParserCase] = [
    ParserCase(1, post("Content-Length: 5\r\n", "hello"), ["POST /", "body(hello)"]),
    ParserCase(1, post("Content-Length: 0\r\n"), ["POST /", "body()"]),
    ParserCase(1, post("Content-Length: 0005\r\n", "hello"), ["POST /", "body(hello)"]),
    ParserCase(1, post("Content-Length: +5\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length: -0\r\n"), refused),
    ParserCase(1, post("Content-Length: 0x5\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length: 5_0\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length: 5 0\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length: 5, 6\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length: 5,5\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length:\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length: ,\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length: 5\u{0}\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length: \u{0B}5\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length: \u{A0}5\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length: \"5\"\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length: 5e0\r\n", "hello"), refused),
    ParserCase(1, post("Content-Length: ٥\r\n", "hello"), refused),
    ParserCase(2, post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), refused),
    ParserCase(2, post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), refused),
    ParserCase(3, post("Content-Length: 1048577\r\n"), ["POST /", "413"]),
    ParserCase(3, post("Content-Length: 9223372036854775808\r\n"), ["POST /", "413"]),
    ParserCase(3, post("Content-Length: 18446744073709551616\r\n"), ["POST /", "413"]),
    ParserCase(3, post("Content-Length: 18446744073709551621\r\n", "hello"), ["POST /", "413"]),
    ParserCase(4, post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), ["POST /", "body()"]),
    ParserCase(4, post("TRANSFER-encoding:\t Chunked \r\n", "0\r\n\r\n"), ["POST /", "body()"]),
    ParserCase(4, post("Transfer-Encoding: gzip\r\n"), ["501"]),
    ParserCase(4, post("Transfer-Encoding: identity\r\n"), ["501"]),
    ParserCase(4, post("Transfer-Encoding: gzip, chunked\r\n"), ["501"]),
    ParserCase(4, post("Transfer-Encoding: chunked,\r\n"), refused),
    ParserCase(4, post("Transfer-Encoding: ,chunked\r\n"), refused),
    ParserCase(4, post("Transfer-Encoding: \"chunked\"\r\n"), refused),
    ParserCase(4, post("Transfer-Encoding: \u{0B}chunked\r\n"), refused),
    ParserCase(4, post("Transfer-Encoding: chunked;q=1\r\n"), refused),
    ParserCase(4, post("Transfer-Encoding:\r\n"), refused),
    ParserCase(
      4, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), refused),
    ParserCase(4, post("Transfer-Encoding : chunked\r\n"), refused),
    ParserCase(4, post("Transfer-Encoding: xchunked\r\n"), ["501"]),
    ParserCase(
      5, post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), refused),
    ParserCase(
      5, post("Transfer-Encoding: chunked\r\nContent-Length: x\r\n", "0\r\n\r\n"), refused),
    ParserCase(
      6, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n",
      refused),
    ParserCase(
      11, post("", "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"),
      ["POST /", "body()", "GET /b", "body()"]),
    ParserCase(
      12, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
      ["GET /", "body(hi)"]),
    ParserCase(13, "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", refused),
  ]

  static let syntax: [ParserCase] = [
    ParserCase(14, get("A: b\r\n"), root),
    ParserCase(14, get("A : b\r\n"), refused),
    ParserCase(14, "GET / HTTP/1.1\r\n Host: a\r\n\r\n", refused),
    ParserCase(14, get("A: b\r\n c\r\n"), refused),
    ParserCase(14, get("A: b\r\n\tc\r\n"), refused),
    ParserCase(14, get("A\r\n"), refused),
    ParserCase(14, get(": b\r\n"), refused),
    ParserCase(14, get("A(: b\r\n"), refused),
    ParserCase(14, get("Ä: b\r\n"), refused),
    ParserCase(14, get("A: b\u{0}\r\n"), refused),
    ParserCase(14, get("A: b\rc\r\n"), refused),
    ParserCase(14, get("A: b\u{1}\r\n"), refused),
    ParserCase(14, get("A: b\u{7F}\r\n"), refused),
    ParserCase(15, "GET / HTTP/1.1\nHost: a\n\n", refused),
    ParserCase(15, "GET / HTTP/1.1\r\nHost: a\n\r\n", refused),
    ParserCase(15, "GET / HTTP/1.1\r\nHost: a\r\n\n", refused),
    ParserCase(15, "GET / HTTP/1.1\rHost: a\r\n\r\n", refused),
    ParserCase(15, "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", refused),
    ParserCase(15, "GET / HTTP/1.1\r\nHost: a\r\n\rX\r\n\r\n", refused),
    ParserCase(16, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(16, " GET / HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(16, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", refused),
    ParserCase(16, "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(16, "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(16, "GET HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(16, "GET /ä HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(16, "GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(16, "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(16, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(16, "G!T / HTTP/1.1\r\nHost: a\r\n\r\n", ["G!T /", "body()"]),
    ParserCase(17, "GET /\r\n\r\n", refused),
    ParserCase(17, "GET / HTTP/0.9\r\nHost: a\r\n\r\n", refused),
    ParserCase(17, "GET / HTTP/1\r\nHost: a\r\n\r\n", refused),
    ParserCase(17, "GET / HTTP/1.10\r\nHost: a\r\n\r\n", refused),
    ParserCase(17, "GET / http/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(17, "GET / HTTP/1,1\r\nHost: a\r\n\r\n", refused),
    ParserCase(17, "GET / HTTP/2.0\r\nHost: a\r\n\r\n", ["505"]),
    ParserCase(17, "GET / HTTP/1.2\r\nHost: a\r\n\r\n", root),
    ParserCase(18, "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", root),
    ParserCase(18, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(21, get("a!#$%&'*+-.^_`|~9Z:\t \r\nB: \u{E9}\t x\r\n"), root),
    ParserCase(21, "GET / HTTP/1.1\r\nhOsT:a\r\n\r\n", root),
  ]

  static let hosts: [ParserCase] = [
    ParserCase(19, "GET / HTTP/1.1\r\n\r\n", refused),
    ParserCase(19, "GET / HTTP/1.0\r\n\r\n", ["GET / closes", "body()"]),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", refused),
    ParserCase(19, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", refused),
    ParserCase(19, "GET / HTTP/1.1\r\nHost:\r\n\r\n", refused),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", refused),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", refused),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", refused),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", refused),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", refused),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: a:65535\r\n\r\n", root),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: a:\r\n\r\n", root),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: a%2Db\r\n\r\n", root),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: a%2\r\n\r\n", refused),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", root),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", refused),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: [a]\r\n\r\n", refused),
    ParserCase(19, "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", refused),
    ParserCase(20, "GET http://b/c?d HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /c?d", "body()"]),
    ParserCase(20, "GET HTTPS://b HTTP/1.1\r\nHost: a\r\n\r\n", ["GET ", "body()"]),
    ParserCase(20, "GET http://b HTTP/1.1\r\n\r\n", refused),
    ParserCase(20, "GET http:///c HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(20, "GET http://u@b/c HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(20, "GET ftp://b/c HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(20, "GET c HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(20, "GET * HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(20, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ["OPTIONS *", "body()"]),
    ParserCase(20, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", ["CONNECT a:80", "body()"]),
    ParserCase(20, "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", refused),
    ParserCase(20, "GET a:80 HTTP/1.1\r\nHost: a\r\n\r\n", refused),
  ]

  static let connections: [ParserCase] = [
    ParserCase(23, get("Connection: close\r\n"), ["GET / closes", "body()"]),
    ParserCase(23, get("Connection: CLOSE\r\n"), ["GET / closes", "body()"]),
    ParserCase(23, get("Connection: x , close\r\n"), ["GET / closes", "body()"]),
    ParserCase(
      23, get("Connection: x\r\nConnection: y,close\r\n"), ["GET / closes", "body()"]),
    ParserCase(23, get("Connection: closed\r\n"), root),
    ParserCase(24, "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", root),
    ParserCase(
      24, "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
      ["GET / closes", "body()"]),
    ParserCase(
      31, post("Expect: 100-Continue\r\nContent-Length: 1\r\n", "x"),
      ["POST / expects", "body(x)"]),
    ParserCase(31, post("Expect: 100-continue\r\n"), ["POST /", "body()"]),
    ParserCase(31, post("Expect: 200-maybe\r\nContent-Length: 1\r\n", "x"), ["417"]),
    ParserCase(
      31, "POST / HTTP/1.0\r\nExpect: x\r\nContent-Length: 1\r\n\r\nx",
      ["POST / closes", "body(x)"]),
  ]

  @Test(
    "a request is read, or refused with the right status",
    arguments: framing + syntax + hosts + connections)
  func verdict(sample: ParserCase) {
    #expect(ParserTranscript.events(of: sample.text) == sample.events)
  }

  @Test(
    "22: every cut of the bytes in two, and every byte alone, gives the same",
    arguments: framing + syntax + hosts + connections)
  func segmentation(sample: ParserCase) {
    let bytes = Array(sample.text.utf8)
    for cut in bytes.indices {
      var transcript = ParserTranscript()
      transcript.feed(bytes[..<cut])
      transcript.feed(bytes[cut...])
      #expect(transcript.events == sample.events, "cut at \(cut)")
    }
    var transcript = ParserTranscript()
    for byte in bytes { transcript.feed([byte]) }
    #expect(transcript.events == sample.events, "byte by byte")
  }

  @Test("37: limits are refused one byte beyond, however the bytes are cut")
  func limits() {
    let line = "GET /" + String(repeating: "a", count: 8 * 1024 - 16) + " HTTP/1.1\r\n"
    #expect(line.utf8.count == 8 * 1024)
    let tooLong = "GET /" + String(repeating: "a", count: 8 * 1024 - 15) + " HTTP/1.1\r\n"
    let field = "A: " + String(repeating: "b", count: 8 * 1024 - 5) + "\r\n"
    let fieldTooLong = "A: " + String(repeating: "b", count: 8 * 1024 - 4) + "\r\n"
    let start = "GET / HTTP/1.1\r\nHost: a\r\n"
    // The section has 16 KiB: Host (9), two of these (8192 and 8181), and the empty line.
    let rest = "A: " + String(repeating: "b", count: 8 * 1024 - 16) + "\r\n"
    let restTooLong = "A: " + String(repeating: "b", count: 8 * 1024 - 15) + "\r\n"
    let cases: [(String, String)] = [
      (line + "Host: a\r\n\r\n", "body()"),
      (tooLong + "Host: a\r\n\r\n", "414"),
      (start + field + "\r\n", "body()"),
      (start + fieldTooLong + "\r\n", "431"),
      (start + field + rest + "\r\n", "body()"),
      (start + field + restTooLong + "\r\n", "431"),
      (start + String(repeating: "A: b\r\n", count: 99) + "\r\n", "body()"),
      (start + String(repeating: "A: b\r\n", count: 100) + "\r\n", "431"),
      (String(repeating: "a", count: 9000), "414"),
      (start + String(repeating: "a", count: 20_000), "431"),
    ]
    for (text, last) in cases {
      #expect(ParserTranscript.events(of: text).last == last)
      for size in [7, 1000, 4096] {
        var transcript = ParserTranscript()
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
          transcript.feed(bytes[start..<min(start + size, bytes.count)])
        }
        #expect(transcript.events.last == last, "in pieces of \(size)")
      }
    }
  }

  @Test("25: pipelined requests come out in order under random cuts")
  func pipelined() {
    var random = SystemRandomNumberGenerator()
    var bytes: [UInt8] = []
    var expected: [String] = []
    for number in 0..<50 {
      switch number % 3 {
      case 0:
        bytes += Array("GET /\(number) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        expected += ["GET /\(number)", "body()"]
      case 1:
        let text = "PUT /\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        bytes += Array(text.utf8)
        expected += ["PUT /\(number)", "body(abc)"]
      default:
        let head = "POST /\(number) HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        bytes += Array((head + "2\r\nab\r\n1;x=y\r\nc\r\n0\r\nT: v\r\n\r\n").utf8)
        expected += ["POST /\(number)", "body(abc)"]
      }
    }
    for _ in 0..<50 {
      var transcript = ParserTranscript()
      var rest = bytes[...]
      while !rest.isEmpty {
        let size = Int.random(in: 1...min(200, rest.count), using: &random)
        transcript.feed(rest.prefix(size))
        rest = rest.dropFirst(size)
      }
      #expect(transcript.events == expected)
    }
  }

  @Test("random bytes and random damage never trap")
  func damage() {
    let body = "3;a=\"b\"\r\nabc\r\n0\r\n\r\n"
    let seed = Array(Self.post("Transfer-Encoding: chunked\r\n", body).utf8)
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...4) {
        bytes[Int.random(in: bytes.indices)] = UInt8.random(in: 0...255)
      }
      _ = ParserTranscript.events(of: bytes)
    }
  }
}
