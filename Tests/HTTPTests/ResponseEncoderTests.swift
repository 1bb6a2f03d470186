import HTTPTypes
import Testing

@testable import HTTP

@Suite("Response encoder")
struct ResponseEncoderTests {
  private func encode(
    _ response: Response, minorVersion: UInt8 = 1, isHead: Bool = false, closes: Bool = false
  ) -> [String]? {
    let context = ResponseContext(
      minorVersion: minorVersion, isHead: isHead, closes: closes, requestID: "r1",
      date: Array("D".utf8))
    var buffer: [UInt8] = []
    guard ResponseEncoder.encodeHead(of: response, context, into: &buffer) else {
      #expect(buffer.isEmpty)
      return nil
    }
    let text = String(decoding: buffer, as: UTF8.self)
    #expect(text.hasSuffix("\r\n\r\n"))
    return text.split(separator: "\r\n").map(String.init)
  }

  @Test("an answer has one length, a date, a request id and is not stored")
  func fields() {
    #expect(
      encode(.json(.ok, Array("{}".utf8))) == [
        "HTTP/1.1 200 OK", "Date: D", "Content-Type: application/json",
        "Cache-Control: no-store", "X-Request-Id: r1", "Content-Length: 2",
      ])
    var cached = Response(status: .init(code: 423))
    cached.set(.cacheControl, "max-age=60")
    cached.set(.cacheControl, "max-age=61")
    #expect(
      encode(cached) == [
        "HTTP/1.1 423 Locked", "Date: D", "Cache-Control: max-age=61", "X-Request-Id: r1",
        "Content-Length: 0",
      ])
  }

  @Test("33: an answer without content has no length")
  func noContent() {
    for status in [HTTPResponse.Status.noContent, .notModified] {
      let lines = encode(Response(status: status, body: [1]))
      #expect(lines?.contains { $0.hasPrefix("Content-Length") } == false)
    }
  }

  @Test("23, 24: the close is announced, and 1.0 is told that the connection stays")
  func connection() {
    let response = Response(status: .ok)
    #expect(encode(response, closes: true)?.last == "Connection: close")
    #expect(encode(response, minorVersion: 0)?.last == "Connection: keep-alive")
    #expect(encode(response, minorVersion: 0, closes: true)?.last == "Connection: close")
  }

  @Test(
    "35: a value that would forge a line is never sent",
    arguments: [
      "a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\u{0}b", "a\u{7F}",
    ])
  func injection(value: String) {
    var response = Response(status: .ok)
    response.set(.location, value)
    #expect(encode(response) == nil)
    response.set(.location, "/a\tb é")
    #expect(encode(response) != nil)
  }

  @Test(
    "32: dates are written as IMF-fixdate",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
      (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
      (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
      (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"),
      (1_798_761_600, "Fri, 01 Jan 2027 00:00:00 GMT"),
    ])
  func dates(seconds: Int64, text: String) {
    #expect(String(decoding: HTTPDate.format(secondsSince1970: seconds), as: UTF8.self) == text)
  }
}
