import Domain
import Foundation
import Testing

@Suite(
  "canonical form (RFC 8785)",
  .enabled(if: SharedFile.exists("vectors/evidence/jcs-rfc8785.json")))
struct CanonicalFormTests {
  let vectors: JSON

  init() throws {
    vectors = try SharedFile.json("vectors/evidence/jcs-rfc8785.json", depthMax: 40)
  }

  @Test("every published pair of input and output")
  func pairs() throws {
    let cases = vectors["cases"].elements
    #expect(cases.count == 6)
    for pair in cases {
      let output = try canonical(pair["input"].text)
      #expect(output == pair["output"].text)
      #expect(Array(output.utf8).hex == pair["output_hex"].text)
    }
  }

  @Test("every published number")
  func numbers() throws {
    let lists = vectors["numbers"].object.members.filter { $0.name.hasPrefix("first") }
    let numbers = lists.flatMap { $0.value.elements }
    #expect(numbers.count == 368)
    for number in numbers {
      let bits = try #require(UInt64(number.elements[0].text, radix: 16))
      #expect(ecmaScriptText(of: Double(bitPattern: bits)) == number.elements[1].text)
    }
  }

  @Test("every input to refuse is refused")
  func refused() {
    for entry in vectors["must_refuse"]["cases"].elements {
      let name = entry.elements[0].text
      #expect(throws: (any Error).self, "\(name)") { try canonical(entry.elements[1].text) }
    }
  }

  @Test("names that are only canonically equivalent stay apart")
  func keptApart() throws {
    let entry = vectors["must_keep_apart"]
    let output = try canonical(entry["input"].text)
    #expect(Array(output.utf8).hex == entry["output_hex"].text)
  }

  @Test("the evidence profile refuses numbers that cannot be kept")
  func profile() throws {
    for literal in vectors["integer_edge"]["refuse_in_profile"].elements {
      let json = try JSONParser.parse(Array("[\(literal.text)]".utf8))
      #expect(EvidenceProfile.event.violations(in: json).map(\.pointer.description) == ["/0"])
    }
    let rate = try JSONParser.parse(Array(#"{"max_rps":0.000001}"#.utf8))
    #expect(EvidenceProfile.content.violations(in: rate).isEmpty)
    #expect(EvidenceProfile.event.violations(in: rate).count == 1)
    let name = try JSONParser.parse(Array(#"{"Max":1}"#.utf8))
    #expect(EvidenceProfile.content.violations(in: name).count == 1)
  }

  private func canonical(_ text: String) throws -> String {
    String(decoding: try JSONParser.parse(Array(text.utf8)).canonicalBytes(), as: UTF8.self)
  }
}
