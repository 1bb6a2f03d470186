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
      ("b: 1\na: !!int 1\n", "tags are refused in line 2"),
      ("a: !other {b: 1}\n", "tags are refused in line 1"),
      ("a: 1\nb: 2\na: 3\n", "a stands twice in the mapping at line 1"),
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
