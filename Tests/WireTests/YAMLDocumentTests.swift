import Domain
import Testing
import Wire

@Suite("YAML documents")
struct YAMLDocumentTests {
  private func parse(
    _ text: String, _ scalars: YAMLDocument.Scalars = .strings
  ) throws(InvalidBody) -> String {
    String(
      decoding: try YAMLDocument.parse(Array(text.utf8), scalars: scalars).bytes(),
      as: UTF8.self)
  }

  @Test("every scalar is a string, to be typed by its field")
  func strings() throws {
    #expect(
      try parse("a: no\nb: 22:00\nc: [1, 0x10, ~]\n")
        == #"{"a":"no","b":"22:00","c":["1","0x10","~"]}"#)
  }

  @Test("for policies plain scalars are typed as JSON's, quoted ones stay strings")
  func coreSchema() throws {
    #expect(
      try parse("a: true\nb: 1.5\nc: \"1\"\nd: null\ne: no\nf: 2026-01-01\n", .coreSchema)
        == #"{"a":true,"b":1.5,"c":"1","d":null,"e":"no","f":"2026-01-01"}"#)
  }

  @Test(
    "what would not be what it looks like is refused",
    arguments: [
      ("a: &x 1\nb: 2\n", "anchors and aliases are refused in line 1"),
      ("a: &x 1\nb: *x\n", "anchors and aliases are refused in line 1"),
      ("a: &x [1]\n", "anchors and aliases are refused in line 1"),
      ("b: 1\na: *x\n", "anchors and aliases are refused in line 2"),
      ("- *x\n", "anchors and aliases are refused in line 1"),
      ("{\"a\":*x}\n", "anchors and aliases are refused in line 1"),
      ("a: b\n*x : 1\n", "names are plain scalars in line 2"),
      ("&x a: 1\n", "names are plain scalars in line 1"),
      ("? *x\n: 1\n", "names are plain scalars in line 1"),
      ("&x\na: 1\n", "anchors and aliases are refused in line 1"),
      ("<<: *x\n", "anchors and aliases are refused in line 1"),
      ("b: 1\na: !!int 1\n", "tags are refused in line 2"),
      ("a: !other {b: 1}\n", "tags are refused in line 1"),
      ("a: !<tag:yaml.org,2002:str> b\n", "tags are refused in line 1"),
      ("a: !!binary \"AAAA\"\n", "tags are refused in line 1"),
      ("a: ! b\n", "tags are refused in line 1"),
      ("a: !!str b\n", "tags are refused in line 1"),
      ("a: !!int |\n  1\n", "tags are refused in line 1"),
      ("!!map\na: 1\n", "tags are refused in line 1"),
      ("!!int 1: 1\n", "tags are refused in line 1"),
      ("a: 1\nb: 2\na: 3\n", "a stands twice in the mapping at line 1"),
      ("a: 1\n\"a\": 2\n", "a stands twice in the mapping at line 1"),
      ("a: 1\n? a\n: 2\n", "a stands twice in the mapping at line 1"),
      ("b: {a: 1, a: 1}\n", "a stands twice in the mapping at line 1"),
      ("- b: [{a: 1, 'a': 1}]\n", "a stands twice in the mapping at line 1"),
      ("? [a]\n: 1\n", "names are plain scalars in line 1"),
      ("a: [\n", "did not find expected node content in line 2, column 1"),
      ("", "the document is empty"),
      ("a: 1\n---\nb: 2\n", "but found another document in line 2, column 1"),
      ("a: \"\\0\"\n", "the character U+0000 is not allowed in line 1"),
      (String(repeating: "[", count: 18), ""),
    ])
  func refused(text: String, detail: String) {
    do throws(InvalidBody) {
      _ = try parse(text)
      Issue.record("accepted")
    } catch {
      #expect(error.errors[0].code == .malformed)
      if !detail.isEmpty { #expect(error.errors[0].detail == detail) }
    }
  }

  @Test(
    "the same characters inside of a scalar are text",
    arguments: [
      ("a: b *c & d !e\n", #"{"a":"b *c & d !e"}"#), ("a: \"*x &y !z\"\n", #"{"a":"*x &y !z"}"#),
      ("a: '*x'\nb: '!!int'\n", #"{"a":"*x","b":"!!int"}"#),
      ("a: |\n  *x\n  &y\n", #"{"a":"*x\n&y\n"}"#), ("a: >-\n  &x\n  *y\n", #"{"a":"&x *y"}"#),
      ("a: b\n  *c\n  &d\n", #"{"a":"b *c &d"}"#), ("a: 1 # *x &y\n", #"{"a":"1"}"#),
      ("a: https://a.example/?b=*&c\n", #"{"a":"https://a.example/?b=*&c"}"#),
      ("- {a: 1}\n- {a: 1}\n", #"[{"a":"1"},{"a":"1"}]"#),
    ])
  func text(yaml: String, json: String) throws {
    #expect(try parse(yaml) == json)
  }

  /// Nine anchors, each ten times the one before; `last` ends the document.
  private func laughs(_ last: String) -> String {
    var text = "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    for (name, before) in zip("bcdefghi", "abcdefgh") {
      let aliases = Array(repeating: "*\(before)", count: 10).joined(separator: ", ")
      text += "\(name): &\(name) [\(aliases)]\n"
    }
    return text + last
  }

  @Test(
    "a billion laughs are refused at once, as values, as names and as names in a mapping below",
    .timeLimit(.minutes(1)),
    arguments: ["", "? *i\n: 1\n", "j: {? *i : 1, ? *i : 2}\n", "- *i\n", "*i : *i\n"])
  func laughter(last: String) {
    let duration = ThreadTime.of {
      do throws(InvalidBody) {
        _ = try parse(laughs(last))
        Issue.record("accepted")
      } catch {
        #expect(error.errors[0].code == .malformed)
      }
    }
    #expect(duration < .seconds(1))
  }

  @Test(
    "nesting is refused before it costs anything", .timeLimit(.minutes(1)),
    arguments: ["[", "{a: ", "- ", "? "])
  func nesting(opening: String) {
    for count in [18, 900, 100_000] {
      let text = String(repeating: opening, count: count)
      let duration = ThreadTime.of {
        do throws(InvalidBody) {
          _ = try parse(text)
          Issue.record("accepted")
        } catch {
          #expect(error.errors[0].code == .malformed)
        }
      }
      #expect(duration < .seconds(5), "\(opening) \(count) times")
    }
  }

  @Test("relative dates become days, other texts stay")
  func relativeDates() throws {
    let day = try #require(LocalDate("2026-12-31"))
    let text = "starts_on: today\nends_on: +60d\ntitle: today\na: [{expires_on: -1d}]\n"
    let json = try ProposalFile.read(Array(text.utf8), today: day)
    #expect(
      String(decoding: json.bytes(), as: UTF8.self)
        == #"{"starts_on":"2026-12-31","ends_on":"2027-03-01","title":"today","#
        + #""a":[{"expires_on":"2026-12-30"}]}"#)
  }
}
