import Domain
import Testing

@Suite("Retry-After")
struct RetryAfterTests {
  private static let path = "vectors/budget/retry_after.json"
  private static let now = Timestamp(microseconds: 1_559_559_600_000_000)

  @Test("every published case waits as long as it should", .enabled(if: SharedFile.exists(path)))
  func vectors() throws {
    let cases = try SharedFile.json(Self.path)["cases"].elements
    for vector in cases {
      var now = Self.now
      if case .string(let text) = vector["now"] { now = try #require(Timestamp(text)) }
      let found = RetryAfter(vector["value"].text, at: now)
      if vector["valid"] == true {
        let wanted: Int64? =
          if case .number(let number) = vector["seconds"] { number.int64 } else {
            RetryAfter.secondsMax
          }
        #expect(found?.seconds == wanted, "\(vector)")
      } else {
        #expect(found == nil, "\(vector)")
      }
    }
    #expect(cases.count == 20)
  }

  @Test(
    "seconds",
    arguments: [
      ("0", 0), ("00", 0), ("7", 7), ("0007", 7), (" 86400\t", 86_400), ("86401", 86_400),
      ("999999999999999999", 86_400), ("00000000000000000000009", 9),
      (String(repeating: "9", count: 4_000), 86_400),
    ] as [(String, Int64)])
  func seconds(field: String, wanted: Int64) {
    #expect(RetryAfter(field, at: Self.now)?.seconds == wanted)
  }

  @Test(
    "dates, in every form",
    arguments: [
      ("Mon, 03 Jun 2019 11:00:01 GMT", 1), ("Mon, 03 Jun 2019 11:00:00 GMT", 0),
      ("Mon, 03 Jun 2019 10:59:59 GMT", 0), ("Mon, 03 Jun 2019 11:00:60 GMT", 60),
      ("Tue, 04 Jun 2019 11:00:00 GMT", 86_400), ("Wed, 05 Jun 2019 11:00:00 GMT", 86_400),
      ("Monday, 03-Jun-19 11:00:09 GMT", 9), ("Mon Jun  3 11:00:09 2019", 9),
      ("Mon Jun 03 11:00:09 2019", 9), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
      // Two digits: 2068 and 2069 lie ahead, 1970 does not.
      ("Sunday, 03-Jun-68 11:00:00 GMT", 86_400), ("Monday, 03-Jun-69 11:00:00 GMT", 86_400),
      ("Wednesday, 03-Jun-70 11:00:00 GMT", 0),
    ] as [(String, Int64)])
  func dates(field: String, wanted: Int64) {
    #expect(RetryAfter(field, at: Self.now)?.seconds == wanted)
  }

  @Test("a wait is rounded up: nobody comes back early")
  func rounding() {
    let late = Self.now.adding(microseconds: 1)
    #expect(RetryAfter("Mon, 03 Jun 2019 11:00:10 GMT", at: late)?.seconds == 10)
    #expect(RetryAfter("Mon, 03 Jun 2019 11:00:00 GMT", at: late)?.seconds == 0)
  }

  @Test(
    "what is no wait is none, and not 0",
    arguments: [
      "", " ", "-0", "1,", "1s", "١", "Mon, 03 Jun 2019 11:30:12",
      "Mon, 03 Jun 2019 11:30:12 CET", "Mon, 03 Jun 2019 11:30:12 +0000",
      "Mon, 31 Jun 2019 11:30:12 GMT", "Mon, 03 Jun 2019 24:00:00 GMT",
      "Mon, 03 Jun 2019 11:60:00 GMT", "Mon, 03 Jun 2019 11:30:61 GMT",
      "Mon, 03 Jun 19 11:30:12 GMT", "Mon, 003 Jun 2019 11:30:12 GMT",
      "Mon, 03 Jui 2019 11:30:12 GMT", "Mo, 03 Jun 2019 11:30:12 GMT",
      "Mon, 03 Jun 2019 1:30:12 GMT", "Monday, 03-Jun-2019 11:30:12 GMT",
      "Mon Jun  3 11:30:12 GMT 2019", "2019-06-03T11:30:12Z",
      "Mon, 03 Jun 2019 11:30:12 GMT, 120",
    ])
  func neither(field: String) {
    #expect(RetryAfter(field, at: Self.now) == nil)
  }
}
