import Domain
import Testing
import Wire

@Suite("relative dates of proposal files")
struct ProposalFileTests {
  private func read(_ text: String, today: String) throws -> String {
    let day = try #require(LocalDate(today))
    let json = try ProposalFile.read(Array(text.utf8), today: day)
    return String(decoding: json.bytes(), as: UTF8.self)
  }

  @Test(
    "today and days from today become days, over months and leap years",
    arguments: [
      ("today", "2028-02-28", "2028-02-28"), ("+1d", "2028-02-28", "2028-02-29"),
      ("+2d", "2028-02-28", "2028-03-01"), ("+0d", "2028-02-28", "2028-02-28"),
      ("-0d", "2028-02-28", "2028-02-28"), ("+60d", "2026-11-02", "2027-01-01"),
      ("-1d", "2027-01-01", "2026-12-31"), ("-30d", "2028-03-30", "2028-02-29"),
      ("+3650d", "2026-01-01", "2035-12-30"), ("\"+1d\"", "2026-01-01", "2026-01-02"),
    ])
  func days(text: String, today: String, day: String) throws {
    #expect(try read("ends_on: \(text)\n", today: today) == #"{"ends_on":"\#(day)"}"#)
  }

  @Test(
    "what is no such text stays, for the reader of the content to refuse",
    arguments: [
      "Today", "tomorrow", "60d", "+60", "+d", "+-1d", "+1.5d", "+3651d", "+99999999999999999999d",
      "+60D", "+60 d", "2026-11-02",
    ])
  func others(text: String) throws {
    #expect(
      try read("ends_on: \(text)\n", today: "2026-01-01") == #"{"ends_on":"\#(text)"}"#)
  }

  @Test("only in dates, wherever they stand")
  func places() throws {
    let text = """
      title: today
      on: today
      ends_on: [today]
      targets:
        - evidence: [{observed_on: -1d, note: +1d}]
      """
    #expect(
      try read(text, today: "2026-01-01")
        == #"{"title":"today","on":"today","ends_on":["today"],"#
        + #""targets":[{"evidence":[{"observed_on":"2025-12-31","note":"+1d"}]}]}"#)
  }
}
