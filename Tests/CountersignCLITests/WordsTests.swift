import Domain
import Testing

@testable import countersign

@Suite("words")
struct WordsTests {
  @Test("times are shown in UTC to the second")
  func times() {
    #expect(JSON.string("2026-11-21T22:40:06.123456Z").time == "2026-11-21 22:40:06Z")
    #expect(JSON.string("2026-11-21T22:40:06Z").time == "2026-11-21 22:40:06Z")
    #expect(JSON.string("tomorrow").time == "tomorrow")
    #expect(JSON.null.timeCell == "-")
  }

  static let windows: [(windows: JSON, text: String)] = [
    ([], "any hour"),
    ([["days": "all", "start": "00:00", "end": "24:00"]], "any hour"),
    ([["days": "all", "start": "22:00", "end": "06:00"]], "daily 22:00-06:00"),
    (
      [["days": ["mon", "tue", "wed", "thu", "fri"], "start": "22:00", "end": "06:00"]],
      "mon-fri 22:00-06:00"
    ),
    (
      [
        ["days": ["mon", "tue", "sun"], "start": "01:00", "end": "02:00"],
        ["days": ["sat"], "start": "00:00", "end": "24:00"],
      ], "mon tue sun 01:00-02:00; sat any hour"
    ),
  ]

  @Test("hours are short", arguments: windows)
  func hours(windows: JSON, text: String) {
    #expect(Hours.text(windows) == text)
  }

  @Test("a grant without windows has no hour, a ceiling without windows any")
  func noHours() {
    #expect(Hours.granted([]) == "none")
    #expect(Hours.text([]) == "any hour")
  }

  @Test("long numbers are grouped, others stay as they are")
  func numbers() {
    #expect(Numbers.grouped("1510000") == "1 510 000")
    #expect(Numbers.grouped("2000") == "2000")
    #expect(Numbers.grouped("0.125") == "0.125")
    #expect(Numbers.grouped("-") == "-")
  }

  @Test("a status says what holds now, and what is locked")
  func status() {
    #expect(
      ProposalText.status(["status": "approved", "effective_status": "active"]) == "active")
    #expect(
      ProposalText.status(["status": "in_review", "effective_status": "locked"])
        == "locked (in_review)")
    #expect(ProposalText.status(["status": "draft"]) == "draft")
  }

  @Test("path segments and queries are escaped, a segment of dots cannot lead up")
  func paths() {
    #expect(Path("v1", "sites", "a/b?c#d é").text == "/v1/sites/a%2Fb%3Fc%23d%20%C3%A9")
    #expect(Path("v1", "..").text == "/v1/%2E%2E")
    #expect(Path(".well-known", "jwks.json").text == "/.well-known/jwks.json")
    #expect(Path("v1").query([("q", "a b&c"), ("status", nil)]) == "?q=a%20b%26c")
    #expect(Path("v1").query([("status", nil)]).isEmpty)
  }

  @Test("a proposal's number is sent as a number, its id as text")
  func references() {
    #expect(LeaseText.reference("12") == 12)
    #expect(LeaseText.reference("prop_1") == "prop_1")
  }

  @Test("counts by status are read strictly")
  func statusCounts() {
    let count = StatusCount(argument: "200=118")
    #expect(count?.code == "200")
    #expect(count?.count == 118)
    for wrong in ["200", "200=", "=1", "20=1", "2000=1", "200=-1", "200=1=2"] {
      #expect(StatusCount(argument: wrong) == nil)
    }
  }
}
