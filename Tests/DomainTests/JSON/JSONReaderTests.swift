import Domain
import Testing

@Suite("JSON reader")
struct JSONReaderTests {
  struct Body: Equatable {
    let name: String
    let limit: Int64
    let rate: Rate?
    let days: [Weekday]
  }

  private func read(_ text: String, typing: JSONTyping = .strict) throws(InvalidBody) -> Body {
    let json: JSON
    do {
      json = try JSONParser.parse(Array(text.utf8))
    } catch {
      throw InvalidBody(error)
    }
    return try JSONReader.read(json, typing: typing) { body in
      let name = body.required("name", .string(1...5))
      let limit = body.required("limit", .integer(1...200))
      let rate = body.optional("max_rps", .rate)
      let days = body.optional(
        "days", .set(1...7, of: .parsed("a day", { Weekday(abbreviation: $0) })))
      body.notEnforced("conditions", "not enforced yet")
      guard let name, let limit else { return nil }
      return Body(name: name, limit: limit, rate: rate, days: days ?? [])
    }
  }

  @Test(
    "a text that shows itself in another order than it has is refused, right-to-left marks are not",
    arguments: [
      ("\u{202E}", false), ("\u{202A}", false), ("\u{2066}", false), ("\u{2069}", false),
      ("\u{7F}", false), ("\u{200F}", true), ("\u{5D0}", true), ("\t", true),
    ])
  func order(character: Character, isGood: Bool) throws {
    let json = JSON.object(["name": .string("a\(character)b")])
    let outcome = Result { () throws(InvalidBody) in
      try JSONReader.read(json) { body in body.required("name", .string(1...5)) }
    }
    switch outcome {
    case .success: #expect(isGood)
    case .failure(let invalid):
      #expect(!isGood)
      #expect(invalid.errors.map(\.pointer.description) == ["/name"])
    }
  }

  @Test("a good body is built")
  func good() throws {
    let body = try read(#"{"name":"a","limit":200,"max_rps":0.5,"days":["mon","sun"]}"#)
    #expect(
      body
        == Body(
          name: "a", limit: 200, rate: Rate(microRPS: 500_000), days: [.monday, .sunday]))
  }

  @Test("all problems are told at once, each at its place")
  func allAtOnce() {
    let text =
      #"{"limit":201,"max_rps":"1","days":["mon","mon","tues"],"x/y":1,"conditions":{}}"#
    do throws(InvalidBody) {
      _ = try read(text)
      Issue.record("accepted")
    } catch {
      let found = error.errors.map { "\($0.pointer) \($0.code.rawValue)" }
      #expect(
        found == [
          "/name required", "/limit out_of_range", "/max_rps wrong_type",
          "/days/2 invalid_format", "/conditions not_enforced", "/x~1y unknown_member",
        ])
    }
  }

  @Test(
    "numbers are exact: no exponent, no string, no seventh decimal, nothing above the limit",
    arguments: ["1e2", "\"1\"", "0.0000001", "0", "-1", "1000000.1", "1e400", "null", "[1]"])
  func refusedRates(literal: String) {
    #expect(throws: InvalidBody.self) {
      try read(#"{"name":"a","limit":1,"max_rps":\#(literal)}"#)
    }
  }

  @Test("a repeated element is a duplicate")
  func duplicates() {
    do throws(InvalidBody) {
      _ = try read(#"{"name":"a","limit":1,"days":["mon","mon"]}"#)
      Issue.record("accepted")
    } catch {
      #expect(error.errors.map(\.code) == [.duplicate])
      #expect(error.errors[0].pointer.description == "/days/1")
    }
  }

  @Test("a document of strings is typed by its fields, and only when asked to")
  func typedByField() throws {
    let text = #"{"name":"no","limit":"5","max_rps":"0.5"}"#
    #expect(try read(text, typing: .byField).limit == 5)
    #expect(throws: InvalidBody.self) { try read(text) }
    #expect(throws: InvalidBody.self) {
      try read(#"{"name":"no","limit":"0x5"}"#, typing: .byField)
    }
  }

  @Test("a repeated member is told with its name")
  func repeatedMember() {
    do throws(InvalidBody) {
      _ = try read(#"{"name":"a","name":"b"}"#)
      Issue.record("accepted")
    } catch {
      #expect(error.errors.map(\.code) == [.duplicate])
      #expect(error.errors[0].pointer.description == "/name")
    }
  }
}
