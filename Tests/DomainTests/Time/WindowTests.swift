import Domain
import Registries
import Testing

@Suite("Windows")
struct WindowTests {
  @Test("clock times are HH:MM from 00:00 to 24:00")
  func clockTimes() {
    for text in ["00:00", "06:30", "23:59", "24:00"] {
      #expect(ClockTime(text)?.description == text)
    }
    for text in ["24:01", "25:00", "6:30", "06:60", "06-30", "", "006:30", "+6:30", "06:3a"] {
      #expect(ClockTime(text) == nil, "\(text)")
    }
  }

  @Test("a window that says nothing, or nothing clear, is refused")
  func refused() throws {
    let (six, ten) = (ClockTime(minute: 360), ClockTime(minute: 600))
    #expect(throws: WindowError.startIsEnd) {
      try Window(days: [.monday], start: six, end: six)
    }
    #expect(throws: WindowError.noDays) { try Window(days: [], start: six, end: ten) }
    #expect(throws: WindowError.startsAtEndOfDay) {
      try Window(days: [.monday], start: ClockTime(minute: 1_440), end: six)
    }
    #expect(throws: WindowError.repeatedDay(.monday)) {
      try Window(days: [.monday, .tuesday, .monday], start: six, end: ten)
    }
    #expect(
      try Window(days: [.monday], start: ClockTime(minute: 0), end: ClockTime(minute: 1_440))
        .end.description == "24:00")
  }

  @Test("a night belongs to the day that opens it, also across the end of the week")
  func nights() throws {
    let set = WindowSet([try window([.monday, .sunday], "22:00", "06:00")])
    #expect(set.minutes == [0..<360, 1_320..<1_800, 9_960..<10_080])
    let opening = Opening(set, in: .utc)
    // 2026-11-23 is a Monday.
    for (text, isOpen) in [
      ("2026-11-23T05:59:59.999999Z", true), ("2026-11-23T06:00:00Z", false),
      ("2026-11-23T21:59:59.999999Z", false), ("2026-11-23T22:00:00Z", true),
      ("2026-11-24T00:00:00Z", true), ("2026-11-24T06:00:00Z", false),
      ("2026-11-24T22:00:00Z", false), ("2026-11-29T23:00:00Z", true),
    ] {
      #expect(opening.isOpen(at: try #require(Timestamp(text))) == isOpen, "\(text)")
    }
    #expect(
      opening.closes(after: try #require(Timestamp("2026-11-29T23:00:00Z")))?.description
        == "2026-11-30T06:00:00Z")
  }

  @Test("sets are equal whatever windows they were written with, and print naturally")
  func canonical() throws {
    let nights = WindowSet([try window(Weekday.allCases, "22:00", "06:00")])
    let halves = WindowSet([
      try window(Weekday.allCases, "22:00", "24:00"),
      try window(Weekday.allCases, "00:00", "06:00"),
    ])
    #expect(nights == halves)
    #expect(nights.windows == [try window(Weekday.allCases, "22:00", "06:00")])
    #expect(
      String(decoding: nights.json.bytes(), as: UTF8.self)
        == #"[{"days":"all","start":"22:00","end":"06:00"}]"#)
    #expect(
      String(decoding: WindowSet.always.json.bytes(), as: UTF8.self)
        == #"[{"days":"all","start":"00:00","end":"24:00"}]"#)
    #expect(WindowSet([try window(Weekday.allCases, "00:00", "24:00")]).isAlways)
    #expect(WindowSet([]).isEmpty)
  }

  @Test("windows print and read back to the same set; intersection is what is in both (seed)")
  func properties() throws {
    let seed = UInt64.random(in: 1...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<1_000 {
      let (left, right) = (try randomSet(&generator), try randomSet(&generator))
      #expect(WindowSet(left.windows) == left, "seed \(seed)")
      let both = left.intersection(right)
      #expect(both == right.intersection(left))
      #expect(both.isSubset(of: left) && both.isSubset(of: right))
      #expect(left.intersection(.always) == left)
      #expect(left.intersection(.never).isEmpty)
      let minute = Int.random(in: 0..<10_080, using: &generator)
      #expect(holds(both, minute) == (holds(left, minute) && holds(right, minute)))
    }
  }

  @Test("a reading skipped by daylight saving never opens, a repeated one opens twice")
  func daylightSaving() throws {
    let berlin = try #require(Zones.system.zone("Europe/Berlin"))
    let opening = Opening(WindowSet([try window([.sunday], "02:15", "02:45")]), in: berlin)
    // 2026-03-29 skips 02:00-03:00; 2026-10-25 repeats it.
    #expect(
      opening.nextOpening(from: try #require(Timestamp("2026-03-28T12:00:00Z")))?.description
        == "2026-04-05T00:15:00Z")
    let first = try #require(Timestamp("2026-10-25T00:15:00Z"))
    #expect(opening.nextOpening(from: try #require(Timestamp("2026-10-24T12:00:00Z"))) == first)
    let close = try #require(opening.closes(after: first))
    #expect(close.description == "2026-10-25T00:45:00Z")
    #expect(opening.nextOpening(from: close)?.description == "2026-10-25T01:15:00Z")
  }

  @Test("closing and opening are the first instants of their kind (seed printed)")
  func boundaries() throws {
    let seed = UInt64.random(in: 1...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<1_000 {
      let opening = Opening(try randomSet(&generator), in: try randomZone(&generator))
      let now = randomInstant(&generator)
      let comment = Comment(rawValue: "\(opening.zone.name) \(now), seed \(seed)")
      guard let opens = opening.nextOpening(from: now) else { continue }
      #expect(opening.isOpen(at: opens), comment)
      #expect(opens == now || !opening.isOpen(at: opens.adding(microseconds: -1)), comment)
      guard let closes = opening.closes(after: opens) else { continue }
      #expect(!opening.isOpen(at: closes), comment)
      #expect(opening.isOpen(at: closes.adding(microseconds: -1)), comment)
      let length = closes.microseconds(since: opens)
      for _ in 0..<5 {
        let inside = opens.adding(microseconds: Int64.random(in: 0..<length, using: &generator))
        #expect(opening.isOpen(at: inside), comment)
      }
    }
  }

  @Test("several openings are open where all are")
  func several() throws {
    let shanghai = try #require(Zones.system.zone("Asia/Shanghai"))
    let openings = [
      Opening(WindowSet([try window(Weekday.allCases, "22:00", "06:00")]), in: shanghai),
      Opening(WindowSet([try window(Weekday.allCases, "15:00", "17:00")]), in: .utc),
    ]
    let now = try #require(Timestamp("2026-11-23T14:30:00Z"))
    #expect(!openings.areOpen(at: now))
    let opens = try #require(openings.nextOpening(from: now))
    #expect(opens.description == "2026-11-23T15:00:00Z")
    #expect(openings.close(after: opens)?.description == "2026-11-23T17:00:00Z")
    #expect([Opening]().areOpen(at: now))
    let never = [openings[0], Opening(.never, in: .utc)]
    #expect(never.nextOpening(from: now) == nil)
  }

  private func window(
    _ days: [Weekday], _ start: String, _ end: String
  ) throws -> Window {
    try Window(
      days: days, start: try #require(ClockTime(start)), end: try #require(ClockTime(end)))
  }

  private func holds(_ set: WindowSet, _ minute: Int) -> Bool {
    set.minutes.contains { $0.contains(minute) }
  }

  private func randomSet(_ generator: inout SeededGenerator) throws -> WindowSet {
    var windows: [Window] = []
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      let days = Weekday.allCases.filter { _ in Bool.random(using: &generator) }
      let start = Int.random(in: 0...95, using: &generator) * 15
      let end = Int.random(in: 1...96, using: &generator) * 15
      guard !days.isEmpty, start != end else { continue }
      windows.append(
        try Window(days: days, start: ClockTime(minute: start), end: ClockTime(minute: end)))
    }
    return WindowSet(windows)
  }
}
