import Domain
import Testing

@Suite("content diff")
struct ContentDiffTests {
  @Test(
    "each change is told with its place and effect",
    arguments: [
      ("title", "Other", "/title neutral"),
      ("purpose", "Other", "/purpose widens"),
      ("ends_on", "2027-02-27", "/ends_on narrows"),
      ("ends_on", "2027-03-01", "/ends_on widens"),
      ("starts_on", "2026-12-02", "/starts_on narrows"),
      ("starts_on", "2026-11-30", "/starts_on widens"),
      ("build_digests", ["sha256:0"], "/build_digests narrows"),
      ("targets/0/max_rps", JSON(Rate(milliRPS: 250)), "/targets/0/max_rps narrows"),
      ("targets/0/max_rps", JSON(Rate(milliRPS: 750)), "/targets/0/max_rps widens"),
      ("targets/0/hosts", ["www.example.com"], "/targets/0/hosts narrows"),
      ("targets/0/hosts", ["www.example.com", "a.example.com"], "/targets/0/hosts widens"),
      (
        "targets/0/windows", [["days": "all", "start": "00:00", "end": "06:00"]],
        "/targets/0/windows narrows"
      ),
      ("targets/0/methods", ["GET"], "/targets/0/methods narrows"),
      ("targets/0/answers/users_served", 3_999, "/targets/0/answers/users_served widens"),
      ("targets/1", ["hosts": []], "/targets/1 widens"),
      ("targets/0/total_requests", 5, "/targets/0/total_requests widens"),
    ] as [(String, JSON, String)])
  func effect(path: String, value: JSON, expected: String) {
    let diff = ContentDiff(from: ContentBuilder.json(), to: ContentBuilder.json([path: value]))
    #expect(
      diff.entries.map { "\($0.pointer) \($0.effect.rawValue)" } == [expected])
  }

  @Test("the same number in other digits is no change")
  func sameNumber() throws {
    let text = ContentBuilder.politeText.replacing("0.5,", with: "0.500,")
    let diff = ContentDiff(
      from: ContentBuilder.json(), to: try JSONParser.parse(Array(text.utf8)))
    #expect(diff.entries.isEmpty)
    #expect(diff.change == .unchanged)
  }

  @Test("hours taken away narrow, hours added widen")
  func hours() {
    func windows(_ start: String, _ end: String) -> JSON {
      ContentBuilder.json([
        "targets/0/windows": [["days": "all", "start": .string(start), "end": .string(end)]]
      ])
    }
    #expect(
      ContentDiff(from: windows("00:00", "06:00"), to: windows("01:00", "06:00")).change
        == .minor)
    #expect(
      ContentDiff(from: windows("00:00", "06:00"), to: windows("23:00", "05:00")).change
        == .material)
  }
}
