import Domain
import Testing

@Suite("JSON parser")
struct JSONParserTests {
  @Test("members keep their order and numbers their digits")
  func keepsText() throws {
    let json = try parse(#"{"b":1.50,"a":[1e2,-0,"ü\n"]}"#)
    #expect(String(decoding: json.bytes(), as: UTF8.self) == #"{"b":1.50,"a":[1e2,-0,"ü\n"]}"#)
  }

  @Test(
    "what is not strict JSON is refused with its problem",
    arguments: [
      ("", JSONParseError.Problem.unexpectedEnd), ("{", .unexpectedEnd), ("{}{}", .trailingBytes),
      ("\u{FEFF}{}", .byteOrderMark), ("{\"a\":1,}", .unexpectedByte), ("[1,]", .unexpectedByte),
      ("01", .invalidNumber), ("-", .invalidNumber), ("1.", .invalidNumber),
      ("1e", .invalidNumber), ("+1", .unexpectedByte), ("NaN", .unexpectedByte),
      ("tru", .unexpectedEnd), ("trux", .unexpectedByte), ("\"\t\"", .controlCharacter),
      ("\"\\x\"", .invalidEscape), ("\"\\u12g4\"", .invalidEscape),
      ("\"\\ud800\"", .loneSurrogate), ("\"\\udc00\"", .loneSurrogate),
      ("\"\\ud800\\u0041\"", .loneSurrogate), ("\"\\u0000\"", .nullCharacter),
      ("{\"a\":1,\"\\u0061\":2}", .duplicateName), ("{'a':1}", .unexpectedByte),
      ("1/*x*/", .trailingBytes), ("\"abc", .unexpectedEnd), ("\"a\\n", .unexpectedEnd),
    ])
  func refuses(text: String, problem: JSONParseError.Problem) {
    #expect(throws: JSONParseError.self) { try parse(text) }
    do throws(JSONParseError) {
      _ = try JSONParser.parse(Array(text.utf8))
    } catch {
      #expect(error.problem == problem)
    }
  }

  @Test("bytes that are not UTF-8 are refused, surrogates encoded in UTF-8 too")
  func refusesBadUTF8() {
    for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] {
      #expect(throws: JSONParseError.self) { try JSONParser.parse([0x22] + bytes + [0x22]) }
    }
  }

  @Test("nesting of 16 is read and of 17 refused")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try parse(nested(16))
    #expect(throws: JSONParseError.self) { try parse(nested(17)) }
    _ = try JSONParser.parse(Array(nested(17).utf8), limits: JSONLimits(depthMax: 17))
  }

  @Test("an error names the member and the byte")
  func pointerAndOffset() {
    do throws(JSONParseError) {
      _ = try JSONParser.parse(Array(#"{"a/b":[0,{"c":01}]}"#.utf8))
      Issue.record("accepted")
    } catch {
      #expect(error.pointer.description == "/a~1b/1/c")
      #expect(error.offset == 15)
    }
  }

  @Test("the surrogate pair of an escape becomes one character")
  func surrogatePair() throws {
    #expect(try parse(#""\ud83d\ude00""#) == .string("\u{1F600}"))
  }

  @Test("the 17th name is still compared with the first")
  func manyNames() throws {
    let names = (0..<40).map { "\"n\($0)\":0" }.joined(separator: ",")
    _ = try parse("{\(names)}")
    #expect(throws: JSONParseError.self) { try parse("{\(names),\"n3\":0}") }
  }

  private func parse(_ text: String) throws -> JSON {
    try JSONParser.parse(Array(text.utf8))
  }
}
