import HTTPTypes
import Testing

@testable import HTTP

@Suite("Chunked decoder")
struct ChunkedDecoderTests {
  /// The content, then what the decoder says: `complete`, `more`, or a status.
  private func decode(_ text: String, cut: Int? = nil, bodyBytesMax: Int = 1000) -> String {
    var decoder = ChunkedDecoder(limits: .standard, bodyBytesMax: bodyBytesMax)
    var body: [UInt8] = []
    var outcome = ChunkedDecoder.Outcome.needsMore
    let bytes = Array(text.utf8)
    let pieces = cut.map { [bytes[..<$0], bytes[$0...]] } ?? bytes.indices.map { bytes[$0...$0] }
    for piece in pieces where outcome == .needsMore {
      outcome = Array(piece).withUnsafeBytes { decoder.decode($0[...], into: &body).outcome }
    }
    let content = String(decoding: body, as: UTF8.self)
    switch outcome {
    case .complete: return content + " complete"
    case .needsMore: return content + " more"
    case .failed(let failure): return "\(failure.status.code)"
    }
  }

  static let accepted: [(text: String, content: String)] = [
    ("0\r\n\r\n", ""),
    ("5\r\nhello\r\n0\r\n\r\n", "hello"),
    ("a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"),
    ("0000000000000005\r\nhello\r\n0\r\n\r\n", "hello"),
    ("5;a\r\nhello\r\n0;b=c\r\n\r\n", "hello"),
    ("5;a=\"b c\\\"\";d=e\r\nhello\r\n0\r\n\r\n", "hello"),
    ("1\r\na\r\n0\r\nTrailer: x\r\nContent-Length: 7\r\n\r\n", "a"),
    ("1\r\na\r\n0\r\nX:\r\n\r\n", "a"),
  ]

  @Test("7: a well-formed body is read, whatever the case, zeros, extensions and trailers")
  func reads() {
    for (text, content) in Self.accepted {
      #expect(decode(text) == content + " complete")
      for cut in 0..<text.utf8.count {
        #expect(decode(text, cut: cut) == content + " complete", "\(text) cut at \(cut)")
      }
    }
  }

  @Test(
    "8, 9: malformed chunks and trailers are refused",
    arguments: [
      "\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n", "-0\r\n\r\n", "0x5\r\nhello\r\n",
      " 5\r\nhello\r\n", "5 \r\nhello\r\n", "\t5\r\nhello\r\n", "00000000000000005\r\nhello\r\n",
      "g\r\n", "5\nhello\r\n0\r\n\r\n", "5\rhello\r\n", "5\r\nhelloXX0\r\n\r\n",
      "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r0\r\n\r\n", "5\r\nhello0\r\n\r\n",
      "5;\r\nhello\r\n", "5;a=\r\nhello\r\n", "5;a b\r\nhello\r\n", "5;a=\"b\u{0}\"\r\nhello\r\n",
      "5;a=\u{1}\r\nhello\r\n", "5;a=\"b\nc\"\r\n", "5;a=\"b\"c\r\n", "5;\na\r\n", "5 ;a\r\n",
      "0\r\nX\r\n\r\n", "0\r\n: x\r\n\r\n", "0\r\nX : y\r\n\r\n", "0\r\n X: y\r\n\r\n",
      "0\r\nX: y\n\r\n", "0\r\nX: \u{0}\r\n\r\n", "0\r\n\r\r\n", "0\n\r\n",
    ])
  func refuses(text: String) {
    #expect(decode(text) == "400")
    for cut in 0..<text.utf8.count { #expect(decode(text, cut: cut) == "400") }
  }

  @Test("10: a body is not complete before its last byte")
  func incomplete() {
    let text = "5\r\nhello\r\n0\r\n\r\n"
    for count in 0..<text.utf8.count {
      let start = String(decoding: text.utf8.prefix(count), as: UTF8.self)
      #expect(decode(start).hasSuffix("more"))
    }
  }

  @Test("3: the limit counts the content of all chunks")
  func bodyLimit() {
    #expect(decode("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", bodyBytesMax: 5) == "abcde complete")
    #expect(decode("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", bodyBytesMax: 5) == "413")
    #expect(decode("FFFFFFFFFFFFFFFF\r\n") == "413")
  }

  @Test("37: lines, extensions and trailers have limits")
  func overheadLimits() {
    let longest = "0;" + String(repeating: "a", count: 252) + "\r\n\r\n"
    #expect(decode(longest) == " complete")
    #expect(decode("0;" + String(repeating: "a", count: 253) + "\r\n\r\n") == "400")
    let heavy = "1;" + String(repeating: "a", count: 200) + "\r\nx\r\n"
    #expect(decode(String(repeating: heavy, count: 100)) == "400")
    #expect(decode(String(repeating: "1\r\nx\r\n", count: 900)).hasSuffix("more"))
    let trailers = String(repeating: "a: b\r\n", count: 20)
    #expect(decode("0\r\n" + trailers + "\r\n") == " complete")
    #expect(decode("0\r\n" + trailers + "a: b\r\n\r\n") == "400")
    #expect(decode("0\r\na: " + String(repeating: "b", count: 5000)) == "400")
  }
}
