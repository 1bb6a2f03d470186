import Domain
import Foundation
import Testing

@Suite(
  "robots.txt of the field",
  .enabled(if: SharedFile.exists("vectors/budget/robots_match.json")))
struct RobotsVectorTests {
  private static func bytes(_ body: JSON) throws -> [UInt8] {
    if case .string(let text) = body["t"] { return Array(text.utf8) }
    return Array(try #require(Data(base64Encoded: body["b64"].text)))
  }

  /// How many cases of a tier there are, and those that come out otherwise.
  private static func run(tier: String) throws -> (count: Int, wrong: [String]) {
    let vectors = try SharedFile.json("vectors/budget/robots_match.json")
    let files = try vectors["bodies"].elements.map { RobotsFile(try bytes($0)) }
    var (count, wrong) = (0, [String]())
    for entry in vectors["cases"].elements where entry["tier"].text == tier {
      guard case .number(let body) = entry["body"], case .bool(let allowed) = entry["allowed"],
        let index = body.int64
      else { throw VectorError(entry: "\(entry)") }
      count += 1
      let finding = files[Int(index)].finding(
        RobotsPath(entry["url"].text), for: RobotsAgent(userAgent: entry["ua"].text))
      if finding.isAllowed != allowed { wrong.append(entry["id"].text + " " + entry["url"].text) }
    }
    return (count, wrong)
  }

  private struct VectorError: Error { let entry: String }

  @Test("all 837 cases on which every parser agrees")
  func tierA() throws {
    let (count, wrong) = try RobotsVectorTests.run(tier: "A")
    #expect(count == 837)
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test("all 38 cases that the text of RFC 9309 decides")
  func tierB() throws {
    let (count, wrong) = try RobotsVectorTests.run(tier: "B")
    #expect(count == 38)
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test(
    "every Crawl-delay",
    .enabled(if: SharedFile.exists("vectors/budget/robots_delay.json")))
  func delays() throws {
    let cases = try SharedFile.json("vectors/budget/robots_delay.json")["cases"].elements
      .filter { $0["kind"].text == "crawl-delay" }
    #expect(cases.count > 30)
    for entry in cases {
      var expected: Int64?
      if case .number(let number) = entry["expected_ms"] { expected = number.int64 }
      let found = RobotsFile(Array(entry["robots"].text.utf8)).crawlDelayMilliseconds(
        for: RobotsAgent(userAgent: entry["ua"].text))
      #expect(found == expected, "\(entry["src"].text) \(entry["ua"].text)")
    }
  }
}
